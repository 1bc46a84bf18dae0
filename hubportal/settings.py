"""Settings of the portal. Every difference between machines is an environment variable (docs/running.md)."""

import logging
import os
import secrets
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from hubportal import tab_bars, upper_names

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
if PRODUCTION and DEMO:
    raise ImproperlyConfigured("DEMO signs anybody in as anybody: it cannot be switched on together with PRODUCTION.")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows the portal's insides: it cannot be switched on together with PRODUCTION.")

# Everything that a running portal writes on an embedded machine lies under one folder.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
ASSETS_DIR = Path(env.str("ASSETS_DIR", default=str(BASE_DIR / "var" / "assets"))).resolve()


def _kept_secret() -> str:
    """The embedded machine's own key, made once; the first process to come makes it for the others."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = VAR_DIR / "secret_key"
    draft = path.with_name(f"secret_key.{os.getpid()}")
    if not path.exists():
        draft.write_text(secrets.token_urlsafe(50))
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            draft.unlink()
    return path.read_text()


SHORTEST_KEY, SHORTEST_SECRET = 50, 20
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("Set SECRET_KEY: a production portal keeps its own.")
    SECRET_KEY = _kept_secret()
if PRODUCTION and len(SECRET_KEY) < SHORTEST_KEY:
    raise ImproperlyConfigured(f"Set SECRET_KEY to {SHORTEST_KEY} characters or more: links in e-mails hang on it.")

PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
if PRODUCTION and (not SITE_URL.startswith("https://") or SITE_HOST in ("", "localhost", "127.0.0.1", "::1")):
    raise ImproperlyConfigured("Set SITE_URL to the portal's address, https://...: links in e-mails begin with it.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1"]
elif not ALLOWED_HOSTS:
    ALLOWED_HOSTS = [SITE_HOST]
elif "*" in ALLOWED_HOSTS or not validate_host(SITE_HOST, ALLOWED_HOSTS):
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the portal's names, with that of SITE_URL among them, and no *.")
CSRF_TRUSTED_ORIGINS = [SITE_URL, *env.list("CSRF_TRUSTED_ORIGINS", default=[])]

# The portal's own words and the strings by which lower layers name upper ones.
PORTAL_NAME = "Hub Portal"
PORTAL_OWNER_MODEL = "schools.Hub"
AUTH_USER_MODEL = "schools.User"
# After how many days a headteacher is reminded who was asked to confirm (the link lasts 14); then the hub lists it.
HEAD_CHASE_DAYS = env.list("HEAD_CHASE_DAYS", cast=int, default=[4, 9])
# How many days before the last day on which teachers may be named the school is reminded of the places it holds.
NAMING_REMINDER_DAYS = env.list("NAMING_REMINDER_DAYS", cast=int, default=[14, 3])
# How long a form that is being filled in is kept for whoever asked for a link to come back, after the last answer.
DRAFT_DAYS = env.int("DRAFT_DAYS", default=30)
# Names of what upper layers bring: written out there.
NOTICE_KINDS = upper_names.NOTICE_KINDS
JOB_KINDS = upper_names.JOB_KINDS
SCHOOL_ENGAGEMENT = upper_names.SCHOOL_ENGAGEMENT
LETTER_FACTS = upper_names.LETTER_FACTS
LETTER_LISTS = upper_names.LETTER_LISTS
LETTER_PARTS = upper_names.LETTER_PARTS
PERSON_CLASHES = upper_names.PERSON_CLASHES
PERSON_KEYS = upper_names.PERSON_KEYS
PERSON_HOLDS = upper_names.PERSON_HOLDS
PERSON_BARS = upper_names.PERSON_BARS
RECONCILERS = upper_names.RECONCILERS
FORGETTERS = upper_names.FORGETTERS
ADDRESS_REFUSED = upper_names.ADDRESS_REFUSED
ENROLMENT_PLACE = upper_names.ENROLMENT_PLACE
ENROLMENT_LAST_PLACE = upper_names.ENROLMENT_LAST_PLACE
ENROLMENTS_WITH_LAST_PLACE = upper_names.ENROLMENTS_WITH_LAST_PLACE
ENROLMENT_HOSTING = upper_names.ENROLMENT_HOSTING
ENROLMENTS_WITH_HOSTING = upper_names.ENROLMENTS_WITH_HOSTING
ENROLMENT_HEARD = upper_names.ENROLMENT_HEARD
NAMED_PLACES = upper_names.NAMED_PLACES
RUN_BY_HUBS = upper_names.RUN_BY_HUBS
TOOK_PART_WITH_HUBS = upper_names.TOOK_PART_WITH_HUBS
PARTS_OF = upper_names.PARTS_OF
SCHOOL_TABS, TAB_LISTS = tab_bars.SCHOOL_TABS, tab_bars.TAB_LISTS
GROUP_TABS, LETTER_TABS = tab_bars.GROUP_TABS, tab_bars.LETTER_TABS

INSTALLED_APPS = [
    "hubportal.core",
    "schools",
    "programmes",
    "workgroups",
    "funding",
    "hubportal.dashboards",
    "hubportal.core.apps.PortalAdminConfig",
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"),
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    *("allauth", "allauth.account", "allauth.mfa"),
    *("crispy_forms", "crispy_forms_gds", "csp", "django_filters", "django_htmx"),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hubportal.core.middleware.readable_forms",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "schools.middleware.ViewAsMiddleware",
    "schools.middleware.ScopeMiddleware",
    "schools.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "hubportal.urls"
WSGI_APPLICATION = "hubportal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["hubportal.core.templatetags.portal", "schools.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hubportal.dashboards.context.portal",
            ],
        },
    },
]

# The right-hand side of every Message-ID: the same for each try of one notice.
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="hubportal.invalid")
if PRODUCTION and (not MAIL_DOMAIN or MAIL_DOMAIN.endswith(".invalid")):
    raise ImproperlyConfigured("Set MAIL_DOMAIN to your domain: every e-mail is numbered under it.")

# Storage: SQLite and files on an embedded machine, PostgreSQL and Redis elsewhere; the same code either way.
DEMO_PASSWORD = "portal"  # noqa: S105 - what docker-compose.yml gives; everybody knows it
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"),
}
if os.environ.get("DATABASE_PASSWORD"):
    # Beside the address, where it may hold any character; read as it stands.
    DATABASES["default"]["PASSWORD"] = os.environ["DATABASE_PASSWORD"]
    if DATABASES["default"]["PASSWORD"] == DEMO_PASSWORD and not DEMO:
        raise ImproperlyConfigured("Set POSTGRES_PASSWORD: the one in docker-compose.yml is everybody's, for the demo.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # Take the write lock at the start of a transaction: a read that turns into a write cannot wait for it.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
    # In memory, threads see "table is locked": tests use a file too.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # Compiling a query of many conditions takes PostgreSQL seconds, running it milliseconds.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_TRANSPORT: str | None = None  # as the address says
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "hubportal.cache.PortalCache", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 3600}
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "portal_cache",
            # Beyond this Django throws a third away, counts that still hold among them; its own default is 300.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "hubportal.broker:Transport"
    _broker = VAR_DIR / "broker"
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "polling_interval": 0.5,
    }
    # Replies to remote control would stay behind as files.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False

CELERY_TIMEZONE = "Europe/London"
# Two portals on one Redis need a queue each.
CELERY_TASK_DEFAULT_QUEUE = env.str("QUEUE", default="celery")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # A sweep or heartbeat that waited longer than its period is stale: the next one does its work.
    "sweep": {"task": "core.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "reconcile": {"task": "core.reconcile", "schedule": 600.0, "options": {"expires": 600}},
    "beat": {"task": "core.beat", "schedule": 15.0, "options": {"expires": 15}},
}

mail = env.email_url("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}")
EMAIL_BACKEND = mail["EMAIL_BACKEND"]
if PRODUCTION and EMAIL_BACKEND.startswith("django.") and not EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
    raise ImproperlyConfigured("Set EMAIL_URL to your mail server: without one every e-mail stays on this machine.")
EMAIL_FILE_PATH = mail.get("EMAIL_FILE_PATH") or None
EMAIL_HOST = mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{PORTAL_NAME} <portal@demo.example>")
if PRODUCTION and "@demo.example" in DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("Set DEFAULT_FROM_EMAIL to your sender's address: demo.example is nobody's.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Whom users tell, and who gets the answers to e-mails of a hub without an address.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]

# E-mails that come back: where they go, the mailbox in which they are read, and what a mail service's calls carry.
BOUNCE_EMAIL, BOUNCES_URL = env.str("BOUNCE_EMAIL", default=""), env.str("BOUNCES_URL", default="")
BOUNCE_SECRET = env.str("BOUNCE_SECRET", default="")
if BOUNCE_SECRET and len(BOUNCE_SECRET) < SHORTEST_SECRET:
    raise ImproperlyConfigured(f"Set BOUNCE_SECRET to {SHORTEST_SECRET} characters or more, or leave it empty.")
if BOUNCES_URL:
    CELERY_BEAT_SCHEDULE["bounces"] = {"task": "schools.bounces", "schedule": 300.0, "options": {"expires": 300}}
# Whether news (not what a programme needs) goes only to who has said yes to it, or to all who have not said no.
NEWS_NEEDS_YES = env.bool("NEWS_NEEDS_YES", default=False)

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [folder for folder in (BASE_DIR / "static", ASSETS_DIR) if folder.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # What people hand in; web and worker share this folder, and no address leads to it.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR_DIR / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "hubportal.storage.PortalStaticStorage"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"

# Signing in: e-mail with a password or an e-mailed code; nobody signs up, people are invited.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "schools.adapters.accounts.PortalAccountAdapter"
ACCOUNT_FORMS = {
    "login": "schools.forms.accounts.LoginForm",
    "request_login_code": "schools.forms.accounts.CodeRequestForm",
    "confirm_login_code": "schools.forms.accounts.CodeForm",
    "reset_password": "schools.forms.accounts.PasswordResetForm",
    "reset_password_from_key": "schools.forms.accounts.PasswordFromLinkForm",
    "change_password": "schools.forms.accounts.PasswordChangeForm",
    "set_password": "schools.forms.accounts.PasswordSetForm",
    "reauthenticate": "schools.forms.accounts.AskAgainForm",
}
MFA_FORMS = {
    "authenticate": "schools.forms.accounts.SecondStepForm",
    "reauthenticate": "schools.forms.accounts.SecondStepAgainForm",
    "activate_totp": "schools.forms.accounts.AppForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff invite people at an address they know
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "schools.adapters.accounts.PortalMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# Kinds of role (schools/roles.py) that are not let in without a second step.
SECOND_FACTOR_FOR = [kind.strip() for kind in env.list("SECOND_FACTOR_FOR", default=[]) if kind.strip()]
MFA_TOTP_TOLERANCE = 1  # a code typed while the app goes on to the next one
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost

# What a browser may do with our pages.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hubportal.dashboards.views.open_too_long.open_too_long"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the QR code of a second factor
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "object-src": [NONE],
    },
}
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without TLS
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # These two bind every other name under the domain, for a year and more: whoever owns the domain decides.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Limits on tries count by the address that the web server in front saw: else all people share its own.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1


def _brief(record: logging.LogRecord) -> bool:
    """A page that says no is no fault: one line, without the traceback."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"brief": {"()": "django.utils.log.CallbackFilter", "callback": _brief}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["brief"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # An error must be seen with its traceback where the process runs, in production too.
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
