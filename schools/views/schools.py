"""Schools: the list, the facts, the people, the history, and the hub set by hand."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.forms import PortalForm
from hubportal.core.models import JournalEntry
from hubportal.core.step_back import TakeBack
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalDetail, StepForm
from schools import roles
from schools.actions import moves
from schools.actions.giving import GivingPlace
from schools.actions.recipients import SCHOOL_AUDIENCES, of_schools
from schools.actions.reopening import OPEN_AGAIN
from schools.filters import NEW, SchoolFilter
from schools.forms.places import SchoolHubForm
from schools.models import HubMove, Person, Role, School, SchoolQuerySet, Succession, with_last_letter
from schools.views.people_rows import reads_then, row_of, taught_by, was_there
from schools.views.writing import WritableList

Facts = list[tuple[str, Any]]


class SchoolList(WritableList):
    """The schools that one works with; all of them for the national team."""

    model = School
    roles = (roles.NATIONAL, *roles.HUB_READERS, *roles.LEADERS, roles.TRUST_LEAD)
    template_name = "schools/school_list.html"
    noun = "school"
    audiences, pick = SCHOOL_AUDIENCES, staticmethod(of_schools)
    filterset_class = SchoolFilter
    sorts = {
        "name": ("name", "pk"),
        "town": ("town", "name", "pk"),
        "authority": ("authority__name", "name", "pk"),
        "pupils": ("pupils", "name", "pk"),
    }
    export_name = "schools"
    export_columns = [
        ("URN", lambda school: school.urn),
        ("School", lambda school: school.name),
        ("Former names", lambda school: school.former_names),
        ("Town", lambda school: school.town),
        ("Postcode", lambda school: school.postcode),
        ("Local authority", lambda school: school.authority.name),
        ("Trust", lambda school: school.trust.name if school.trust else ""),
        ("Phase", lambda school: school.get_phase_code_display()),
        ("Type", lambda school: school.type_name),
        ("Status", lambda school: school.get_gias_status_display()),
        ("Pupils", lambda school: school.pupils),
        ("Headteacher in GIAS", lambda school: school.head_name),
        ("Telephone", lambda school: school.telephone),
        ("Address", lambda school: school.full_address),
        ("Owner", lambda school: str(school.kept_by or "")),
        ("Hub", lambda school: school.hub.name if school.hub else ""),
        ("Last written to", lambda school: school.written_at),
    ]

    def prepare(self, rows: Any) -> Any:
        """A file names who looks after each."""
        prepared = with_last_letter(rows.for_list(), self.request.user if self.shows_letters else None)
        return prepared.select_related("kept_by__person") if self.request.GET.get("export") else prepared

    @property
    def shows_letters(self) -> bool:
        """Whether it says when a school was written to last: of those to be invited."""
        asked = self.request.GET
        reads = may(self.request.user, roles.NATIONAL, *roles.HUB_READERS)
        return reads and (self.is_news() or bool(asked.get("written")))

    def is_news(self) -> bool:
        """Those who never engaged are invited."""
        return self.request.GET.get("engaged") == NEW

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether rows can be ticked."""
        is_staff = may(self.request.user, *roles.HUB_STAFF)
        return super().get_context_data(is_staff=is_staff, shows_letters=self.shows_letters, **kwargs)

    def get_heading(self) -> str:
        """As the navigation says: a leader's own, a trust's own, or simply schools."""
        user = self.request.user
        if may(user, roles.NATIONAL, *roles.HUB_READERS):
            return "Schools"
        return "My schools" if may(user, *roles.LEADERS) else "Our schools"

    shown = (
        *("pk", "name", "former_names", "gias_status", "town", "postcode", "urn", "authority__name", "phase_code"),
        *("trust__name", "hub__name", "pupils", "written_at"),
    )

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column."""
        pk, name, former, status, town, postcode, urn, authority, phase, trust, hub, pupils, written = values
        where = (str(pk), name, former, STATUSES[status], town, postcode, _text(urn), authority)
        return (*where, PHASES[phase], trust or "", self._belongs(hub or "No hub"), _text(pupils), long_day(written))

    def _belongs(self, name: str) -> str:
        """To which hub; in the list of one hub only where that is another, as of a school that it had before."""
        here = self.request.hub
        if here is None or here.name == name:
            return "" if here else name
        return f"Belongs to {name}" if name != "No hub" else "Belongs to no hub"


PHASES: dict[int, str] = dict(School.Phase.choices)
STATUSES: dict[int, str] = {**dict(School.GiasStatus.choices), School.GiasStatus.OPEN: ""}


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


class SchoolPage(PortalDetail):
    """What the tabs of a school share."""

    model = School
    tab_bar = "SCHOOL_TABS"
    template_name = "schools/school_detail.html"
    object: School

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the school under its own name."""
        return super().get_context_data(school=self.object, **kwargs)


