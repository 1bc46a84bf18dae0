"""Hash and compress the files that the portal serves, unless they are the same as the last time."""

import fcntl
import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

# Sources of styles; extensions of htmx that we do not use (they import what is not there).
NOT_SERVED = ["scss", "django_htmx/ext/*"]


def collect() -> None:
    """Fill STATIC_ROOT; a stamp there tells what it was filled from. Two portals may start at once."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    stamp = root / ".stamp"
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _fingerprint()
        if not stamp.exists() or stamp.read_text() != wanted:
            call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_SERVED)
            stamp.write_text(wanted)


def _fingerprint() -> str:
    """Names, sizes and times of our own files, and the lock that fixes everybody else's."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements" / "base.txt").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for file in sorted(path for path in Path(folder).rglob("[!.]*") if path.is_file()):
            facts = file.stat()
            digest.update(f"{file} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubportal.settings")
    django.setup()
    collect()
