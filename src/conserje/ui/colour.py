# SPDX-License-Identifier: Apache-2.0
"""A creditor's brand colour made legible: WCAG contrast, computed here so that no page ever guesses."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

LIGHT_GROUND: Final = "#f8f7f4"
DARK_GROUND: Final = "#1b2022"
FALLBACK: Final = "#255a56"

_HEX = re.compile(r"#?(?:([0-9a-fA-F]{6})|([0-9a-fA-F]{3}))")
_Triple = tuple[float, float, float]


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio (1 to 21) of two `#rrggbb` colours."""
    high, low = sorted((_luminance(_rgb(first)), _luminance(_rgb(second))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def text_on(ground: str) -> str:
    """White or black, whichever is read more easily on `ground`; at least 4.5:1 for every colour."""
    return max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, ground))


def readable(colour: str, *, on: str, ratio: float) -> str:
    """`colour` made darker or lighter, hue kept, until it stands out from `on` by `ratio`.

    `ratio` is at most 5: some step between black and white always reaches it.
    """
    lightness, chroma, hue = _oklch(_rgb(colour))
    step = -0.01 if _luminance(_rgb(on)) > 0.18 else 0.01
    found = colour
    while contrast(found, on) < ratio:
        lightness += step
        found = oklch_hex(min(max(lightness, 0.0), 1.0), chroma, hue)
    return found


@lru_cache(maxsize=512)
def brand_stylesheet(colour: str) -> str:
    """The CSS that puts a creditor's `#rrggbb` into the tokens;

    anything else than a colour gives the neutral one.
    """
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        brand = FALLBACK
    else:
        brand = "#" + (match[1] or "".join(letter * 2 for letter in match[2])).lower()
    light = _tokens(brand, ground=LIGHT_GROUND)
    dark = _tokens(readable(brand, on=DARK_GROUND, ratio=3.0), ground=DARK_GROUND)
    return (
        f'@layer tokens{{:root,[data-theme="light"]{{{light}}}'
        f'@media (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}'
        f'[data-theme="dark"]{{{dark}}}}}\n'
    )


def oklch_hex(lightness: float, chroma: float, hue: float) -> str:
    """`#rrggbb` of an OKLCH colour (`lightness` 0 to 1, `hue` in degrees), clipped into sRGB (Ottosson, 2020)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(max(part, 0.0), 1.0))):02x}" for part in linear)


def _tokens(brand: str, *, ground: str) -> str:
    return (
        f"--brand:{brand};--on-brand:{text_on(brand)};"
        f"--brand-ink:{readable(brand, on=ground, ratio=4.8)};--brand-edge:{readable(brand, on=ground, ratio=3.2)}"
    )


def _rgb(colour: str) -> _Triple:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def _luminance(rgb: _Triple) -> float:
    red, green, blue = (_linear(part) for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklch(rgb: _Triple) -> _Triple:
    red, green, blue = (_linear(part) for part in rgb)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a))
