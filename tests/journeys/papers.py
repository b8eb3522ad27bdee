# SPDX-License-Identifier: Apache-2.0
"""Papers as a customer takes them away."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf
from playwright.sync_api import Page


def taken_away(page: Page, words: str) -> str:
    """The text of the paper behind the first link that is called so, on one line."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(words)).first.click()
    pages = pypdf.PdfReader(io.BytesIO(Path(waiting.value.path()).read_bytes())).pages
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in pages))
