# SPDX-License-Identifier: Apache-2.0
"""Draws the samples through the real templates and lays them out as a static site."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import override_settings
from django.utils import translation

import conserje
from conserje.ui.colour import brand_stylesheet

HOUSE = Path(conserje.__file__).parent
_APPS = [
    "conserje.ui",
    "conserje.portal",
    "conserje.workbench",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]
_URLS = f"{__package__}.urls"
_PROCESSORS = ["django.template.context_processors.request"]


@dataclass
class Drawn:
    """A page as it would leave the server, and the template variables it did not find."""

    name: str
    html: str
    missing: list[str] = field(default_factory=list)


def ready() -> None:
    """Configures Django once, without a database, when nobody has yet."""
    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=_APPS,
            LANGUAGE_CODE="es",
            LANGUAGES=[("es", "Español"), ("en", "English"), ("pt-br", "Português")],
            LOCALE_PATHS=[HOUSE / "locale"],
            STATIC_URL="/static/",
            SECRET_KEY="gallery",
            ROOT_URLCONF=_URLS,
            USE_TZ=True,
            MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
            TEMPLATES=[
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "APP_DIRS": True,
                    "OPTIONS": {"context_processors": _PROCESSORS},
                }
            ],
        )
    django.setup()


# What was typed and what is wrong with it are asked of mappings that hold it only then.
_TYPED = re.compile(
    r"\[(receipt|is_listed|customers|basis|source|channels|paid_on|pay_on|note|method|invoice|text|day|amount|kind"
    r"|file)\]"
)


def draw(
    name: str, template: str, page: object, *, language: str, extra: Mapping[str, object] | None = None
) -> Drawn:
    """The page called `name` in `language` ("es-co", "en", "pt-br")."""
    request = RequestFactory().get("/")
    with translation.override(language), override_settings(ROOT_URLCONF=_URLS), _watched() as missing:
        context = {} if page is None else {"page": page}
        html = render_to_string(template, {**context, **(extra or {})}, request=request)
    return Drawn(
        name,
        html,
        [one for one in missing if not _TYPED.search(one)],
    )


def lay_out(drawn: Iterator[Drawn], *, into: Path, brand: str = "#1f4e8c") -> list[Path]:
    """Writes pages and static files under `into`, with addresses that work from a file; returns the pages."""
    for app in ("ui", "portal", "workbench"):
        shutil.copytree(HOUSE / app / "static", into / "static", dirs_exist_ok=True)
    (into / "brand.css").write_text(brand_stylesheet(brand))
    written = []
    for one in drawn:
        html = one.html.replace('"/static/', '"static/')
        html = re.sub(r'"/p/[^"]*brand\.css[^"]*"', '"brand.css"', html)
        path = into / f"{one.name}.html"
        path.write_text(html)
        written.append(path)
    return written


@contextmanager
def _watched() -> Iterator[list[str]]:
    missing: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            missing.append(
                f"[{record.args[0]}] {record.getMessage()}"
                if isinstance(record.args, tuple)
                else record.getMessage()
            )

    logger, ear = logging.getLogger("django.template"), Ear(logging.DEBUG)
    before = logger.level
    logger.addHandler(ear)
    logger.setLevel(logging.DEBUG)
    try:
        yield missing
    finally:
        logger.setLevel(before)
        logger.removeHandler(ear)
