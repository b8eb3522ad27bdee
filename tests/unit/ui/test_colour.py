# SPDX-License-Identifier: Apache-2.0
"""Every pair of colours that carries words can be read, in light and in dark, for the house and for any brand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import conserje
from conserje.ui.colour import DARK_GROUND, LIGHT_GROUND, brand_stylesheet, contrast, oklch_hex, text_on

TOKENS = (Path(conserje.__file__).parent / "ui/static/ui/tokens.css").read_text()
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def _sets() -> dict[str, dict[str, str]]:
    blocks = {
        "light": re.search(r'\[data-theme="light"\] \{(.*?)\n  \}', TOKENS, re.S),
        "preferred": re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\n    \}', TOKENS, re.S),
        "dark": re.search(r'\n  \[data-theme="dark"\] \{(.*?)\n  \}', TOKENS, re.S),
    }
    found = {}
    for name, block in blocks.items():
        assert block is not None, name
        pattern = r"--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\);"
        found[name] = {
            key: oklch_hex(float(x), float(y), float(z)) for key, x, y, z in re.findall(pattern, block[1])
        }
    return found


SETS = _sets()


def test_the_two_ways_into_the_dark_are_one_set() -> None:
    assert SETS["preferred"] == SETS["dark"]
    assert SETS["light"].keys() == SETS["dark"].keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "ink-soft", "brand-ink", "late"])
@pytest.mark.parametrize("ground", ["paper", "sheet", "well"])
def test_words_are_read_on_every_ground(theme: str, ink: str, ground: str) -> None:
    assert contrast(SETS[theme][ink], SETS[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tone", ["late", "rest", "done", "stop", "plain"])
def test_a_state_is_read_on_its_wash(theme: str, tone: str) -> None:
    assert contrast(SETS[theme][tone], SETS[theme][f"{tone}-wash"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_outline_is_seen(theme: str) -> None:
    assert contrast(SETS[theme]["rule-strong"], SETS[theme]["sheet"]) >= 3
    assert contrast(SETS[theme]["brand-edge"], SETS[theme]["paper"]) >= 3


def test_brands_are_judged_on_grounds_no_kinder_than_ours() -> None:
    for name in ("paper", "sheet"):
        assert contrast("#000000", SETS["light"][name]) >= contrast("#000000", LIGHT_GROUND) - 0.2
        assert contrast("#ffffff", SETS["dark"][name]) >= contrast("#ffffff", DARK_GROUND) - 0.6


@given(COLOURS)
def test_any_brand_is_legible_in_both_themes(colour: str) -> None:
    sheet = brand_stylesheet(colour)
    light, dark = re.findall(r"\{(--brand:[^}]*)\}", sheet)[0], re.findall(r"\{(--brand:[^}]*)\}", sheet)[-1]
    for tokens, grounds in ((light, ("light", ("paper", "sheet"))), (dark, ("dark", ("paper", "sheet")))):
        values = dict(part.split(":") for part in tokens.split(";"))
        assert contrast(values["--brand"], values["--on-brand"]) >= 4.5
        for ground in grounds[1]:
            assert contrast(values["--brand-ink"], SETS[grounds[0]][ground]) >= 4.5
            assert contrast(values["--brand-edge"], SETS[grounds[0]][ground]) >= 3


@given(COLOURS)
def test_text_on_any_colour_is_legible(colour: str) -> None:
    assert contrast(colour, text_on(colour)) >= 4.5


@pytest.mark.parametrize("bad", ["", "red", "#12", "#12345g", "#000}body{display:none", "url(x)"])
def test_what_is_no_colour_never_reaches_the_stylesheet(bad: str) -> None:
    assert brand_stylesheet(bad) == brand_stylesheet("#255a56")


def test_a_short_colour_is_its_long_self() -> None:
    assert brand_stylesheet("#0af") == brand_stylesheet("00AAFF")
