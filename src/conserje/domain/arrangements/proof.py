# SPDX-License-Identifier: Apache-2.0
"""What a file is, by its own first bytes: what its name or its sender says of it counts for nothing."""

from __future__ import annotations

from typing import Final

_BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def media_type(content: bytes) -> str:
    """The media type of a PDF, JPEG, PNG or WebP file; empty for anything else."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""
