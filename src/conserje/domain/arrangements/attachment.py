# SPDX-License-Identifier: Apache-2.0
"""Files that people hand in: what they may be, told from their first bytes and never from their name."""

from __future__ import annotations

from typing import Final

SIZE_MAX: Final = 5 * 1024 * 1024
FILES_MAX: Final = 5

TOO_LARGE: Final = "file_too_large"
TOO_MANY: Final = "file_too_many"
UNKNOWN_KIND: Final = "file_unknown_kind"
EMPTY: Final = "file_empty"

_SIGNS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
SUFFIXES: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def media_type(content: bytes) -> str:
    """What `content` is: PDF, JPEG, PNG or WebP; "" for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if content.startswith(sign)), "")


def wrong(content: bytes) -> str:
    """The code of what is wrong with a file; "" when it may be kept."""
    if not content:
        return EMPTY
    if len(content) > SIZE_MAX:
        return TOO_LARGE
    return "" if media_type(content) else UNKNOWN_KIND


def safe_name(name: str, *, kind: str) -> str:
    """`name` without folders or control signs, at most 120 long, ending as files of `kind` do."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable()).strip(" .")
    stem = shown.rpartition(".")[0] or shown or "file"
    return f"{stem[:110]}.{SUFFIXES[kind]}"
