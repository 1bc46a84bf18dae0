"""What a year's journey needs in the portal before it begins; run in the portal's own process and database."""

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from funding.models import Rate
from hubportal.core import clock
from programmes.actions import decisions, leaders
from programmes.actions.interest import Application, new_reference, submit
from programmes.models import AgreementText, Offer, Phase, PhaseFamily
from programmes.rules import Named
from schools import roles
from schools.actions import people
from schools.actions.imports import import_schools
from schools.adapters.fictional import Area, fictional_file
from schools.models import Hub, School, User
from schools.rules import academic_year

STAFF = (
    ("lead", "Lena Lead", roles.HUB_LEAD),
    ("admin", "Adam Admin", roles.HUB_ADMIN),
)
LEADERS = (("specialist", "Sofia Special", roles.SPECIALIST), ("readiness", "Rory Ready", roles.READINESS_LEAD))
FOURTH = "pilot"


def year_of_journey() -> int:
    """The academic year that the journey lives: the next one, for which schools apply in spring."""
    return academic_year(clock.today()) + 1


def prepare() -> None:
    """Tables and catalogue, a hub with staff and leaders, schools around it, and a phase that the catalogue lacks."""
    for command in ("migrate", "createcachetable", "load_catalogue"):  # in one process: loading Django takes longest
        call_command(command, verbosity=0)
    hub = Hub.objects.get(code="east-midlands-south")
    areas = [Area(one.code, one.name, "E", "East Midlands") for one in hub.authorities.order_by("code")]
    now = clock.now()
    import_schools(file=BytesIO(fictional_file(150, areas)), file_name="schools.csv", by=None, now=now)
    began = clock.at_london(date(year_of_journey(), 1, 5), 9)
    with clock.fixed(began):
        for mailbox, name, kind in STAFF:
            people.invite(name=name, email=f"{mailbox}@demo.example", kind=kind, by=None, now=began, hub=hub)
        people.invite(name="Nina National", email="national@demo.example", kind=roles.NATIONAL, by=None, now=began)
        for mailbox, name, kind in LEADERS:
            email = f"{mailbox}@demo.example"
            leaders.make_leader(
                hub=hub, kind=kind, by=None, now=began, starts_on=began.date(), name=name, email=email, max_groups=3
            )
    User.objects.update(password=make_password("demo-portal"))
    _make_fourth_phase()


def _make_fourth_phase() -> None:
    """A programme that nobody has thought of yet: two meetings, one visit, one teacher, £345."""
    model = Offer.objects.filter(year=year_of_journey(), hub=None, enrols="schools").order_by("pk")[0]
    pathway = model.phase.pathway
    family = PhaseFamily.objects.create(pathway=pathway, name="Pilots")
    phase = Phase.objects.create(
        code=FOURTH, pathway=pathway, family=family, name="Maths pilot", short_name="Pilot", step=3
    )
    offer = Offer.objects.create(
        phase=phase,
        year=model.year,
        code="PILOT-1",
        title="Maths pilot",
        summary="Two meetings and one visit.",
        opens_on=model.opens_on,
        closes_on=model.closes_on,
        group_min=2,
        group_max=3,
        teachers_per_school=1,
        meetings=2,
        meetings_per="year",
        visits=1,
        visits_per="year",
        school_phases=[4],
        group_label="Circle",
        teacher_label="Pilot teacher",
        visit_tags=model.visit_tags,
        commitments=model.commitments,
    )
    Rate.objects.create(offer=offer, amount="345.00")


def offer_of(phase: str) -> Offer:
    """The offer of a phase in the journey's year."""
    return Offer.objects.get(phase__code=phase, year=year_of_journey(), hub=None)


def fill(phase: str) -> None:
    """All schools of a group but one have been accepted; write what the browser needs to know to ``journey.json``."""
    offer = offer_of(phase)
    fitting = School.objects.filter(gias_status=1, phase_code__in=offer.school_phases, hub__isnull=False)
    schools = [one for one in fitting.select_related("hub").order_by("pk") if one.is_state_funded]
    now = clock.at_london(date(offer.year, 2, 1), 9)
    with clock.fixed(now):
        for school in schools[1 : offer.group_min]:
            _accept(school, offer)
        people.invite(
            name="Olive Office", email="office@demo.example", kind=roles.OFFICE, by=None, now=now, school=schools[0]
        )
    rate = offer.rates.first()
    facts = {
        "year": offer.year,
        "school": schools[0].pk,
        "name": schools[0].name,
        "postcode": schools[0].postcode,
        "offer": offer.pk,
        "title": offer.title,
        "meetings": offer.meetings,
        "visits": offer.visits,
        "schools": max(offer.group_min, 1),
        "is_led_by_specialist": offer.leader_kind == roles.SPECIALIST,
        "amount": f"£{rate.amount:,.2f}" if rate else "",
    }
    (Path(settings.VAR_DIR) / "journey.json").write_text(json.dumps(facts))


def _accept(school: School, offer: Offer) -> None:
    now = clock.now()
    privacy = AgreementText.objects.privacy_on(now.date())[0]
    domain = f"school-{school.pk}.example"
    named = [
        Named(f"Teacher {number} of {school.pk}", f"t{number}@{domain}", "Teacher", offer.needs_lead_role)
        for number in range(offer.teachers_per_school)
    ]
    application = Application(
        reference=new_reference(),
        school=school,
        offer=offer,
        contact_name=f"Contact of {school.pk}",
        contact_email=f"contact@{domain}",
        contact_phone="",
        contact_job="Maths lead",
        contact_is_head=False,
        head_name=f"Head of {school.pk}",
        head_email=f"head@{domain}",
        teachers=tuple(named),
        message="",
        commitments_id=offer.commitments_id,
        privacy_id=privacy.pk,
        agreed_at=now,
    )
    interest = submit(application=application, by=None, now=now)
    decisions.accept(interest=interest, by=None, now=now + timedelta(hours=1))
