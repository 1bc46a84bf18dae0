"""The health check of a container asks under a name that the portal answers to."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.http.request import validate_host

from ops import health


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names under which a server on PORT was asked."""
    names: list[str] = []

    class Web(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names.append(self.headers["Host"])
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("PORT", str(server.server_port))
        yield names
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("allowed", "name"),
    [
        ("portal.example,www.portal.example", "portal.example"),
        ("*", "localhost"),
        (".portal.example", "portal.example"),
        ("", "localhost"),
    ],
)
def test_health_asks_under_a_name_that_is_served(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, allowed: str, name: str
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", allowed)

    code = health.main()

    assert (code, asked) == (0, [name])
    assert validate_host(name, allowed.split(",") if allowed else ["localhost"])


def test_health_asks_under_the_name_of_the_address_where_no_other_is_given(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "")
    monkeypatch.setenv("PRODUCTION", "true")
    monkeypatch.setenv("SITE_URL", "https://portal.example/")

    code = health.main()

    assert (code, asked) == (0, ["portal.example"])
