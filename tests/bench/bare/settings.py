# SPDX-License-Identifier: Apache-2.0
"""The least a Django site would have: sessions, CSRF, kept connections, compiled templates."""

from __future__ import annotations

import os

from conserje.config.database import url

SECRET_KEY = "only-for-measuring"
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {
    "default": url.parse(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
}
INSTALLED_APPS = ["django.contrib.sessions"]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "tests.bench.bare.pages"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": False}]
USE_TZ = True
