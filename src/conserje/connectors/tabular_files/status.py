# SPDX-License-Identifier: Apache-2.0
"""What a status cell and a document type say: paid, open, void, disputed, a credit note."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from conserje.connectors.tabular_files.vocabulary import vocabulary, words

CANCELLED: Final = "cancelled"
_VOID_WHERE_CANCELLED: Final = frozenset({"MXN", "BRL"})
_CREDIT_NUMBER: Final = re.compile(
    r"\s*(?:nc[a-z]?|n\.c\.|nota (?:de )?cr[eé]dito|credit (?:note|memo)|cn)[\s_.:#-]*[0-9]", re.IGNORECASE
)


@lru_cache(maxsize=4_096)
def status_of(text: str, header: str) -> str:
    """paid, open, void, disputed or cancelled for a cell under `header` (folded words); "" when unknown or blank."""
    book = vocabulary()
    key = words(text)
    if not key:
        return ""
    if key in book.yes or key in book.no:
        return _flag(key in book.yes, header)
    if key in book.statuses:
        return book.statuses[key]
    padded = f" {key} "
    inside = [phrase for phrase in book.statuses if f" {phrase} " in padded]
    return book.statuses[max(inside, key=len)] if inside else ""


def is_flag(text: str) -> bool:
    """Whether the cell is a mere yes or no, which says nothing without its header."""
    key = words(text)
    return key in vocabulary().yes or key in vocabulary().no


def _flag(yes: bool, header: str) -> str:
    book = vocabulary()
    if header in book.open_headers:
        return "open" if yes else "paid"
    if header in book.void_headers:
        return "void" if yes else "open"
    if header.startswith("cancelad"):
        return CANCELLED if yes else "open"
    if header in book.paid_headers:
        return "paid" if yes else "open"
    return ""


def settle_cancelled(*, currency: str, still_open: bool) -> str:
    """What "cancelada" means: paid in most of Latin America; void on Mexican and Brazilian paper, or with a balance."""
    return "void" if still_open or currency in _VOID_WHERE_CANCELLED else "paid"


def is_credit_note(number: str, document_type: str) -> bool:
    """Whether the document type, or failing that the number itself (NC-12), says that it is a credit note."""
    if document_type:
        return _credit_type(document_type)
    return bool(_CREDIT_NUMBER.match(number))


@lru_cache(maxsize=1_024)
def _credit_type(text: str) -> bool:
    key = words(text)
    book = vocabulary()
    if key in book.credit_notes:
        return True
    padded = f" {key} "
    return any(f" {phrase} " in padded for phrase in book.credit_notes if " " in phrase)
