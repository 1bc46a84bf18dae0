"""What a template puts into a block that its parent does not have is shown nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context
from django.template.base import Template
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR) / "templates"
NAMES = [str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*.html"))]


def _parents(template: Template) -> Iterator[Template]:
    """From the next to the topmost."""
    context = Context()
    with context.bind_template(template):
        while isinstance(node := _extends(template), ExtendsNode):
            template = node.get_parent(context)
            yield template


def _extends(template: Template) -> object:
    return next(iter(template.nodelist.get_nodes_by_type(ExtendsNode)), None)


def _unknown(template: Template) -> list[str]:
    """The blocks of a template that none of its parents has; one inside another of its own is for its children."""
    node = _extends(template)
    if not isinstance(node, ExtendsNode):
        return []
    shown = [block for one in _parents(template) for block in one.nodelist.get_nodes_by_type(BlockNode)]
    known = {block.name for block in shown if isinstance(block, BlockNode)}
    return [one.name for one in node.nodelist if isinstance(one, BlockNode) and one.name not in known]


def test_every_block_of_a_template_is_shown_by_one_of_its_parents() -> None:
    found = {name: _unknown(get_template(name).template) for name in NAMES}  # type: ignore[attr-defined]

    assert {name: blocks for name, blocks in found.items() if blocks} == {}


def test_block_that_no_parent_shows_is_found() -> None:
    own = "{% block intro %}{% block mine %}{% endblock %}{% endblock %}{% block lost %}{% endblock %}"
    text = '{% extends "generic/form.html" %}' + own

    assert _unknown(Template(text)) == ["lost"]
