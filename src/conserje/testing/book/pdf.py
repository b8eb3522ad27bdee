# SPDX-License-Identifier: Apache-2.0
"""The smallest honest PDF: one page of Helvetica lines, the same bytes for the same words."""

from __future__ import annotations

from collections.abc import Sequence


def page(lines: Sequence[tuple[int, str]]) -> bytes:
    """A one-page A4 PDF 1.4 of `lines`, each (size in points, text in Windows-1252), from the top down."""
    stream = _stream(lines)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _stream(lines: Sequence[tuple[int, str]]) -> bytes:
    parts = [b"BT\n56 786 Td"]
    for size, text in lines:
        raw = text.encode("cp1252", "replace")
        raw = raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        parts.append(b"/F1 %d Tf\n(%s) Tj\n0 -%d Td" % (size, raw, size + size // 2))
    parts.append(b"ET")
    return b"\n".join(parts)
