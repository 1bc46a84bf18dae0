"""Rules of the house that no other tool checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from programmes.catalogue import phases

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


def _updates_status(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("update", "update_or_create")
        and any(word.arg == "status" for word in node.keywords)
    )


def test_status_is_assigned_only_in_workflow() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in _python(*OURS)
        if path.name != "workflow.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if _assigns_status(node) or _updates_status(node)
    ]

    assert found == []


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
    words = {word for code, _pathway, name, short_name, _step in phases.PHASES for word in (code, name, short_name)}
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
