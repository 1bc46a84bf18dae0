"""What the settings refuse, and that a machine's own key is made once."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


def _settings(tmp_path: Path, show: str = "SECRET_KEY", **environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own and print one of them."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"from hubportal import settings; print(settings.{show})"],
        cwd=settings.BASE_DIR,
        env={**kept, "VAR_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


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
        ({"ALLOWED_HOSTS": "*"}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "localhost"}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "portal.example,*"}, "Set ALLOWED_HOSTS"),
    ],
)
def test_settings_refuse_unsafe_production(tmp_path: Path, environment: dict[str, str], reason: str) -> None:
    answer = _settings(tmp_path, **{**REAL, **environment})

    assert answer.returncode == 1
    assert f"ImproperlyConfigured: {reason}" in answer.stderr


@pytest.mark.parametrize("name", sorted(REAL.keys() - {"PRODUCTION"}))
def test_settings_of_production_have_no_default_that_does(tmp_path: Path, name: str) -> None:
    kept = {key: value for key, value in REAL.items() if key != name}

    missing = _settings(tmp_path, **kept)
    demo = _settings(tmp_path, **kept, **{name: _default_in_containers(name)})

    for answer in (missing, demo):
        assert answer.returncode == 1
        assert f"ImproperlyConfigured: Set {name}" in answer.stderr


@pytest.mark.parametrize(("demo", "starts"), [("true", True), ("false", False)])
def test_settings_take_the_database_password_of_the_containers_for_the_demo_only(
    tmp_path: Path, demo: str, starts: bool
) -> None:
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    given = re.search(r"DATABASE_PASSWORD: \$\{POSTGRES_PASSWORD:-(.*)\}$", compose, re.MULTILINE)
    assert given is not None

    answer = _settings(
        tmp_path, DEMO=demo, DATABASE_URL="postgres://portal@postgres/portal", DATABASE_PASSWORD=given[1]
    )

    assert (answer.returncode == 0, "Set POSTGRES_PASSWORD" in answer.stderr) == (starts, not starts)


def test_settings_take_a_database_password_of_any_characters(tmp_path: Path) -> None:
    password = "$p@ss/w#rd%41:?"
    address = "postgres://portal@postgres:5432/portal"

    show = "DATABASES['default']['PASSWORD'], settings.DATABASES['default']['HOST']"
    answer = _settings(tmp_path, show, DATABASE_URL=address, DATABASE_PASSWORD=password)

    assert answer.stdout.strip() == f"{password} postgres"


@pytest.mark.parametrize("wider", [False, True])
def test_settings_bind_other_names_to_tls_only_where_that_was_asked_for(tmp_path: Path, wider: bool) -> None:
    show = "SECURE_HSTS_SECONDS > 0, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD"
    asked = {"HSTS_SUBDOMAINS": "true", "HSTS_PRELOAD": "true"} if wider else {}

    answer = _settings(tmp_path, show, **REAL, **asked)

    assert answer.stdout.strip() == f"True {wider} {wider}"


def test_settings_keep_one_key_for_all_processes(tmp_path: Path) -> None:
    first = _settings(tmp_path)
    second = _settings(tmp_path)

    assert len(first.stdout.strip()) >= 50
    assert second.stdout == first.stdout
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_settings_use_redis_for_broker_and_cache_when_given(tmp_path: Path) -> None:
    show = "CELERY_BROKER_URL, settings.CACHES['default']['BACKEND'], settings.CACHES['default']['LOCATION']"

    answer = _settings(tmp_path, show, REDIS_URL="redis://localhost:1/2")

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
    tmp_path: Path, site: str, given: str, expected: list[str]
) -> None:
    answer = _settings(tmp_path, "ALLOWED_HOSTS", **{**REAL, "SITE_URL": site, "ALLOWED_HOSTS": given})

    assert answer.stdout.strip() == str(expected)


def test_settings_production_serves_only_its_own_names_over_tls(tmp_path: Path) -> None:
    show = "ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE"

    answer = _settings(tmp_path, show, **REAL, ALLOWED_HOSTS="portal.example")

    assert answer.stdout.strip() == "['portal.example'] True True True"


def test_settings_count_tries_by_the_address_that_the_proxy_saw(tmp_path: Path) -> None:
    answer = _settings(tmp_path, "ALLAUTH_TRUSTED_PROXY_COUNT", BEHIND_PROXY="true")

    assert answer.stdout.strip() == "1"


def test_settings_that_docs_name_for_real_use_reach_the_containers() -> None:
    documented = (settings.BASE_DIR / "docs" / "running.md").read_text()
    wanted = re.findall(r"^    ([A-Z_]+)=", documented, re.MULTILINE)
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()

    assert [name for name in wanted if f"${{{name}:-" not in compose] == []


@pytest.mark.parametrize(
    ("given", "expected"), [("", "portal@portal.example"), ("help@portal.example", "help@portal.example")]
)
def test_people_write_to_the_contact_or_else_to_the_sender(tmp_path: Path, given: str, expected: str) -> None:
    done = _settings(tmp_path, "CONTACT_EMAIL", **REAL, CONTACT_EMAIL=given)

    assert done.stdout.strip() == expected
