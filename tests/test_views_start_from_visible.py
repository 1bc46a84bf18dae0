"""A view reads what its reader may see: it starts from ``visible_to``, or the list below says why it need not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
APPS = ("schools", "programmes", "workgroups", "funding", "hubportal")
MODELS = {model.__name__ for model in apps.get_models()}

# What nobody need be anybody for: the public form's own readings, and sets that are empty.
OPEN = {"visible_to", "public", "public_for", "for_link", "sent_as", "sent_from", "privacy_on", "none"}

OF_RECORD = "rows of a record that was read through visible_to"
OWN = "the reader's own rows"
COUNTED = "numbers of rows that were read through visible_to, counted in the database"
LEADERS_OWN = "a leader, for whom the journal has no hub, reads what was done with the own groups"
MACHINE = "signs of life, no page"
OWN_MONEY = "a school reads what became of its money"
WITHOUT = {
    "programmes/views/journey.py: SchoolJourney.get_context_data reads Enrolment": "both hubs see what each did",
    "programmes/views/journey.py: _began_as reads JournalEntry": OF_RECORD,
    "schools/views/hubs.py: HubDetail.get_context_data reads Role": OF_RECORD,
    "schools/views/letters.py: numbers reads Notice": OF_RECORD,
    "schools/views/authorities.py: AuthorityHub.authority reads LocalAuthority": "which hub has which area is public",
    "schools/views/imports.py: with_hubs reads LocalAuthority": "which hub has which area is public",
    "schools/views/people.py: _held reads Role": OF_RECORD,
    "schools/views/roles.py: PersonInvite.act reads Person": "whom the step has just invited",
    "schools/views/schools.py: SchoolPeople.get_context_data reads Role": OF_RECORD,
    "schools/views/schools.py: _reopened reads JournalEntry": OF_RECORD,
    "schools/views/schools.py: SchoolHistory.get_context_data reads Role": "keys, by which the journal is asked",
    "programmes/views/enrolments.py: EnrolmentTeachers.get_form_kwargs reads Person": OF_RECORD,
    "programmes/views/applicant.py: own_details reads Role": OWN,
    "programmes/views/express_programme.py: ProgrammeStep._advice reads Enrolment": "the form's own school",
    "programmes/views/express_programme.py: ProgrammeStep.get_context_data reads Hub": "the names of hubs are public",
    "programmes/views/express_wish.py: WishStep.get_context_data reads Hub": "the names of hubs are public",
    "programmes/views/express.py: ExpressPage._chosen reads Offer": "what this very application was sent for",
    "programmes/views/express.py: ExpressPage._choose_again reads Offer": "what the form itself had chosen, to name it",
    "programmes/views/express.py: begun_in reads FormDraft": "the browser's session holds the keys",
    "programmes/views/draft.py: Draft.find reads FormDraft": "the browser's session holds the key",
    "programmes/views/express_saved.py: back reads FormDraft": "the link in the e-mail is the permission",
    "programmes/views/express_send.py: CheckStep._wishes reads Phase": "the names of phases are public",
    "programmes/views/express_programme.py: ProgrammeStep.parts_of reads Enrolment": "why one is not open",
    "programmes/views/receipts.py: Enter.done reads Notice": "whom the entry just made is told to",
    "programmes/views/receipts.py: Enter.get_form_kwargs reads PhaseOption": "the options of phases are public",
    "programmes/views/express_unsaved.py: _in_words reads PhaseOption": "the options of phases are public",
    "programmes/views/offers.py: recruitment_of reads Interest": COUNTED,
    "programmes/views/offers.py: recruitment_of reads Enrolment": COUNTED,
    "programmes/views/offers.py: recruitment_of reads Target": COUNTED,
    "programmes/views/terms.py: TermDates.has_own reads HalfTerm": "the dates of terms are everybody's",
    "programmes/views/terms.py: TermDates.get_initial reads HalfTerm": "the dates of terms are everybody's",
    "workgroups/views/replacing.py: PersonReplace.get_success_url reads User": "oneself, with the roles of now",
    "workgroups/views/answers.py: MeetingAnswer._page reads Answer": "the link in the e-mail is the permission",
    "workgroups/views/groups.py: GroupList.prepare reads Visit": COUNTED,
    "workgroups/views/groups.py: GroupPage.prepare reads LeaderChange": OF_RECORD,
    "workgroups/views/dates.py: SchoolDates.get_context_data reads HalfTerm": "the dates of terms are everybody's",
    "workgroups/views/dates.py: read_dates reads Participant": OF_RECORD,
    "programmes/views/agreements.py: _versions reads AgreementText": "what is agreed is no secret",
    "workgroups/views/groups.py: GroupSchools.get_context_data reads Participant": OF_RECORD,
    "workgroups/views/groups.py: GroupHistory.get_context_data reads JournalEntry": LEADERS_OWN,
    "workgroups/views/meetings.py: MeetingDetail.get_context_data reads JournalEntry": LEADERS_OWN,
    "workgroups/views/logs.py: VisitLogStep._names reads Participant": OF_RECORD,
    "workgroups/views/meetings.py: MeetingList.prepare reads Participant": OWN,
    "workgroups/views/meetings.py: MeetingList.prepare reads Group": OWN,
    "workgroups/views/meetings.py: MeetingDetail.get_context_data reads Participant": OWN,
    "workgroups/views/places.py: PlaceAdd.start reads School": OF_RECORD,
    "workgroups/views/replacing.py: PersonReplace.load reads Person": "of people and places that the reader sees",
    "workgroups/views/visits.py: VisitDetail.get_context_data reads VisitLog": OF_RECORD,
    "workgroups/views/visits.py: VisitDetail.get_context_data reads AgreedAction": OF_RECORD,
    "workgroups/views/visits.py: VisitBook.get_context_data reads Participant": OF_RECORD,
    "funding/views/money.py: AwardDetail.get_context_data reads JournalEntry": OWN_MONEY,
    "funding/views/money.py: ClaimDetail.get_context_data reads JournalEntry": OWN_MONEY,
    "hubportal/dashboards/views/health.py: _beat reads Heartbeat": MACHINE,
    "hubportal/dashboards/views/health.py: _oldest_notice reads Notice": MACHINE,
    "hubportal/dashboards/views/home.py: Home._teacher reads Answer": OWN,
    "hubportal/dashboards/views/home.py: Home._was reads Role": OWN,
    "funding/views/money.py: is_without_group reads Place": OF_RECORD,
    "hubportal/dashboards/views/home.py: Home._teacher reads Participant": OWN,
}


def _views() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if path.name == "views.py" or "views" in path.parent.parts[len(ROOT.parts) :]:
                yield path


def _chains(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Each ``Model.objects.a().b()``, with the outermost names that it goes through."""
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):  # from the outside in
        names: list[str] = []
        parts: list[ast.AST] = []
        part: ast.AST = node
        while isinstance(part, ast.Attribute | ast.Call):
            parts.append(part)
            if isinstance(part, ast.Attribute):
                names.append(part.attr)
            part = part.value if isinstance(part, ast.Attribute) else part.func
        if isinstance(part, ast.Name) and part.id in MODELS and "objects" in names and node not in inner:
            inner.update(parts)
            yield part.id, names


def _functions(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{prefix}{node.name}", node


def test_views_start_from_visible_to() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name} reads {model}"
        for path in _views()
        for name, node in _functions(ast.parse(path.read_text()))
        for model, names in _chains(node)
        if not OPEN & set(names)
    }

    assert found == WITHOUT.keys()
