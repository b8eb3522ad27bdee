# SPDX-License-Identifier: Apache-2.0
"""A QR code as one path, drawn on the server: no script, no picture from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

# ISO/IEC 18004: four modules of light around the code, or cameras do not find it.
QUIET_ZONE: Final = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """A square of `size` by `size` units, quiet zone included; `path` fills its dark modules."""

    size: int
    path: str


def draw(payload: str) -> Drawing:
    """The QR code of `payload`, with a seventh of it readable when damaged (level M). Some 2,000 signs at most."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, box_size=1)
    code.add_data(payload)
    code.make(fit=True)
    rows = code.get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for dark, modules in groupby(row):
            length = len(list(modules))
            if dark:
                runs.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return Drawing(len(rows), "".join(runs))