class SchoolDetail(SchoolPage):
    """The facts that GIAS holds, and the hub."""

    tab = "schools:school-detail"

    def prepare(self, rows: SchoolQuerySet) -> SchoolQuerySet:
        """With its numbers and with what it was before or became."""
        moves_seen = HubMove.objects.visible_to(self.request.user)
        to_become = Succession.objects.visible_to(self.request.user).planned()
        planned = moves_seen.filter(status=HubMove.Status.PLANNED).select_related("hub")
        return (
            rows.for_list()
            .select_related("succeeded_by", "kept_by__person")
            .prefetch_related("urns", "predecessors", "splits__became")
            .prefetch_related(Prefetch("successions", queryset=to_become, to_attr="to_become"))
            .prefetch_related(Prefetch("hub_moves", queryset=planned, to_attr="planned_moves"))
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The facts in the order in which people look for them."""
        school = self.object
        after = [school.succeeded_by_id, *(split.became_id for split in school.splits.all())]
        seen = School.objects.visible_to(self.request.user).filter(pk__in=[pk for pk in after if pk])
        return super().get_context_data(
            about=_about(school),
            # Another hub's school is named, and opens to whoever may see it.
            opens=set(seen.values_list("pk", flat=True)) if any(after) else set(),
            may_enter=school.is_open and self.request.user.scope.staffs(school.hub_id),
            former=[urn for urn in school.urns.all() if not urn.is_current],
            predecessors=school.predecessors.all(),
            became=[split.became for split in school.splits.all()],
            reopened=_reopened(school),
            website=website_of(school),
            may_set_hub=_may_set_hub(self.request.user, school),
            reads_owner=self.request.user.scope.oversees(school.hub_id),
            may_set_owner=self.request.user.scope.staffs(school.hub_id),
            **kwargs,
        )


def _about(school: School) -> Facts:
    ages = f"{school.low_age} to {school.high_age}" if school.low_age is not None and school.high_age else ""
    fsm = f"{school.fsm_percent.normalize():f}%" if school.fsm_percent is not None else ""
    return [
        ("Former names", school.former_names),
        ("URN", school.urn),  # type: ignore[attr-defined]
        ("Phase", school.get_phase_code_display()),
        ("Type", school.type_name),
        ("State-funded", "Yes" if school.is_state_funded else "No"),
        ("Status", school.get_gias_status_display()),
        ("Opened", long_day(school.opened_on)),
        ("Closed", long_day(school.closed_on)),
        ("Ages", ages),
        ("Gender", school.gender),
        ("Pupils", school.pupils),
        ("Free school meals", fsm),
        ("Headteacher in GIAS", school.head_name),
        ("Trust", school.trust),
        ("Local authority", school.authority),
        ("Establishment number", school.establishment_number),
        ("Region", school.region_name),
        ("Urban or rural", school.urban_rural),
    ]


def website_of(school: School) -> str:
    """An address that is safe to link: of the web, and nothing else."""
    address = school.website.strip()
    return address if address.startswith(("http://", "https://")) else f"https://{address}" if "." in address else ""


def _reopened(school: School) -> JournalEntry | None:
    """When an open school was opened again, and what it had become before; what went there stayed there."""
    if not school.is_open:
        return None
    return JournalEntry.objects.about(school).filter(what=OPEN_AGAIN).exclude(changed={}).first()


def _may_set_hub(user: Any, school: School) -> bool:
    """National, and the leads of the hub that gives the school away."""
    return user.scope.is_national or school.hub_id in user.scope.lead_hub_ids


class SchoolPeople(SchoolPage):
    """Who has a role at the school, and for its hub whoever else is known from there."""

    template_name = "schools/school_people.html"
    tab = "schools:school-people"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The people whom one may see, with their roles at this school, of today and to come, and what one reads."""
        school, today, by = self.object, clock.today(), self.request.user
        # A school does not follow the people who have left it; its hub knows them still.
        reads_all = may(by, roles.NATIONAL, *roles.HUB_READERS)
        seen = Person.objects.visible_to(by)
        people = seen.known_from(school) if reads_all else seen.at_school(school, today)
        people = people.with_bad_address().select_related("school", "user")
        ever: dict[int, list[Role]] = defaultdict(list)
        for role in Role.objects.by_hand().with_places().filter(person__in=people.values("pk")):
            ever[role.person_id].append(role)
        taught = taught_by(by.scope, school)
        found = [
            row_of(by, school, person, ever=ever[person.pk], taught=taught) for person in people.order_by("name", "pk")
        ]
        rows = [row for row in found if row.is_listed]
        gives = GivingPlace(school=school).kinds_for(by.scope)
        heads = [
            row for row in rows if any(role.kind == roles.HEADTEACHER and not role.ends_on for role, _ in row.held)
        ]
        here = {role.kind for row in rows for role, _may_end in row.held}
        return super().get_context_data(
            rows=rows,
            reads_then=reads_then(by, school),
            others=[(row.person, was_there(school, ever[row.person.pk])) for row in found if not row.is_listed],
            heads=heads if reads_all and len(heads) > 1 else [],
            may_invite=bool(gives) and not school.has_closed,
            may_keep=school.is_open and by.scope.staffs(school.hub_id),
            may_act=any(row.may_correct for row in rows),
            may_replace=any(row.may_replace for row in rows),
            run_elsewhere=sorted(
                {name for hubs in taught.values() for pk, name in hubs.items() if pk != school.hub_id}
            ),
            # Whoever books cover and answers for money; a headteacher is known by the hub.
            missing=[
                (kind, roles.LABELS[kind], WANTED[kind])
                for kind in WANTED
                if kind in gives and kind not in here and not school.has_closed
            ],
            # What else is missing is for its hub to give.
            head_by_hub=bool(gives) and not {roles.HEADTEACHER} & (here | set(gives)) and not school.has_closed,
            # Who leaves with nobody to follow: planned, so that it can be seen to.
            leaving=[
                (role.get_kind_display(), role.ends_on + timedelta(days=1))
                for role in Role.objects.visible_to(by).filter(school=school).without_follower(today)
                if role.ends_on is not None
            ],
            # To hubs alone: whom a school has invited may have none, as somebody at another place has their address.
            reads_sign_in=reads_all,
            **kwargs,
        )


WANTED = {
    roles.HEADTEACHER: "who confirms what the school agrees to",
    roles.MATHS_LEAD: "whom the hub and the leaders turn to",
    roles.OFFICE: "who gets all dates and claims the money",
    roles.COVER: "who books supply cover: gets all dates and changes by e-mail, without an account",
}


class SchoolHistory(SchoolPage):
    """What was done about the school and the roles at it."""

    roles = (roles.NATIONAL, *roles.HUB_READERS)
    template_name = "schools/school_history.html"
    tab = "schools:school-history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The journal of one's own hub about the school; national reads all."""
        held = Role.objects.filter(school=self.object).only("pk")
        entries = JournalEntry.objects.visible_to(self.request.user).about(self.object, *held)
        return super().get_context_data(entries=entries.select_related("by__person", "seen_as__person"), **kwargs)


class SchoolHub(StepForm):
    """Give a school to another hub by hand, or let it follow its local authority again."""

    changes_what_stands = True
    model, form_class = School, SchoolHubForm
    roles = (roles.NATIONAL, roles.HUB_LEAD)
    submit_label, done = "Change the hub", ""
    failures = (moves.CannotMoveSchool,)
    record: School

    def get_heading(self) -> str:
        """Of which school."""
        return f"Change the hub of {self.record}"

    def why_not(self) -> str:
        """Only the hub that gives it away."""
        if _may_set_hub(self.request.user, self.record):
            return ""
        return "Only the leads of the school's own hub, or the national team, can give it to another hub."

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return {"hub": self.record.hub_id if self.record.hub_set_by_hand else SchoolHubForm.FOLLOW}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form names the local authority's hub."""
        return {**super().get_form_kwargs(), "school": self.record, "today": clock.today()}

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """To which hub it belongs, and by what; the day that is proposed passes."""
        return {**self.get_initial(), "belongs_to": self.record.hub_id}

    def changed_since(self, form: BaseForm) -> str:
        """Who has given it to which hub."""
        return moves.given_meanwhile(self.record)

    def act(self, form: SchoolHubForm) -> HubMove:
        """Now, or on the day."""
        given = form.cleaned_data
        return moves.move_school(
            school=self.record,
            hub=given["hub"],
            from_on=given["from_on"],
            reason=given["reason"],
            takes_interest=given["interest"] == form.GOES,
            by=self.request.user,
            now=clock.now(),
        )

    def form_valid(self, form: Any) -> HttpResponse:
        """A school given away may be out of sight afterwards."""
        answer = super().form_valid(form)
        if form.errors:
            return answer
        move: HubMove = self.result
        goes_to = move.hub or "no hub"
        then = f"goes to {goes_to} on {long_day(move.from_on)}"
        messages.success(self.request, f"{move.school} {then if move.is_planned else f'now belongs to {goes_to}'}.")
        still_seen = School.objects.visible_to(self.request.user).filter(pk=self.record.pk).exists()
        return redirect(self.record if still_seen else reverse("schools:school-list"))


class HubMoveTakeBack(TakeBack):
    """Take back a change of hub that is planned."""

    model, roles = HubMove, (roles.NATIONAL, roles.HUB_LEAD)
    lede = "Whoever has heard of the change is told that it is taken back."
    record: HubMove

    def prepare(self, rows: Any) -> Any:
        """With its school and hubs."""
        return rows.for_notice()

    def why_not(self) -> str:
        """Whoever may give the school to another hub."""
        may = _may_set_hub(self.request.user, self.record.school)
        return "" if may else "Only the leads of the school's own hub, or the national team, can take this back."

    @property
    def done(self) -> str:  # type: ignore[override]
        """Where the school stays."""
        return f"Taken back: {self.record.school} stays with {self.record.was or 'no hub'}."

    def get_heading(self) -> str:
        """Which school stays where."""
        return f"Does {self.record.school} stay with {self.record.was or 'no hub'}?"

    def act(self, form: PortalForm) -> None:
        """Take it back."""
        moves.take_back(move=self.record, by=self.request.user, now=clock.now())
