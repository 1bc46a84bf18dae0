"""Rules of the house that no other tool checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from hubportal.core.workflow import StatusModel
from programmes.catalogue import phases

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
OURS = ("hubportal", "schools", "programmes", "workgroups", "funding")
LONGEST_FILE = 400


def _python(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def _assigns_status(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
        isinstance(target, ast.Attribute) and target.attr == "status" for target in targets
    )


WITHOUT_STATUS = {model.__name__ for model in apps.get_models() if not issubclass(model, StatusModel)}
WRITERS = ("update", "create", "update_or_create", "get_or_create", "bulk_update", "bulk_create")


def _writes_status(node: ast.AST) -> bool:
    """A call that sets a status, or sets what only its caller knows: ``setattr``, ``update(**anything)``."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id == "setattr" and not _is_another_name(node.args[1])
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITERS
        and _root(node.func) not in WITHOUT_STATUS
        and (
            any(word.arg == "status" or (word.arg is None and _is_open(word.value)) for word in node.keywords)
            or any(_names_status(part) for given in (*node.args, *node.keywords) for part in ast.walk(given))
        )
    )


def _is_another_name(name: ast.expr) -> bool:
    return isinstance(name, ast.Constant) and name.value != "status"


def _is_open(words: ast.expr) -> bool:
    """Whether ``**words`` may hold any name: one that is written out there holds what ``_names_status`` sees."""
    return not isinstance(words, ast.Dict) or any(key is None for key in words.keys)


def _names_status(part: ast.AST) -> bool:
    return isinstance(part, ast.Constant) and part.value == "status"


def _root(node: ast.expr) -> str:
    """``Visit`` of ``Visit.objects.filter().update``."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


# Steps that write names which only they know, and why none of these is a status that moves.
NO_MOVE = {
    "hubportal/dashboards/actions/records/ledger.py: change": "facts of a file; a status goes as a move of its own",
    "hubportal/dashboards/actions/records/undoing.py: _restore": "the facts that a file changed; what moved stays",
    "programmes/actions/asking.py: ask_head_again": "the number and moment of the asking",
    "programmes/actions/heads.py: _correct": "the headteacher's name and address, written out above",
    "programmes/actions/changes.py: keep_unless_taken": "what the school may change, written out above",
    "programmes/actions/light_changes.py: change_told": "what was told; a status goes as a move of its own",
    "programmes/actions/light_changes.py: correct_address": "the contact's address and what follows for its links",
    "programmes/actions/copies.py: _take_over": "contact, headteacher and message, written out above",
    "programmes/actions/drafts.py: save_answers": "the answers of a form, which has no status",
    "programmes/actions/interest.py: _completed": "what the application adds to an interest that stays a second copy",
    "programmes/actions/interest.py: _created": "a new row: a second copy begins as one",
    "programmes/actions/light.py: tell_interest": "a new row: interested, or a second copy",
    "hubportal/core/notices.py: readdress": "e-mails that failed are planned anew, for another recipient",
    "hubportal/core/jobs.py: _end": "a job's state, where its lease is still the one it is held with",
    "programmes/actions/agreements.py: answer_as_head": "what the headteacher says, and who they are",
    "programmes/actions/interest.py: _answer": "what the headteacher says",
    "programmes/actions/next_year.py: _bring_up_to_date": "an offer's fields; it has no status",
    "programmes/actions/phases.py: change_phase": "a phase's name and family; it has no status",
    "schools/actions/bounces.py: clear": "e-mails that failed are planned anew",
    "schools/actions/hubs.py: save_hub": "what is known of a hub; it has no status",
    "schools/actions/import_writes.py: _change": "facts of a file; a school has none",
    "schools/actions/people.py: know": "a person's facts",
    "schools/actions/merging.py: _fill": "a person's facts",
    "schools/actions/people.py: correct_person": "a person's facts",
    "schools/actions/people.py: _change": "a role's days",
    "workgroups/actions/logs.py: correct_log": "a log's own fields, of a form",
    "workgroups/actions/meetings.py: move_meeting": "the new time and who moved it",
    "workgroups/actions/meetings.py: place_meeting": "the place, in three fields",
    "workgroups/actions/passing_interest.py: _keep_contact": "whom an interest names as its contact",
    "workgroups/actions/passing_interest.py: _new_nominee": "a teacher whom an interest names",
    "workgroups/actions/visits.py: _move": "the day and the hour",
}


def _steps(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The parts of a file with the name of the function that each stands in."""
    name = str(path.relative_to(ROOT))
    for outer in ast.walk(ast.parse(path.read_text())):
        if isinstance(outer, ast.FunctionDef):
            yield from ((f"{name}: {outer.name}", node) for node in ast.walk(outer))


