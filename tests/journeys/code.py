# SPDX-License-Identifier: Apache-2.0
"""The code that opens what a link alone does not, as a person gets it: asked for, read in the mailbox, written."""

from __future__ import annotations

import re

from playwright.sync_api import Page
from tests.journeys.stage import Stage


def give_the_code(page: Page, on: Stage) -> None:
    """From the page that asks for it to what lies behind."""
    before = len(on.world.messages())
    page.get_by_role("button", name="Envíenme el código").click()
    page.get_by_text(re.compile("Seis cifras, en camino a .•••@")).wait_for()
    on.conserje("run", "--json")
    letters = on.world.wait_for_messages(before + 1)[before:]
    texts = [on.world.details(letter.number)["text"] for letter in letters]
    (code,) = [found for text in texts for found in re.findall(r"(?m)^\W*(\d{6})\W*$", text)]
    page.get_by_label("El código").fill(code)
    page.get_by_role("button", name="Seguir").click()
