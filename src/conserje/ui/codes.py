# SPDX-License-Identifier: Apache-2.0
"""Tables of screen words by code, for doors that tell what the domain knows by code."""

from __future__ import annotations

from django.utils.functional import Promise

Words = dict[str, Promise]


def name(table: Words, code: str) -> str:
    """The word for `code`; the code itself when the table does not know it."""
    return str(table.get(code, code))


class Known(dict[str, str]):
    """Values for a sentence; one that is not known is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"