def test_status_is_written_only_in_workflow() -> None:
    """Neither openly nor by names that a reader cannot see."""
    assigned = {
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in _python(*OURS)
        if path.name != "workflow.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if _assigns_status(node)
    }
    written = {
        step
        for path in _python(*OURS)
        if path.name != "workflow.py"
        for step, node in _steps(path)
        if _writes_status(node)
    }

    assert (assigned, written ^ NO_MOVE.keys()) == (set(), set())


APPS = ("core", "schools", "programmes", "workgroups", "funding")


def test_models_are_not_fetched_upwards_by_name() -> None:
    """What import-linter cannot see: an app that asks for a higher app's model by its label."""
    asked = re.compile(r"""get_model\(\s*["'](\w+)""")
    found = [
        f"{path.relative_to(ROOT)}: {label}"
        for own in APPS
        for path in _python("hubportal/core" if own == "core" else own)
        for label in asked.findall(path.read_text())
        if APPS.index(label) > APPS.index(own)
    ]

    assert found == []


def test_forms_take_text_on_one_line_or_as_lines() -> None:
    """Django's own field lets line breaks into names; what must come back letter by letter says ``strip=False``."""
    field = re.compile(r"\bforms\.CharField\((?![^()]*strip=False)")
    found = [
        str(path.relative_to(ROOT))
        for path in _python(*OURS)
        if path.parent.name == "forms" or path.name == "forms.py"
        if path.parent.name != "core" and field.search(path.read_text())
    ]

    assert found == []


def test_files_are_short() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in _python(*OURS, "tests", "ops")
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }

    assert too_long == {}


def _code_words(path: Path) -> str:
    """The code without comments and docstrings: what could branch on a name."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        match getattr(node, "body", None):
            case [ast.Expr(value=ast.Constant() as docstring), *_rest]:
                docstring.value = ""
    return ast.unparse(tree)


def _phase_words() -> re.Pattern[str]:
    """The codes and names of the shipped phases, and of the programme they belong to, as whole words."""
    words = {
        word for code, _pathway, family, name, short, _step in phases.PHASES for word in (code, family, name, short)
    }
    words.add("Teaching for Mastery")
    return re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words, key=len, reverse=True)))


def test_no_phase_is_named_in_code() -> None:
    """Phases are data: only the catalogue (and the demo's story) may name one."""
    pattern = _phase_words()
    named = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in _python(*OURS)
        if path.name != "catalogue.py" and "catalogue" not in path.parts and "demo" not in path.stem
        for match in pattern.finditer(_code_words(path).replace("Mastery Readiness Lead", ""))
    ]
    templates = [path for path in sorted((ROOT / "templates").rglob("*")) if path.is_file()]
    named += [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in templates
        for match in pattern.finditer(path.read_text())
    ]

    assert named == []


