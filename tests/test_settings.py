"""What the settings refuse, and that a machine's own key is made once."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once


# Loads what the settings import, then their lines for each environment in a child of its own: Python starts once.
READER = """
import io, json, os, sys, traceback
import csp.constants, django.core.exceptions, django.http.request, environ
for line in sys.stdin:
    case, (read, write) = json.loads(line), os.pipe()
    if os.fork():
        os.close(write)
        with open(read) as answer:
            print(answer.read(), flush=True)
        os.wait()
        continue
    os.environ.clear()
    os.environ.update(case["environment"])
    said, problem = io.StringIO(), ""
    sys.stdout, out = said, sys.stdout
    try:
        from hubportal import settings
        exec("print(settings." + case["show"] + ")")
    except BaseException:
        problem = traceback.format_exc()
    with open(write, "w") as answer:
        json.dump({"stdout": said.getvalue(), "stderr": problem}, answer)
    os._exit(0)
"""


@dataclass(frozen=True)
class Answer:
    """What a process would have printed."""

    stdout: str
    stderr: str

    @property
    def returncode(self) -> int:
        """As a process that an exception ends."""
        return 1 if self.stderr else 0


@pytest.fixture(scope="module")
def reader() -> Iterator[subprocess.Popen[str]]:
    """A process that knows what the settings import, but not the settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", READER]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=kept, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process


@pytest.fixture
def load(reader: subprocess.Popen[str], tmp_path: Path) -> Callable[..., Answer]:
    """Load the settings in a process of their own and print one of them."""

    def ask(show: str = "SECRET_KEY", **environment: str) -> Answer:
        assert reader.stdin is not None
        assert reader.stdout is not None
        given = {"VAR_DIR": str(tmp_path), **environment}
        reader.stdin.write(json.dumps({"show": show, "environment": given}) + "\n")
        reader.stdin.flush()
        return Answer(**json.loads(reader.stdout.readline()))

    return ask


REAL = {
    "PRODUCTION": "true",
    "SECRET_KEY": "long" * 13,
    "SITE_URL": "https://portal.example",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example:587",
    "MAIL_DOMAIN": "portal.example",
    "DEFAULT_FROM_EMAIL": "Hub Portal <portal@portal.example>",
}


def _default_in_containers(name: str) -> str:
    """What docker-compose.yml gives where .env says nothing."""
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    found = re.search(rf"^    {name}: \$\{{{name}:-(.*)\}}$", compose, re.MULTILINE)
    assert found is not None, name
    return found[1].replace("${PORT:-8000}", "8000")


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"DEMO": "true"}, "DEMO signs anybody in as anybody"),
        ({"DEBUG": "true"}, "DEBUG shows the portal's insides"),
        ({"SITE_URL": "http://portal.example"}, "Set SITE_URL"),
        ({"SITE_URL": "https://localhost:8000"}, "Set SITE_URL"),
        ({"SITE_URL": "https://127.0.0.1"}, "Set SITE_URL"),
        ({"EMAIL_URL": "consolemail://"}, "Set EMAIL_URL"),
        ({"SECRET_KEY": "x" * 49}, "Set SECRET_KEY"),
        ({"BOUNCE_SECRET": "x" * 19}, "Set BOUNCE_SECRET"),
        ({"ALLOWED_HOSTS": "*"}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "localhost"}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "portal.example,*"}, "Set ALLOWED_HOSTS"),
    ],
)
def test_settings_refuse_unsafe_production(
    load: Callable[..., Answer], environment: dict[str, str], reason: str
) -> None:
    answer = load(**{**REAL, **environment})

    assert answer.returncode == 1
    assert f"ImproperlyConfigured: {reason}" in answer.stderr


@pytest.mark.parametrize("name", sorted(REAL.keys() - {"PRODUCTION"}))
def test_settings_of_production_have_no_default_that_does(load: Callable[..., Answer], name: str) -> None:
    kept = {key: value for key, value in REAL.items() if key != name}

    missing = load(**kept)
    demo = load(**kept, **{name: _default_in_containers(name)})

    for answer in (missing, demo):
        assert answer.returncode == 1
        assert f"ImproperlyConfigured: Set {name}" in answer.stderr


