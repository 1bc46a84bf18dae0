"""The texts that schools agree to: their versions, and a new one."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.views import PortalDetail, PortalList, StepForm
from programmes.actions import texts as actions
from programmes.forms.texts import VersionForm
from programmes.models import AgreementText
from programmes.views.offers import OFFER_READERS
from schools.roles import NATIONAL


class TextList(PortalList):
    """Every version of every text, the newest of each first."""

    model = AgreementText
    roles = OFFER_READERS
    template_name = "programmes/text_list.html"
    heading, noun = "Texts that schools agree to", "version"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The way back."""
        return super().get_context_data(today=clock.today(), **kwargs)


class TextDetail(PortalDetail):
    """One version, word for word."""

    model = AgreementText
    roles = OFFER_READERS
    template_name = "programmes/text_detail.html"

    def prepare(self, rows: Any) -> QuerySet[AgreementText]:
        """With the offers that name it."""
        prepared: QuerySet[AgreementText] = rows.prefetch_related("offers")
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether a new version can follow it here."""
        may_change = self.request.user.scope.has(NATIONAL)
        entries = JournalEntry.objects.visible_to(self.request.user).about(self.object) if may_change else []
        return super().get_context_data(may_change=may_change, entries=entries, **kwargs)


class TextVersion(StepForm):
    """Write the next version, beginning with the words of this one."""

    model = AgreementText
    roles = (NATIONAL,)
    form_class = VersionForm
    failures = (actions.CannotWord,)
    submit_label, done = "Keep this version", "Version kept. Offers name it when you change them."
    result: AgreementText

    def get_heading(self) -> str:
        """Of which text."""
        return f"A new version of: {self.record.title}"

    def get_initial(self) -> dict[str, Any]:
        """The words as they are."""
        return {"body": self.record.body, "published_on": clock.today()}

    def act(self, form: VersionForm) -> AgreementText:
        """Keep it."""
        return actions.add_version(text=self.record, by=self.request.user, today=clock.today(), **form.cleaned_data)

    def get_success_url(self) -> str:
        """Its page."""
        return reverse("programmes:text-detail", args=[self.result.pk])