def test_clock_is_the_only_source_of_time() -> None:
    pattern = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|localdate\(|localtime\(\)|\bauto_now")
    found = [
        str(path.relative_to(ROOT))
        for path in _python(*OURS)
        if path.name != "clock.py" and pattern.search(path.read_text())
    ]

    assert found == []


def test_days_are_written_as_every_system_can() -> None:
    """``%-d`` is glibc's own."""
    found = [str(path.relative_to(ROOT)) for path in _python(*OURS) if re.search(r"%-[a-zA-Z]", path.read_text())]

    assert found == []


def test_rows_are_locked_first_and_read_with_what_they_point_to_after() -> None:
    """Who waits for a row that points to another one by then finds none, or None: ``locks.held`` asks twice."""
    found = {
        f"{path.relative_to(ROOT)}: {outer.name}"
        for path in _python(*OURS)
        for outer in ast.walk(ast.parse(path.read_text()))
        if isinstance(outer, ast.FunctionDef) and _locks_what_it_joins(outer)
    }

    assert found == set()


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ("Group.objects.select_for_update(of=('self',)).select_related('leader').get(pk=pk)", True),
        ("rows = Group.objects.select_related('leader')\n    rows.select_for_update() if locks else rows", True),
        ("rows = Group.objects.select_for_update()\n    rows.select_related('leader').get(pk=pk)", True),
        ("Person.objects.select_for_update().get(pk=pk)\n    Role.objects.select_related('person')", False),
        ("User.objects.select_for_update(of=('self',)).get(pk=pk)", True),
        ("rows = User.objects.filter(person=person)\n    rows.select_for_update().first()", True),
        ("User._base_manager.select_for_update().get(pk=pk)", False),
    ],
)
def test_rows_that_are_locked_and_joined_are_seen(body: str, refused: bool) -> None:
    (function,) = ast.parse(f"def step():\n    {body}\n").body

    assert _locks_what_it_joins(function) is refused


def test_rows_that_are_locked_may_have_gone() -> None:
    """Who waits for a row that is deleted meanwhile finds none: ``locks.hold`` and ``refresh`` say so in words."""
    found = {
        step
        for path in _python(*OURS)
        if path.name != "locks.py"
        for step, node in _steps(path)
        if isinstance(node, ast.Call) and _gets_what_it_locks(node)
    }

    assert found == set()


def _gets_what_it_locks(node: ast.Call) -> bool:
    is_refreshed = any(
        word.arg == "from_queryset" and "select_for_update" in _asked(word.value) for word in node.keywords
    )
    return is_refreshed or {"select_for_update", "get"} <= _asked(node)


# Models whose manager joins by itself, whatever a query asks of it.
JOINED = {model.__name__ for model in apps.get_models() if model._default_manager.all().query.select_related}


def _locks_what_it_joins(function: ast.AST) -> bool:
    """Whether one query of a function has both, in one line or by a name that it is kept under."""
    kept: dict[str, set[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            kept.setdefault(node.targets[0].id, set()).update(_asked(node.value))
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            asked = _asked(node) | kept.get(_root(node), set())
            if {"select_for_update", "select_related"} <= asked:
                return True
    return False


def _asked(node: ast.expr) -> set[str]:
    """``objects``, ``filter`` and ``get`` of ``Visit.objects.filter().get()``."""
    found = set()
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        node = node.value if isinstance(node, ast.Attribute) else node.func
    if isinstance(node, ast.Name) and node.id in JOINED and "objects" in found:
        found.add("select_related")
    return found


ACTIONS_ALONE = {"atomic", "set_rollback", "select_for_update", "delete", *WRITERS} - {"update"}
# Not of the domain: tries of a network, counted in the cache.
MAY_COUNT = {"programmes/views/throttle.py: _count"}


def test_views_leave_transactions_and_new_rows_to_actions() -> None:
    """A view does forms, permission and answers; what belongs together has a name of its own."""
    found = {
        step
        for path in _python(*OURS)
        if "views" in (path.stem, path.parent.name)
        for step, node in _steps(path)
        if isinstance(node, ast.Attribute) and node.attr in ACTIONS_ALONE
    }

    assert found == MAY_COUNT


def test_files_that_run_once_but_for_one_test_have_that_test() -> None:
    """Where it was renamed, nothing of the file would run on PostgreSQL."""
    sources = {path.name: path.read_text() for path in _python("tests")}
    named = {(name, one) for name, text in sources.items() for one in re.findall(r'once\(but="(\w+)"\)', text)}

    assert named
    assert {(name, one) for name, one in named if f"def {one}(" not in sources[name]} == set()
