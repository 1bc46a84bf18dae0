"""Letters: what a hub or a group's leader writes to many people at once, and to whom.

They live with schools and persons, on whose pages they are logged; upper apps hand down whom their lists name.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Lower, NullIf
from django.urls import reverse
from django.utils.module_loading import import_string

from hubportal.core import clock
from hubportal.core.models import Notice, StoredFile
from hubportal.core.records import record_key
from hubportal.core.workflow import StatusModel
from schools.models.hubs import Hub
from schools.models.people import User
from schools.rules import letters as letter_rules
from schools.scope import reach

if TYPE_CHECKING:
    from schools.models.letter_recipients import LetterRecipient

OTHER_TYPE = "application/octet-stream"
# The kind of notice that each e-mail of a letter is.
MAIL_KIND = "letter"


class LetterQuerySet(models.QuerySet["Letter"]):
    """Reading letters."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs theirs; whoever wrote one their own, for as long as they lead or work in the hub."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        own = models.Q(written_by=user.pk, hub__in=scope.leader_hub_ids | scope.hub_ids)
        return self.filter(models.Q(hub__in=scope.hub_ids) | own)

    def writable_by(self, user: Any) -> Self:
        """Those whose steps somebody takes: the hub's staff, the national team its own, a leader theirs."""
        scope = reach(user)
        if scope is None:
            return self.none()
        own = models.Q(written_by=user.pk, hub__in=scope.leader_hub_ids)
        national = models.Q(hub=None) if scope.is_national else models.Q(pk__in=())
        return self.filter(models.Q(hub__in=scope.staff_hub_ids) | own | national)

    def for_hub(self, hub: Hub | None) -> Self:
        """The letters of one hub, or all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related("hub", "written_by__person").order_by("-made_at", "-pk")


class Letter(StatusModel):
    """One text to many people: written as a draft, then handed to the outbox, at once or for a moment to come.

    ``version`` counts changes of text and recipients: what is sent is what whoever sends it has looked at.
    """

    class Status(models.TextChoices):
        """Where a letter stands; how far its e-mails have come stands with them."""

        DRAFT = "draft", "Draft"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Cancelled"

    MOVES = {
        Status.DRAFT: frozenset({Status.SENT}),
        Status.SENT: frozenset({Status.CANCELLED}),
        Status.CANCELLED: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    # Empty: the national team's.
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="letters")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    subject = models.CharField(max_length=letter_rules.LONGEST_SUBJECT, blank=True)
    text = models.TextField(blank=True)
    is_marketing = models.BooleanField(default=False)
    attachment = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The list that the people were taken from: in words, and its address.
    picked = models.CharField(max_length=200)
    picked_from = models.CharField(max_length=2000, blank=True)
    # The first of those that were written one after the other to whom it had not reached.
    again_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="written_again", editable=False
    )
    version = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    # The last test: when, to whom, and in whose place.
    tested_at = models.DateTimeField(null=True, blank=True)
    tested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tested_for = models.ForeignKey(
        "LetterRecipient", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="letter_sent_at",
                condition=~models.Q(status="sent") | models.Q(sent_at__isnull=False, due_at__isnull=False),
            ),
        ]
        # Read by the hub's list of letters.
        indexes = [models.Index(fields=("hub", "-made_at", "-id"), name="letter_hub")]

    def __str__(self) -> str:
        return self.subject or "Letter without a subject"

    def get_absolute_url(self) -> str:
        """The letter's page."""
        return reverse("schools:letter-detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.status == self.Status.DRAFT

    @property
    def sender(self) -> str:
        """In whose name it is written: the hub, or the national team."""
        return self.hub.name if self.hub else "The national team"

    @cached_property
    def files(self) -> tuple[tuple[str, bytes, str], ...]:
        """What is attached, read once for all e-mails of a batch."""
        if self.attachment is None:
            return ()
        with self.attachment.content.open("rb") as file:
            return ((self.attachment.name, file.read(), guess_type(self.attachment.name)[0] or OTHER_TYPE),)

    @cached_property
    def facts_now(self) -> Mapping[str, Mapping[str, str]]:
        """What placeholders become by now, by what the people's lists were of; read once for all of them."""
        found: dict[str, Mapping[str, str]] = {}
        for label, read in _named_by(settings.LETTER_FACTS):
            if label in self._lists:
                facts = read(self._lists[label], clock.now())
                found |= {f"{label}:{pk}": mine for pk, mine in facts.items()}
        return found

    @cached_property
    def listed_now(self) -> Mapping[str, Collection[int]]:
        """Who (persons' keys) is by now on the lists that this was written to, by what each is a list of; read once."""
        told = [(label, read) for label, read in _named_by(settings.LETTER_LISTS) if label in self._lists]
        return {label: read(self._lists[label], clock.today()) for label, read in told}

    @cached_property
    def with_part_now(self) -> Collection[int]:
        """Who of its recipients has a part in a programme by now, or whose school; read once."""
        return {pk for pk, has_part in self.recipients.parts().items() if has_part}

    @cached_property
    def sharing_now(self) -> Mapping[int, list["LetterRecipient"]]:
        """By whom is written to, who shares the e-mail with them: others, or they themselves at another school."""
        found: dict[int, list[LetterRecipient]] = defaultdict(list)
        shared = self.recipients.filter(is_ticked=True, barred="", same_as__isnull=False)
        for row in shared.select_related("school").order_by("pk"):
            found[row.same_as_id or 0].append(row)
        return found

    @cached_property
    def _lists(self) -> Mapping[str, Collection[int]]:
        """What the people's lists were of: keys by label."""
        found: dict[str, set[int]] = defaultdict(set)
        for about in self.recipients.exclude(about="").order_by().values_list("about", flat=True).distinct():
            for key in about.split():
                label, _colon, pk = key.partition(":")
                found[label].add(int(pk))
        return found

    @cached_property
    def seconds_now(self) -> Collection[int]:
        """Recipients at whose address of by now another gets it: whose has left, else the first who is to; read once.

        While a letter waits, somebody may be given an address that another recipient has.
        """
        own = NullIf("person__email", models.Value(""))
        rows = self.recipients.filter(same_as=None, barred="", is_ticked=True).annotate(
            at=Lower(Coalesce(own, "email"))
        )
        shared = rows.exclude(at="").order_by().values("at").annotate(many=models.Count("pk")).filter(many__gt=1)
        by_address: dict[str, list[LetterRecipient]] = defaultdict(list)
        for row in rows.filter(at__in=shared.values("at")).with_wishes().with_leavers().select_related("person"):
            row.letter = self
            if row.is_wanted:
                by_address[row.address.lower()].append(row)
        keys = {record_key(row): row.pk for rows in by_address.values() for row in rows}
        sent = notices_of(self).filter(target__in=keys, state=Notice.State.SENT).values_list("target", flat=True)
        left = {keys[key] for key in sent}
        ranked = [sorted(rows, key=lambda row: (row.pk not in left, row.pk)) for rows in by_address.values()]
        return {row.pk for rows in ranked for row in rows[1:]}


def _named_by(paths: Iterable[str]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """What upper apps read of their lists, by what these are of."""
    for path in paths:
        yield from import_string(path).items()


def notices_of(*letters: Letter) -> models.QuerySet[Notice]:
    """The e-mails of letters; tests left out."""
    return Notice.objects.about(letters).filter(kind=MAIL_KIND)