@pytest.mark.parametrize(("demo", "starts"), [("true", True), ("false", False)])
def test_settings_take_the_database_password_of_the_containers_for_the_demo_only(
    load: Callable[..., Answer], demo: str, starts: bool
) -> None:
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    given = re.search(r"DATABASE_PASSWORD: \$\{POSTGRES_PASSWORD:-(.*)\}$", compose, re.MULTILINE)
    assert given is not None

    answer = load(DEMO=demo, DATABASE_URL="postgres://portal@postgres/portal", DATABASE_PASSWORD=given[1])

    assert (answer.returncode == 0, "Set POSTGRES_PASSWORD" in answer.stderr) == (starts, not starts)


def test_settings_take_a_database_password_of_any_characters(load: Callable[..., Answer]) -> None:
    password = "$p@ss/w#rd%41:?"
    address = "postgres://portal@postgres:5432/portal"

    show = "DATABASES['default']['PASSWORD'], settings.DATABASES['default']['HOST']"
    answer = load(show, DATABASE_URL=address, DATABASE_PASSWORD=password)

    assert answer.stdout.strip() == f"{password} postgres"


@pytest.mark.parametrize("wider", [False, True])
def test_settings_bind_other_names_to_tls_only_where_that_was_asked_for(
    load: Callable[..., Answer], wider: bool
) -> None:
    show = "SECURE_HSTS_SECONDS > 0, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD"
    asked = {"HSTS_SUBDOMAINS": "true", "HSTS_PRELOAD": "true"} if wider else {}

    answer = load(show, **REAL, **asked)

    assert answer.stdout.strip() == f"True {wider} {wider}"


def test_settings_keep_one_key_for_all_processes(load: Callable[..., Answer], tmp_path: Path) -> None:
    first = load()
    second = load()

    assert len(first.stdout.strip()) >= 50
    assert second.stdout == first.stdout
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_settings_use_redis_for_broker_and_cache_when_given(load: Callable[..., Answer]) -> None:
    show = "CELERY_BROKER_URL, settings.CACHES['default']['BACKEND'], settings.CACHES['default']['LOCATION']"

    answer = load(show, REDIS_URL="redis://localhost:1/2")

    assert answer.stdout.split() == [
        "redis://localhost:1/2",
        "hubportal.cache.PortalCache",
        "redis://localhost:1/2",
    ]


@pytest.mark.parametrize(
    ("site", "given", "expected"),
    [
        ("https://portal.example", "", ["portal.example"]),
        ("https://localhost.example:8443/", "", ["localhost.example"]),
        ("https://portal.example", ".example,other.example", [".example", "other.example"]),
    ],
)
def test_settings_production_answers_to_the_name_in_its_address(
    load: Callable[..., Answer], site: str, given: str, expected: list[str]
) -> None:
    answer = load("ALLOWED_HOSTS", **{**REAL, "SITE_URL": site, "ALLOWED_HOSTS": given})

    assert answer.stdout.strip() == str(expected)


def test_settings_production_serves_only_its_own_names_over_tls(load: Callable[..., Answer]) -> None:
    show = "ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE"

    answer = load(show, **REAL, ALLOWED_HOSTS="portal.example")

    assert answer.stdout.strip() == "['portal.example'] True True True"


def test_settings_count_tries_by_the_address_that_the_proxy_saw(load: Callable[..., Answer]) -> None:
    answer = load("ALLAUTH_TRUSTED_PROXY_COUNT", BEHIND_PROXY="true")

    assert answer.stdout.strip() == "1"


def test_settings_that_docs_name_for_real_use_reach_the_containers() -> None:
    documented = (settings.BASE_DIR / "docs" / "running.md").read_text()
    wanted = re.findall(r"^    ([A-Z_]+)=", documented, re.MULTILINE)
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()

    assert [name for name in wanted if f"${{{name}:-" not in compose] == []


@pytest.mark.parametrize(
    ("given", "expected"), [("", "portal@portal.example"), ("help@portal.example", "help@portal.example")]
)
def test_people_write_to_the_contact_or_else_to_the_sender(
    load: Callable[..., Answer], given: str, expected: str
) -> None:
    done = load("CONTACT_EMAIL", **REAL, CONTACT_EMAIL=given)

    assert done.stdout.strip() == expected
