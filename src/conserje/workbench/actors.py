# SPDX-License-Identifier: Apache-2.0
"""How those who did something are called on the desk."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from conserje.services.tenancy import people


def who(by: Iterable[str]) -> dict[str, str]:
    """How those who did something are called, by what was recorded: "person:3", or a word of a command."""
    said = set(by)
    ids = {
        int(text.removeprefix("person:"))
        for text in said
        if text.startswith("person:") and text[7:].isdecimal()
    }
    known = people.names(user_ids=ids)
    words = {"command line": _("Command line"), "system": _("The software")}
    return {
        text: known.get(int(text[7:]), _("Somebody who left"))
        if text.startswith("person:") and text[7:].isdecimal()
        else words.get(text, text)
        for text in said
    }
