"""Bring a machine's data up to date in one process: tables, catalogue, demo people, files to serve.

One process, because loading Django five times would take longer than the work.
"""

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def prepare() -> None:
    """Everything a start needs; each step is safe to repeat and quick when there is nothing to do."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_catalogue", verbosity=0)
    if settings.DEMO:
        call_command("demo", if_empty=True)
    collect()


def collect() -> None:
    """Hash and compress what is served, unless it is the same as the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    wanted = _fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["scss"])
        stamp.write_text(wanted)


def _fingerprint() -> str:
    """Names, sizes and times of our own files, and the lock that fixes everybody else's."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements" / "base.txt").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            facts = file.stat()
            digest.update(f"{file} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubportal.settings")
    django.setup()
    prepare()
