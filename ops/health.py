"""Ask the web process whether it is well, as a container's health check does: exit code 0 if so."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlsplit


def main() -> int:
    """GET /healthz under a name that the portal answers to."""
    # "*" answers to any name, ".example.org" to the name itself too; nothing said: the settings take SITE_URL's.
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().strip("*.")
    if not name and os.environ.get("PRODUCTION", "").lower() in {"1", "true", "yes", "on"}:
        name = urlsplit(os.environ.get("SITE_URL", "")).hostname or ""
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=5)
    connection.request("GET", "/healthz", headers={"Host": name or "localhost"})
    return 0 if connection.getresponse().status == HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
