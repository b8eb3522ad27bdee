# SPDX-License-Identifier: Apache-2.0
"""What stands in a kept letter for its links and its code: each attempt has its own, and nobody else reads them."""

from __future__ import annotations

from dataclasses import dataclass

from conserje.wording.shelf import LetterError

LINK = "https://link.invalid/p/"
STOP = "https://link.invalid/u/"
CODE = "••••••"


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What one attempt has of its own: two addresses, and a code where the letter has one."""

    link: str
    stop: str
    code: str = ""


def revealed(text: str, *, secrets: Secrets) -> str:
    """`text` with its placeholders replaced by the links, and the code, of one attempt.

    Raises `LetterError` for a code that is not there any more.
    """
    if CODE in text and not secrets.code:
        raise LetterError("The code of this letter was used or taken back.")
    return text.replace(LINK, secrets.link).replace(STOP, secrets.stop).replace(CODE, secrets.code)
