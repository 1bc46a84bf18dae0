"""The portal's settings for tests: the same, but quick, and apart from any running portal."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

for _name in ("PRODUCTION", "DEMO", "DEBUG", "SITE_URL", "EMAIL_URL"):
    os.environ.pop(_name, None)

# A run has a folder of its own, which its parallel workers inherit; TEST_VAR_DIR keeps one (for --reuse-db).
if not os.environ.get("TEST_VAR_DIR"):
    os.environ["TEST_VAR_DIR"] = tempfile.mkdtemp(prefix="hub-portal-tests-")
    atexit.register(shutil.rmtree, os.environ["TEST_VAR_DIR"], ignore_errors=True)
os.environ["VAR_DIR"] = os.environ["TEST_VAR_DIR"]

from hubportal.settings import *  # noqa: E402 - the environment comes first

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A test's database need not survive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    _run = Path(os.environ["TEST_VAR_DIR"]).name.replace("-", "_").lower()
    DATABASES["default"]["TEST"] = {"NAME": f"test_{_run}"}
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # a test's database is dropped: no thread may keep a connection

# Wake-ups go nowhere: tests that want a worker start the portal's own processes, with their own broker.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT = None
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# Limits on tries are counted in each process alone: Redis would carry them from one test into the next.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# The live server finds the files itself; whitenoise only wants its folder to exist.
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
