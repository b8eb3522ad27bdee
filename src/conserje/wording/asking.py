# SPDX-License-Identifier: Apache-2.0
"""The text by which a creditor asks customers for permission, to be sent from their own mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("asking.yaml")
_FALLBACK = "es"


@dataclass(frozen=True, slots=True)
class Asking:
    """Subject and body, ready to be copied."""

    subject: str
    body: str


def text(*, locale: str, creditor: str, channels: str) -> Asking:
    """The text in the language of `locale` ("pt_BR"), else in Spanish. `channels` are their names, joined."""
    texts = _texts()
    found = texts.get(locale.partition("_")[0].partition("-")[0], texts[_FALLBACK])
    return Asking(found["subject"], found["body"].format(creditor=creditor, channels=channels))


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded
