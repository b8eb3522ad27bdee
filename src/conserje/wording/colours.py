# SPDX-License-Identifier: Apache-2.0
"""A brand colour made readable: on white, on a dark screen, and under the words of a button (WCAG contrast)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_NEUTRAL: Final = "#1f4e79"
_LIGHT_CARD: Final = "#ffffff"
_DARK_CARD: Final = "#1e2126"
_ENOUGH: Final = 4.6

Rgb = tuple[int, int, int]


@lru_cache(maxsize=1024)
def palette(colour: str) -> Mapping[str, str]:
    """What the frame needs of the brand `colour` ("#rrggbb"; anything else gets a calm blue).

    `button` and `on_button` (black or white, whichever reads better), `edge` (the button's outline), and `link` and
    `link_dark`, the brand colour moved until it reads at 4.5:1 on a white and on a dark card.
    """
    brand = colour.lower() if _HEX.fullmatch(colour) else _NEUTRAL
    rgb = _parse(brand)
    on_button = max(("#ffffff", "#000000"), key=lambda text: _contrast(_parse(text), rgb))
    link = _until_readable(rgb, card=_parse(_LIGHT_CARD), towards=(0, 0, 0))
    made = {
        "button": brand,
        "on_button": on_button,
        "edge": link if _contrast(rgb, _parse(_LIGHT_CARD)) < 1.5 else brand,
        "link": link,
        "link_dark": _until_readable(rgb, card=_parse(_DARK_CARD), towards=(255, 255, 255)),
    }
    return MappingProxyType(made)


def _until_readable(rgb: Rgb, *, card: Rgb, towards: Rgb) -> str:
    mixed = rgb
    for step in range(21):
        mixed = tuple(
            channel + (goal - channel) * step // 20 for channel, goal in zip(rgb, towards, strict=True)
        )  # type: ignore[assignment]
        if _contrast(mixed, card) >= _ENOUGH:
            break
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _parse(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _contrast(one: Rgb, other: Rgb) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: Rgb) -> float:
    parts = [value / 255 for value in rgb]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
