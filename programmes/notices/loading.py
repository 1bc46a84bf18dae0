"""What e-mails about an interest are made of: one load for all their kinds, so that a change is looked at once."""

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import Exact

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.records import begin_of
from programmes.models import Interest, Offer
from programmes.models.asking import asked_before, corrected_before
from schools.rules import academic_year

# The kinds of e-mail by which others hear of a headteacher's no, and of a yes that follows it.
NO, YES = "interest-head-no", "interest-head-yes"
# How the keys begin of those who hear of it.
HUB, CONTACT = "hub:", "mail:"


def interests() -> QuerySet[Interest]:
    """All that ``desired`` and ``context`` of every kind about an interest read."""
    together = models.Prefetch("sent_together", queryset=Interest.objects.for_link().order_by("pk"))
    rows: QuerySet[Interest] = Interest.objects.for_link().with_asking().with_place().with_earlier_copy()
    rows = rows.annotate(hub_is_told_yes=_is_told_yes(HUB), contact_is_told_yes=_is_told_yes(CONTACT))
    rows = rows.annotate(is_corrected_with_another=Exists(corrected_before()))
    rows = rows.select_related("enrolment", "duplicate_of", "came_from", "sent_with")
    return rows.prefetch_related("teachers", "receipts__entered_by__person", together)


def _is_told_yes(side: str) -> Combinable:
    """Whether this side was told of a no, and hears so of the yes; of several that one press confirmed the first."""
    with_it = asked_before().filter(head_confirmed_at=OuterRef("head_confirmed_at"))
    if side == HUB:
        with_it = with_it.filter(hub=OuterRef("hub"))
    return knew_no(side) & ~Exists(with_it.filter(knew_no(side)))


def knew_no(side: str) -> Q:
    """Whether a no is what this side knew before the headteacher confirmed: it was told of it, or had entered it.

    In a query of rows that are annotated with ``form``.
    """
    return _was_told_no(side) | _had_entered_no() if side == HUB else _was_told_no(side)


def _had_entered_no() -> Q:
    """Whether the hub that has it now had entered a no, and was told of no yes between that and the one that stands."""
    is_own = Q(came_at=None) | Q(came_at__lte=F("head_no_entered_at"))
    between = {"due_at__gte": OuterRef("head_no_entered_at"), "due_at__lt": OuterRef("head_confirmed_at")}
    told = _told(HUB, OuterRef("hub")).filter(kind=YES, **between)
    return is_own & Q(head_no_entered_at__lte=F("head_confirmed_at")) & Q(~Exists(told))


def _was_told_no(side: str) -> Q:
    """Whether a no is what this side was told last before the headteacher confirmed: of it, or of it with another.

    Of hubs it is the one that has it now: another one, from which it came, tells it nothing.
    """
    yes_at = OuterRef("head_confirmed_at")
    before = Q(kind=NO, due_at__lte=yes_at) | Q(kind=YES, due_at__lt=yes_at)
    told = Subquery(_told(side, OuterRef("hub")).filter(before).order_by("-due_at", "-pk").values("kind")[:1])
    # What a headteacher says for several at once one e-mail tells; the hub enters an answer for each.
    with_another = Exists(asked_before().filter(Exists(_told(side, OuterRef(OuterRef("hub"))).filter(kind=NO))))
    of_it = Coalesce(
        told, Case(When(Q(with_another, head_said_no_at__isnull=False), then=Value(NO)), default=Value(""))
    )
    return Q(head_confirmed_at__isnull=False) & Q(Exact(of_it, Value(NO)))


def _told(side: str, hub: Combinable) -> QuerySet[Notice]:
    """What one side was told of the row around, or is being told."""
    told = Notice.objects.filter(kind__in=(NO, YES), target=_key())
    to_hub = Concat(Value(HUB), Cast(hub, models.CharField()))
    told = told.filter(recipient=to_hub) if side == HUB else told.filter(recipient__startswith=side)
    return told.filter(state__in=(Notice.State.SENDING, Notice.State.SENT))


def _key() -> Concat:
    return Concat(Value(begin_of(Interest)), Cast(OuterRef("pk"), models.CharField()))


def told_of() -> QuerySet[Interest]:
    """What schools have only told of, with ``phase.offers_to_come``: what can be applied for, read once for all."""
    offers = Offer.objects.public().filter(year__gte=academic_year(clock.today())).prefetch_related("follows")
    to_come = models.Prefetch("phase__offers", queryset=offers.order_by("pk"), to_attr="offers_to_come")
    told = Interest.objects.for_link().filter(status=Interest.Status.INTERESTED).with_told_before()
    return told.prefetch_related(to_come)
