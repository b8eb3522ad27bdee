# SPDX-License-Identifier: Apache-2.0
"""The paths of the pages of a creditor's portal; templates use them too, so nothing of the house is needed here."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=1024)
def of(page: str, creditor: str) -> str:
    """The path of a page of a creditor: found among all addresses once, and not for every link to it."""
    return reverse(f"portal:{page}", kwargs={"creditor": creditor})
