"""The texts that schools agree to: their versions, a new one, and a new text."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.views import PortalDetail, PortalList, PortalRequest, StepForm
from programmes.actions import texts as actions
from programmes.forms.texts import TextForm, VersionForm
from programmes.models import AgreementText
from programmes.views.offers import OFFER_READERS, own_hub
from schools.roles import HUB_STAFF, NATIONAL

NOT_YOURS = "Your hub words the commitments of its own offers: choose your hub in the top bar, and a text of its own."


class TextList(PortalList):
    """Every version of every text, the newest of each first."""

    model = AgreementText
    roles = OFFER_READERS
    template_name = "programmes/text_list.html"
    heading, noun = "Texts that schools agree to", "version"

    def prepare(self, rows: Any) -> QuerySet[AgreementText]:
        """National ones, and those of the hubs that one reads."""
        scope = self.request.user.scope
        found = rows if scope.is_national else rows.filter(Q(hub=None) | Q(hub__in=scope.hub_ids))
        prepared: QuerySet[AgreementText] = found.for_list()
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """From when each counts, and whether one may add to them."""
        may_add = self.request.user.scope.has(NATIONAL)
        return super().get_context_data(today=clock.today(), may_add=may_add, **kwargs)


class TextDetail(PortalDetail):
    """One version, word for word."""

    model = AgreementText
    roles = OFFER_READERS
    template_name = "programmes/text_detail.html"

    def get_heading(self) -> str:
        """Which text; its version stands below."""
        return str(self.object.title)

    def prepare(self, rows: Any) -> QuerySet[AgreementText]:
        """With the offers that name it."""
        prepared: QuerySet[AgreementText] = rows.prefetch_related("offers")
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether a new version can follow it here."""
        may_change = _may_word(self.request, self.object)
        entries = JournalEntry.objects.visible_to(self.request.user).about(self.object) if may_change else []
        is_new = not self.request.user.scope.has(NATIONAL) and self.object.hub_id is None
        return super().get_context_data(may_change=may_change, is_new=is_new, entries=entries, **kwargs)


def _may_word(request: PortalRequest, text: AgreementText) -> bool:
    """The national team all; the staff of the hub in the top bar its own, and national ones in words of its own."""
    scope, hub = request.user.scope, request.hub
    if scope.has(NATIONAL):
        return True
    is_theirs = hub is not None and scope.staffs(hub.pk) and text.hub_id in (None, hub.pk)
    return is_theirs and text.kind != AgreementText.Kind.PRIVACY


class TextCreate(StepForm):
    """Add a text with a name of its own, for a programme that none was written for."""

    roles = (NATIONAL,)
    form_class = TextForm
    failures = (actions.CannotWord,)
    heading, submit_label = "Add a text that schools agree to", "Add the text"
    done = "Text added. Choose it in the offers that it is for, under “What schools agree to”."
    result: AgreementText

    def get_initial(self) -> dict[str, Any]:
        """Its first version, from today."""
        return {"version": "1", "published_on": clock.today()}

    def act(self, form: TextForm) -> AgreementText:
        """Add it."""
        return actions.add_text(by=self.request.user, today=clock.today(), **form.cleaned_data)

    def get_success_url(self) -> str:
        """Its page."""
        return reverse("programmes:text-detail", args=[self.result.pk])

    def get_cancel_url(self) -> str:
        """All texts."""
        return reverse("programmes:text-list")


class TextVersion(StepForm):
    """Write the next version, beginning with the words of this one."""

    of_top_bar = True
    model = AgreementText
    roles = (NATIONAL, *HUB_STAFF)
    form_class = VersionForm
    failures = (actions.CannotWord,)
    submit_label, done = "Keep this version", "Version kept. Offers name it when you change them."
    result: AgreementText

    def why_not(self) -> str:
        """A hub words its own commitments."""
        return "" if _may_word(self.request, self.record) else NOT_YOURS

    def get_heading(self) -> str:
        """Of which text."""
        return f"A new version of: {self.record.title}"

    def get_initial(self) -> dict[str, Any]:
        """The words as they are."""
        return {"body": self.record.body, "published_on": clock.today()}

    def act(self, form: VersionForm) -> AgreementText:
        """Keep it."""
        hub = None if self.request.user.scope.has(NATIONAL) else own_hub(self.request)
        who: dict[str, Any] = {"by": self.request.user, "today": clock.today(), "hub": hub or self.record.hub}
        return actions.add_version(text=self.record, **who, **form.cleaned_data)

    def get_success_url(self) -> str:
        """Its page."""
        return reverse("programmes:text-detail", args=[self.result.pk])
