"""Templates of letters: a hub's own and the national ones."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hubportal.core.access import role_required
from hubportal.core.views import PortalList, PortalRequest, StepForm, do
from schools import roles
from schools.actions import letter_templates as actions
from schools.forms.letters import NEWS, TemplateForm
from schools.models import LetterTemplate, LetterTemplateQuerySet, User
from schools.rules.letters import PLACEHOLDERS
from schools.views.writing import WRITERS, writes_for

KEEPERS = (roles.NATIONAL, *roles.HUB_STAFF)


def may_keep(user: User, template: LetterTemplate) -> bool:
    """Whether somebody changes a template."""
    if template.hub_id is None:
        return user.scope.is_national
    return user.scope.staffs(template.hub_id)


class TemplateList(PortalList):
    """The templates that one may begin a letter with."""

    model = LetterTemplate
    roles = WRITERS
    template_name = "schools/template_list.html"
    heading, noun = "Templates of letters", "template"
    shown = ("pk", "name", "subject", "is_marketing", "hub", "hub__name")

    def line(self, *values: Any) -> tuple[Any, ...]:
        """Text for each column, and whether one may change it."""
        pk, name, subject, is_marketing, hub, hub_name = values
        may_change = may_keep(self.request.user, LetterTemplate(pk=pk, hub_id=hub))
        return str(pk), name, subject, "News" if is_marketing else "", hub_name or "National", may_change

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The placeholders, and whether one may make a template."""
        return super().get_context_data(
            placeholders=list(PLACEHOLDERS.items()), may_make=self.request.user.scope.has(*KEEPERS), **kwargs
        )


class TemplateStep(StepForm):
    """A template's form."""

    form_class = TemplateForm
    roles = KEEPERS
    template_name = "schools/template_form.html"
    done = "The template is saved."
    failures = (actions.CannotKeepTemplate,)

    def get_success_url(self) -> str:
        """The list."""
        return reverse("schools:template-list")

    def get_cancel_url(self) -> str:
        """The list."""
        return reverse("schools:template-list")

    def keep(self, template: LetterTemplate, form: TemplateForm) -> None:
        """Save it."""
        given = form.cleaned_data
        actions.keep(
            template=template,
            name=given["name"],
            subject=given["subject"],
            text=given["text"],
            is_marketing=given["kind"] == NEWS,
            by=self.request.user,
        )


class TemplateCreate(TemplateStep):
    """A new one, of the hub that one looks at; a national one where one works for no hub."""

    of_top_bar = True
    heading, submit_label = "New template", "Save the template"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Of whose templates it is to be one."""
        instance = LetterTemplate(hub=writes_for(self.request.user, self.request.hub))
        return {**super().get_form_kwargs(), "instance": instance}

    def act(self, form: TemplateForm) -> None:
        """Make it."""
        self.keep(form.instance, form)


class TemplateEdit(TemplateStep):
    """Change one."""

    changes_what_stands = True
    model = LetterTemplate
    heading = "Change the template"
    record: LetterTemplate

    def prepare(self, rows: LetterTemplateQuerySet) -> LetterTemplateQuerySet:
        """Not found for anybody else."""
        return rows.kept_by(self.request.user).for_list()

    def get_form_kwargs(self) -> dict[str, Any]:
        """As it stands."""
        return {**super().get_form_kwargs(), "instance": self.record}

    def act(self, form: TemplateForm) -> None:
        """Change it."""
        self.keep(form.instance, form)


@require_POST
@role_required(*KEEPERS)
def template_delete(request: PortalRequest, pk: int) -> HttpResponse:
    """Delete one; letters that began with it keep their text."""
    template = get_object_or_404(LetterTemplate.objects.visible_to(request.user).kept_by(request.user), pk=pk)
    do(request, lambda: actions.forget(template=template, by=request.user), done=f"{template.name} is deleted.")
    return redirect("schools:template-list")
