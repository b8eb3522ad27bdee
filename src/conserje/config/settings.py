# SPDX-License-Identifier: Apache-2.0
"""Django's settings. What an operator may choose comes from the environment; `docs/operations.md` lists it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from conserje.config.databases import databases, roles
from conserje.config.home import home, kept_secret

PACKAGE = Path(__file__).resolve().parent.parent

# Hosts on private addresses that adapters may reach, as host or host:port: an internal relay, the demo's world.
REACHABLE_HOSTS = tuple(filter(None, os.environ.get("CONSERJE_REACHABLE_HOSTS", "").split(",")))
PUBLIC_URL = os.environ.get("CONSERJE_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")

# Where a demo shows what customers receive.
DEMO_MAILBOX_URL = os.environ.get("CONSERJE_DEMO_MAILBOX_URL", "")

DEBUG = os.environ.get("CONSERJE_DEBUG") == "1"
# Made at the first use and not at import: tools that only read settings leave no file behind.
SECRET_KEY = os.environ.get("CONSERJE_SECRET_KEY") or SimpleLazyObject(lambda: kept_secret("secret.key"))
# What left, beside the database: `services/outreach/outside.py`.
OUTSIDE_FOLDER = home() / "outside"
# Without it, figures are told to this machine only.
# Limits of card networks where an operator knows better: "visa.card_30_days=20,visa.same_amount_30_days=20".
NETWORK_LIMITS = os.environ.get("CONSERJE_NETWORK_LIMITS", "")
METRICS_TOKEN = os.environ.get("CONSERJE_METRICS_TOKEN", "")
ALLOWED_HOSTS = sorted({urlsplit(PUBLIC_URL).hostname or "localhost", "127.0.0.1", "localhost"})
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATABASES = databases()
DATABASE_ROLES = roles(DATABASES)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    # Before allauth, so that our templates are found first.
    "conserje.ui",
    "conserje.portal",
    "conserje.workbench",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "conserje.data.tenancy.apps.TenancyConfig",
    "conserje.data.journal.apps.JournalConfig",
    "conserje.data.receivables.apps.ReceivablesConfig",
    "conserje.data.integrations.apps.IntegrationsConfig",
    "conserje.data.arrangements.apps.ArrangementsConfig",
    "conserje.data.outreach.apps.OutreachConfig",
    "conserje.data.recovery.apps.RecoveryConfig",
    "conserje.config.apps.ConfigApp",
]

MIDDLEWARE = [
    # First: a probe has no host of ours, no cookie and no session.
    "conserje.health.middleware.answer_probes",
    "conserje.config.logs.answer_and_log",
    "django.middleware.security.SecurityMiddleware",
    "conserje.hooks.middleware.take_in",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "conserje.config.urls"
WSGI_APPLICATION = "conserje.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Signing in
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "conserje.config.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# The queue
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = [
    "conserje.jobs.outreach",
    "conserje.jobs.hooks",
    "conserje.jobs.contacts",
    "conserje.jobs.uploads",
    "conserje.jobs.digest",
    "conserje.jobs.queue",
    "conserje.jobs.anchor",
    "conserje.jobs.retention",
]

# Forms: one field for each column of the files of an import.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000

# Languages and time
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("en", "English"), ("pt-br", "Português (Brasil)")]
LOCALE_PATHS = [PACKAGE / "locale"]

# Files that never change while the server runs
STATIC_URL = "static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# What browsers are told
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": with it browsers send "Origin: null" on forms, and the CSRF check refuses them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A desk left alone for half an hour is locked; `workbench.access` ends a busy one after twelve.
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "conserje.config.logs.JsonLines"}},
    "filters": {"ended": {"()": "conserje.config.logs.JobsThatEnded"}},
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "formatter": "json"},
        "jobs": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["ended"]},
    },
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "conserje": {"level": "INFO"},
        "django": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        "procrastinate": {"handlers": ["jobs"], "level": "INFO", "propagate": False},
    },
}
