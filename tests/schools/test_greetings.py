"""How somebody is greeted."""

import pytest

from schools.rules.greetings import greeting

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Sam", "Sam"),
        ("Sam Brown", "Sam"),
        ("  Mary-Jane  Smith ", "Mary-Jane"),
        ("Jo Smith, NPQH", "Jo"),
        ("Smith, Jo", "Jo"),
        ("JOHN SMITH", "John"),
        ("SMITH, JO", "Jo"),
        ("Dr A. O'Neill-Smith", "Dr O'Neill-Smith"),
        ("Mrs. J Brown", "Mrs Brown"),
        ("DR J BROWN", "Dr Brown"),
        ("Mr Xxx", "Mr Xxx"),
        ("Dr Sam Brown MBE", "Dr Brown"),
        ("Ms Anna van der Berg", "Ms van der Berg"),
        ("Rev Canon John Smith", "Rev Smith"),
        ("Sir John Smith", "Sir John"),
        # Nothing shorter would do.
        ("J Brown", "J Brown"),
        ("J.B. Brown", "J.B. Brown"),
        ("JB Brown", "JB Brown"),
        ("Mr & Mrs Brown", "Mr & Mrs Brown"),
        ("School office", "School office"),
        ("Mrs", "Mrs"),
        ("", ""),
    ],
)
def test_somebody_is_greeted_as_the_name_allows(name: str, greeted: str) -> None:
    assert greeting(name) == greeted
