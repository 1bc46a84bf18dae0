#!/usr/bin/env bash
# See to it that the browser tests have a Chromium: the system's, or installed with apt, or Playwright's own.
# Where there is none the tests say so; with CI set they fail.
set -euo pipefail
cd "$(dirname "$0")/.."

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
  if [ -n "$name" ] && command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests ..."
  if apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; then
    exit 0
  fi
fi
.venv/bin/playwright install chromium || echo "No Chromium could be installed." >&2
