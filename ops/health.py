"""Ask the web process whether it is well, as a container's health check does: exit code 0 if so."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection


def main() -> int:
    """GET /healthz under a name that the portal answers to."""
    # "*" answers to any name, ".example.org" to the name itself too.
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().strip("*.") or "localhost"
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=5)
    connection.request("GET", "/healthz", headers={"Host": name})
    return 0 if connection.getresponse().status == HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
