# SPDX-License-Identifier: Apache-2.0
"""A letter: subject, first line, plain text and HTML, both forms from one source.

Templates are read, marked up and (for HTML) set in the MJML frame once for each kind, locale, source and colour;
a letter then costs two small Liquid renderings.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from conserje.wording import mail_form, markup, shelf, text_form
from conserje.wording.colours import palette
from conserje.wording.sandbox import Template, parse, render
from conserje.wording.shelf import LetterError
from conserje.wording.values import KINDS
from conserje.wording.view import view

PARTS: Final = ("subject", "preheader", "body")
_SUBJECT_LENGTH: Final = 150
_SPACES = re.compile(r"\s+")
_STOPS = re.compile(r"(?<=[A-Z])\.\.(?=[\s<]|$)")
_GAPS = re.compile(r"(?<=\S)  +")


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished letter. `language` is a BCP 47 tag; `template_version` names the sources it was made of."""

    subject: str
    preheader: str
    text: str
    html: str
    language: str
    template_version: str


@dataclass(frozen=True, slots=True)
class _Set:
    """The compiled templates of one kind in one locale."""

    subject: Template
    preheader: Template
    text: Template
    html: Template
    version: str


def letter(
    *, kind: str, locale: str, values: Mapping[str, Any], overrides: Mapping[str, str] | None = None
) -> Letter:
    """The letter of `kind` (one of `KINDS`) for `locale` ("es_CO" falls back to "es", an unknown language to "en").

    `values` is a `LetterValues`. `overrides` replaces the source of "subject", "preheader" or "body"; the closing
    part (how to check, how to stop, rights) cannot be replaced. Raises `LetterError` naming what is wrong.
    """
    compiled = _compiled(kind, locale, _sources(kind, locale, overrides), _colour(values))
    where = f"{kind!r} in {locale!r}"
    seen = view(values, kind=kind, locale=locale)
    seen["subject"] = _one_line(render(compiled.subject, seen, where=where))[:_SUBJECT_LENGTH]
    seen["preheader"] = _one_line(render(compiled.preheader, seen, where=where))
    return Letter(
        subject=seen["subject"],
        preheader=seen["preheader"],
        text=_tidy(render(compiled.text, seen, where=where)),
        html=one_stop(render(compiled.html, seen, where=where)),
        language=shelf.language(locale),
        template_version=compiled.version,
    )


def text_only(
    *, kind: str, locale: str, values: Mapping[str, Any], overrides: Mapping[str, str] | None = None
) -> str:
    """The plain text of `letter` alone, for previews and lists: no HTML is made."""
    compiled = _compiled(kind, locale, _sources(kind, locale, overrides), _colour(values))
    return _tidy(
        render(compiled.text, view(values, kind=kind, locale=locale), where=f"{kind!r} in {locale!r}")
    )


def _sources(kind: str, locale: str, overrides: Mapping[str, str] | None) -> tuple[str, str, str]:
    if not overrides:
        return _shipped(kind, locale)
    odd = sorted(set(overrides) - set(PARTS))
    if odd:
        raise LetterError(f"A letter has no part {odd[0]!r} to replace: use {', '.join(PARTS)}.")
    subject, preheader, body = _shipped(kind, locale)
    return (
        overrides.get("subject") or subject,
        overrides.get("preheader") or preheader,
        overrides.get("body") or body,
    )


@lru_cache(maxsize=512)
def _shipped(kind: str, locale: str) -> tuple[str, str, str]:
    """The sources of the parts as they come with Conserje."""
    if kind not in KINDS:
        raise LetterError(f"There is no letter {kind!r}: use one of {', '.join(KINDS)}.")
    subject, preheader, body = (shelf.source(locale, f"{kind}/{part}") for part in PARTS)
    return subject, preheader, body


def _colour(values: Mapping[str, Any]) -> str:
    creditor = values.get("creditor") or {}
    return str(creditor.get("colour", ""))


@lru_cache(maxsize=512)
def _compiled(kind: str, locale: str, sources: tuple[str, str, str], colour: str) -> _Set:
    subject, preheader, body = sources
    where = f"{kind} ({locale})"
    body = markup.expand(body, locale=locale)
    footer = markup.expand("::: footer", locale=locale)
    tokens: list[str] = []
    marked_body, marked_footer = markup.mark(body, tokens), markup.mark(footer, tokens)
    body_parts, footer_parts = markup.blocks(marked_body), markup.blocks(marked_footer)
    frame = markup.mark(shelf.frame(), tokens)
    rule = markup.Block(markup.Shape.RULE)
    text = marked_body.restore(text_form.write([*body_parts, rule, *footer_parts]))
    look = {f"brand.{name}": value for name, value in palette(colour).items()} | {
        "language": shelf.language(locale)
    }
    html = mail_form.write(frame=frame, body=body_parts, footer=footer_parts, constants=look)
    written = (subject, preheader, body, footer, shelf.frame(), str(shelf.words(locale)))
    digest = hashlib.sha256("\0".join(written).encode())
    return _Set(
        subject=parse(subject, locale=locale, html=False, where=f"{where} subject"),
        preheader=parse(preheader, locale=locale, html=False, where=f"{where} preheader"),
        text=parse(text, locale=locale, html=False, where=f"{where} body"),
        html=parse(html, locale=locale, html=True, where=f"{where} body"),
        version=f"{shelf.chain(locale)[0]}/{kind}@{digest.hexdigest()[:12]}",
    )


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def one_stop(text: str) -> str:
    """A sentence that ends with a name like "S.A.S." ends once."""
    # From the end: the interpreter looks for so short a text twice as fast that way.
    return text if text.rfind("..") < 0 else _STOPS.sub(".", text)


def _tidy(text: str) -> str:
    """One space between words, none at the end of a line, at most one empty line, one full stop after "S.A.S."."""
    text = one_stop(text)
    if "  " in text:
        text = _GAPS.sub(" ", text)
    if " \n" in text or "\t\n" in text:
        text = "\n".join([line.rstrip(" \t") for line in text.split("\n")])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"
