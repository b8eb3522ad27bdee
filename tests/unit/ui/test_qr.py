# SPDX-License-Identifier: Apache-2.0
"""The QR code that is drawn is the one that the payload has, inside its zone of light, and nothing else."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from conserje.ui import qr

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def painted(drawing: qr.Drawing) -> set[tuple[int, int]]:
    """The dark modules, read back from the path."""
    assert RUN.sub("", drawing.path) == ""
    found = set()
    for x, y, there, back in RUN.findall(drawing.path):
        assert there == back
        found |= {(int(x) + step, int(y)) for step in range(int(there))}
    return found


@given(st.text(string.ascii_letters + string.digits + "./:*-", min_size=1, max_size=400))
def test_the_path_paints_exactly_the_modules_of_the_code(payload: str) -> None:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, box_size=1)
    code.add_data(payload)
    code.make(fit=True)
    dark = {
        (x + qr.QUIET_ZONE, y + qr.QUIET_ZONE)
        for y, row in enumerate(code.get_matrix())
        for x, is_dark in enumerate(row)
        if is_dark
    }
    drawing = qr.draw(payload)
    assert painted(drawing) == dark
    assert drawing.size == len(code.get_matrix()) + 2 * qr.QUIET_ZONE


@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1)])
def test_a_camera_finds_its_three_eyes(corner: tuple[int, int]) -> None:
    drawing = qr.draw("x" * 200)
    dark = painted(drawing)
    last = drawing.size - 2 * qr.QUIET_ZONE - 7
    left, top = (qr.QUIET_ZONE + last * there for there in corner)
    for y in range(7):
        for x in range(7):
            ring = max(abs(x - 3), abs(y - 3))
            assert ((left + x, top + y) in dark) is (ring != 2)
