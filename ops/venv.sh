#!/usr/bin/env bash
# Make .venv with the first Python that is new enough.
set -euo pipefail
cd "$(dirname "$0")/.."

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    found=$python
    break
  fi
done
if [ -z "${found:-}" ]; then
  echo "Hub Portal needs Python 3.11 or newer; none was found. Set PYTHON to one." >&2
  exit 1
fi

# Debian keeps the part that makes environments in a package of its own.
if ! "$found" -c 'import ensurepip' 2>/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv >/dev/null
fi
exec "$found" -m venv .venv
