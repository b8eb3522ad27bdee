# SPDX-License-Identifier: Apache-2.0
"""Names, amounts, days, lists, colours, and the judgement on edited templates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from conserje.domain.kit.money import Money
from conserje.wording import formats
from conserje.wording.colours import palette
from conserje.wording.markup import Shape, blocks, mark
from conserje.wording.names import addressee, greeting
from conserje.wording.shelf import LetterError, source
from conserje.wording.validation import validate
from conserje.wording.values import KINDS

NAMES = [
    tuple(part.strip(" ") for part in line.rsplit(" ->", 1))
    for line in (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("# ")
]


def test_names_are_many() -> None:
    assert len({name for name, _ in NAMES}) >= 200


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_a_messy_name_is_greeted_or_left_out(name: str, expected: str) -> None:
    assert addressee(name=name, locale="es_CO") == expected
    assert greeting(name=name, locale="es_CO", hour=9) == (
        f"Buenos días, {expected}" if expected else "Buenos días"
    )


@pytest.mark.parametrize(
    ("hour", "locale", "expected"),
    [
        (0, "es_CO", "Buenos días, doctora Laura"),
        (11, "es", "Buenos días, Laura"),
        (12, "es_CO", "Buenas tardes, doctora Laura"),
        (18, "es_CO", "Buenas tardes, doctora Laura"),
        (19, "es_CO", "Buenas noches, doctora Laura"),
        (9, "en", "Good morning, Laura"),
        (13, "en_GB", "Good afternoon, Laura"),
        (18, "en", "Good evening, Laura"),
    ],
)
def test_the_hour_and_the_country_choose_the_words(hour: int, locale: str, expected: str) -> None:
    assert greeting(name="Dra. Laura Pérez", locale=locale, hour=hour) == expected


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "expected"),
    [
        (380_800_000, "COP", "es_CO", "$ 3.808.000 COP"),
        (380_800_050, "COP", "es_CO", "$ 3.808.000,50 COP"),
        (0, "COP", "es_CO", "$ 0 COP"),
        (-50_000_00, "COP", "es_CO", "$ -50.000 COP"),
        (320_000, "USD", "es_CO", "US$ 3.200,00"),
        (320_000, "EUR", "es_CO", "€ 3.200,00"),
        (320_000, "MXN", "es_CO", "MXN 3.200,00"),
        (150_000, "CLP", "es_CO", "CLP 150.000"),
        (380_800_000, "COP", "es", "3.808.000 COP"),
        (320_000, "USD", "es", "3.200,00 USD"),
        (380_800_000, "COP", "en", "COP 3,808,000"),
        (320_005, "USD", "en", "USD 3,200.05"),
        (1_234_567, "KWD", "en", "KWD 1,234.567"),
        (99_999_999_999_999, "COP", "es_CO", "$ 999.999.999.999,99 COP"),
    ],
)
def test_amounts(minor: int, currency: str, locale: str, expected: str) -> None:
    assert formats.money(Money(currency, minor), locale) == expected


@pytest.mark.parametrize(
    ("style", "locale", "expected"),
    [
        ("day", "es_CO", "jueves 12 de noviembre"),
        ("day_plain", "es_CO", "12 de noviembre"),
        ("day_long", "es", "12 de noviembre de 2026"),
        ("day_short", "es_CO", "12 nov"),
        ("day_table", "es_CO", "12 nov 2026"),
        ("day", "en", "Thursday 12 November"),
        ("day_long", "en", "12 November 2026"),
        ("day_short", "en", "12 Nov"),
    ],
)
def test_days(style: str, locale: str, expected: str) -> None:
    assert formats.day(date(2026, 11, 12), style, locale) == expected


@pytest.mark.parametrize(
    ("items", "link", "locale", "expected"),
    [
        ([], "", "es", ""),
        (["a"], "", "es", "a"),
        (["a", "b"], "", "es_CO", "a y b"),
        (["a", "b", "c"], "", "es_CO", "a, b y c"),
        (["Ana", "Inés"], "", "es", "Ana e Inés"),
        (["agua", "hielo"], "", "es", "agua y hielo"),
        (["PSE", "otro"], "o", "es", "PSE u otro"),
        (["PSE", "Nequi", "tarjeta"], "o", "es_CO", "PSE, Nequi o tarjeta"),
        (["a", "b", "c"], "or", "en", "a, b or c"),
        (["Ana", "Inés"], "", "en", "Ana and Inés"),
    ],
)
def test_lists(items: list[str], link: str, locale: str, expected: str) -> None:
    assert formats.joined(items, locale, link) == expected


def test_long_subjects_are_cut_at_a_word() -> None:
    assert formats.short("Rediseño del sitio", 30) == "Rediseño del sitio"
    assert formats.short("Rediseño del sitio web institucional, fase 2", 30) == "Rediseño del sitio web…"
    assert len(formats.short("x" * 100, 30)) <= 30


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#ffff00", "#0b6e4f", "#ff0000", "#777777", "#1e2126", "rojo", ""]
)
def test_any_brand_colour_reads(colour: str) -> None:
    made = palette(colour)
    assert _contrast(made["button"], made["on_button"]) >= 4.5
    assert _contrast(made["link"], "#ffffff") >= 4.5
    assert _contrast(made["link_dark"], "#1e2126") >= 4.5


def test_markup_is_read_in_blocks() -> None:
    text = """Uno
    dos.

    {% if a %}
    # Grande
    {% endif %}

    - x {{ a | f: "|" }}
    {% if a %}
    - y
    {% endif %}

    {% for i in a %}
    | {{ i | f: "|" }} | b |
    {% endfor %}

    [[Ver]](https://x.example)

    ~ chico
    """
    shapes = [block.shape for block in blocks(mark(text, []))]
    control = Shape.CONTROL
    expected = [
        Shape.PARAGRAPH,
        control,
        Shape.LARGE,
        control,
        Shape.BULLETS,
        Shape.TABLE,
        Shape.BUTTON,
        Shape.SMALL,
    ]
    assert shapes == expected


def test_our_own_templates_are_without_findings() -> None:
    for locale in ("es_CO", "es", "en", "pt_BR"):
        for kind in KINDS:
            for part in ("subject", "preheader", "body"):
                text = source(locale, f"{kind}/{part}")
                assert validate(source=text, kind=kind, locale=locale, part=part) == ()


GOOD = "{{ greeting }}.\n\n::: balance\n\n::: pay\n\n::: next\n\n::: signature\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (GOOD + "Pague su deuda", 10, "instead: saldo"),
        (GOOD + "\nEs su ÚLTIMA OPORTUNIDAD.", 11, "nuestra última carta"),
        (GOOD + "¿Por qué no ha pagado?", 10, "ask_reason_for_default"),
        (GOOD.replace("::: balance", ""), 0, "add ::: balance"),
        (GOOD.replace("::: pay", ""), 0, "add ::: pay"),
        (GOOD.replace("::: next", ""), 0, "add ::: next"),
        (GOOD.replace("::: signature", ""), 0, "add ::: signature"),
        (GOOD + "{{ creditor.nme }}", 10, "creditor.nme"),
        (GOOD + "{{ nombre }}", 10, "'nombre'"),
        (GOOD + "{% if %}", 10, "missing expression"),
        (GOOD + "{{ greeting | evil }}", 0, "evil"),
        (GOOD + "::: nada", 0, "no template 'blocks/nada'"),
        (GOOD + "{% for i in (1..99999) %}x{% endfor %}", 0, "too large"),
        (GOOD + "x" * 20_001, 0, "at most"),
        (GOOD + "[x](javascript:alert(1))", 0, "A link points to"),
    ],
)
def test_a_bad_edit_is_told_with_its_line(text: str, line: int, says: str) -> None:
    found = validate(source=text, kind="friendly", locale="es_CO")
    assert any(says in finding.message for finding in found), found
    assert line == 0 or any(says in finding.message and finding.line == line for finding in found), found


def test_a_good_edit_has_no_findings_and_an_unknown_part_is_refused() -> None:
    assert validate(source=GOOD, kind="friendly", locale="es_CO") == ()
    with pytest.raises(LetterError, match="There is no 'footer'"):
        validate(source=GOOD, kind="friendly", locale="es_CO", part="footer")
