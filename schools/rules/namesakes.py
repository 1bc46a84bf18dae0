"""Telling people of one name apart where somebody chooses among them."""

from collections import Counter
from collections.abc import Iterable

from schools.rules import name_key


def told_apart(people: Iterable[tuple[int, str, str, str]]) -> dict[int, str]:
    """What people are called beside each other, by their keys: of two of one name each with school, or address.

    :param people: key, name, school and e-mail address of each; who stands there twice is one person.
    """
    found = {key: (name, school, email) for key, name, school, email in people}
    many = Counter(name_key(name) for name, _school, _email in found.values())
    alike = Counter((name_key(name), school) for name, school, _email in found.values())
    called = {}
    for key, (name, school, email) in found.items():
        is_told = bool(school) and alike[name_key(name), school] == 1
        behind = [] if many[name_key(name)] == 1 else [school] if is_told else [school, email]
        called[key] = ", ".join(filter(None, [name, *behind]))
    return called
