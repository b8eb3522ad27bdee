# SPDX-License-Identifier: Apache-2.0
"""House rules for templates, style sheets and catalogues. Each rule is shown to fail on a planted violation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

import conserje
from conserje.ui import catalogue

HOUSE = Path(conserje.__file__).parent
TEMPLATES = sorted(HOUSE.rglob("*.html"))
SHEETS = sorted(HOUSE.rglob("static/**/*.css"))
SCRIPTS = sorted(HOUSE.rglob("static/**/*.js"))

_TRANSLATED = re.compile(r"\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", re.S)
_CODE = re.compile(r"<code>.*?</code>", re.S)
_COMMENT = re.compile(r"\{#.*?#\}|<!doctype html>", re.S)
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
_WORD = re.compile(r"[A-Za-zÁÉÍÓÚÑáéíóúñ]{2,}")
_SHOWN = re.compile(r'\s(?:alt|title|placeholder|aria-label)="([^"]*)"')
# The name of the product, which only the people who run it see.
_NAMES = {"Conserje", "conserje"}


def literals(source: str) -> list[str]:
    """Words a reader would see that no catalogue can reach."""
    bare = _TAG.sub(" ", _COMMENT.sub(" ", _CODE.sub(" ", _TRANSLATED.sub(" ", source))))
    shown = [*_SHOWN.findall(bare), re.sub(r"<[^>]*>", " ", bare)]
    return [word for text in shown for word in _WORD.findall(text) if word not in _NAMES]


def inline(source: str) -> list[str]:
    """Styles and scripts inside the page, which the content policy would refuse."""
    return re.findall(r"\sstyle=|<style\b|\son\w+=|<script(?![^>]*\ssrc=)[^>]*>|javascript:", source)


def physical(source: str) -> list[str]:
    """Properties that name left, right, top, bottom, width or height where a logical one exists."""
    sides = r"left|right|top|bottom"
    pattern = (
        rf"(?m)^\s*((?:(?:margin|padding|border)-(?:{sides})|{sides}|(?:min-|max-)?(?:width|height))\s*:)"
    )
    return re.findall(pattern, source)


def unlayered(source: str) -> list[str]:
    """Rules outside the cascade layers; printing is apart."""
    depth, found = 0, []
    for line in re.sub(r"/\*.*?\*/", "", source, flags=re.S).splitlines():
        if depth == 0 and "{" in line and not re.match(r"@layer \w+ \{|@media print \{", line):
            found.append(line)
        depth += line.count("{") - line.count("}")
    return found


PLANTS: list[tuple[Callable[[str], list[str]], str]] = [
    (literals, "<p>Hola</p>"),
    (literals, '<img alt="Logo {{ name }}">'),
    (inline, '<p style="color: red">'),
    (inline, "<script>go()</script>"),
    (inline, '<a onclick="go()">'),
    (physical, "  margin-left: 1rem;"),
    (physical, "  max-width: 1rem;"),
    (unlayered, ".loose {\n}"),
]


@pytest.mark.parametrize(("rule", "plant"), PLANTS)
def test_each_rule_sees_a_planted_violation(rule: Callable[[str], list[str]], plant: str) -> None:
    assert rule(plant)


def _each(paths: list[Path], rule: Callable[[str], list[str]]) -> Iterator[str]:
    for path in paths:
        yield from (f"{path.relative_to(HOUSE)}: {fault}" for fault in rule(path.read_text(encoding="utf-8")))


def test_templates_hold_no_untranslated_words() -> None:
    assert list(_each(TEMPLATES, literals)) == []


def test_templates_hold_no_inline_style_or_script() -> None:
    assert list(_each(TEMPLATES, inline)) == []


def test_style_sheets_are_logical_and_layered() -> None:
    assert list(_each(SHEETS, physical)) == []
    assert list(_each(SHEETS, unlayered)) == []


def test_portal_templates_never_name_the_software() -> None:
    doors = [path for path in TEMPLATES if "workbench" not in path.parts]
    assert len(doors) > 20
    assert [path for path in doors if "conserje" in path.read_text().lower()] == []


def test_files_stay_short() -> None:
    long = [path for path in [*TEMPLATES, *SHEETS] if len(path.read_text().splitlines()) > 400]
    assert long == []
    assert [path for path in SCRIPTS if len(path.read_text().splitlines()) > 100] == []


@pytest.fixture(scope="module")
def said() -> Catalog:
    """What the sources say, read once for every language."""
    return catalogue.extracted()


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_screen_message_is_translated_and_compiled(language: str, said: Catalog) -> None:
    assert catalogue.faults(language, said) == []


def test_a_new_message_is_missed_until_it_is_translated(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{% load i18n %}{% translate 'Good morning' %}")
    catalogue.write("es", catalogue.extracted(tmp_path), tmp_path)
    assert catalogue.faults("es", catalogue.extracted(tmp_path), tmp_path) == [
        "es: no translation of 'Good morning'."
    ]
    po = tmp_path / "locale/es/LC_MESSAGES/django.po"
    po.write_text(po.read_text().replace('"Good morning"\nmsgstr ""', '"Good morning"\nmsgstr "Buenos días"'))
    assert catalogue.faults("es", catalogue.extracted(tmp_path), tmp_path) == [
        "es: django.po is not compiled. Run python -m conserje.ui.catalogue."
    ]
    catalogue.write("es", catalogue.extracted(tmp_path), tmp_path)
    assert catalogue.faults("es", catalogue.extracted(tmp_path), tmp_path) == []


def test_a_translation_that_loses_a_value_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('_("%(count)s of %(total)s")\n')
    catalogue.write("es", catalogue.extracted(tmp_path), tmp_path)
    po = tmp_path / "locale/es/LC_MESSAGES/django.po"
    po.write_text(po.read_text().replace('%(total)s"\nmsgstr ""', '%(total)s"\nmsgstr "%(count)s"'))
    catalogue.write("es", catalogue.extracted(tmp_path), tmp_path)
    assert catalogue.faults("es", catalogue.extracted(tmp_path), tmp_path) == [
        "es: '%(count)s of %(total)s' and its translation name different values."
    ]
