# SPDX-License-Identifier: Apache-2.0
"""The HTML of a letter's blocks: MJML, made responsive once by mrml, with its Liquid still inside."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Final

import mrml

from conserje.wording.markup import Block, Marked, Row, Shape
from conserje.wording.shelf import LetterError
from conserje.wording.text_form import LINK, STRONG

_BODY: Final = "<!-- body -->"
_FOOTER: Final = "<!-- footer -->"
_END: Final = "text-align:right;white-space:nowrap"
_FIRST: Final = ";width:45%;overflow-wrap:anywhere;hyphens:auto"
_CELL: Final = "padding:8px 0;border-bottom:1px solid #e3e5e8;vertical-align:top;word-break:normal"


def write(*, frame: Marked, body: list[Block], footer: list[Block], constants: Mapping[str, str]) -> str:
    """Liquid source of the whole HTML page; all three were marked on one list of tokens.

    `constants` ("brand.link") are written into it: they must not need escaping.
    Raises `LetterError` when a template does not close what it opens or links to something odd.
    """
    text = frame.text.replace(_BODY, _blocks(body, frame, small=False))
    text = text.replace(_FOOTER, _blocks(footer, frame, small=True))
    try:
        page = mrml.to_html(text, render_options=mrml.RenderOptions(fonts={})).content
    except OSError as error:
        raise LetterError(
            f"The letter does not fit its frame ({error}): close every tag in frame.mjml.liquid."
        ) from error
    return frame.restore(page, constants=constants)


def _blocks(parts: list[Block], marked: Marked, *, small: bool) -> str:
    return "".join(_block(part, marked, small=small) for part in parts)


def _block(part: Block, marked: Marked, *, small: bool) -> str:
    if part.shape is Shape.CONTROL:
        return f"<mj-raw>{part.text}</mj-raw>"
    if part.shape is Shape.RULE:
        return '<mj-divider css-class="rule" />'
    if part.shape is Shape.BUTTON:
        return f'<mj-button href="{_address(part.address, marked)}">{inline(part.text, marked)}</mj-button>'
    if part.shape is Shape.TABLE:
        return _table(part.rows, marked)
    if part.shape in (Shape.BULLETS, Shape.NUMBERS):
        tag = "ol" if part.shape is Shape.NUMBERS else "ul"
        items = "".join(_item(row, marked) for row in part.rows)
        inner = f'<{tag} style="margin:0;padding-left:24px">{items}</{tag}>'
        return _text("small" if small else "ink", inner)
    name = "small" if small or part.shape is Shape.SMALL else "large" if part.shape is Shape.LARGE else "ink"
    return _text(name, f'<p style="margin:0">{inline(part.text, marked)}</p>')


def _text(name: str, inner: str) -> str:
    return f'<mj-text mj-class="{name}" css-class="{name}">{inner}</mj-text>'


def _item(row: Row, marked: Marked) -> str:
    if row.role == "control":
        return row.cells[0]
    return f'<li style="margin:0 0 8px">{inline(row.cells[0], marked)}</li>'


def _table(rows: list[Row], marked: Marked) -> str:
    return f'<mj-table css-class="table">{"".join(_table_row(row, marked) for row in rows)}</mj-table>'


def _table_row(row: Row, marked: Marked) -> str:
    if row.role == "control":
        return row.cells[0]
    cells = []
    last = len(row.cells) - 1
    for index, cell in enumerate(row.cells):
        head = row.role == "head" or (index == 0 and last == 1)
        tag, scope = ("th", f' scope="{"col" if row.role == "head" else "row"}"') if head else ("td", "")
        style = f"{_CELL};font-weight:{'600' if row.role in ('head', 'sum') else '400'};"
        style += (
            _END if index == last else f"text-align:left;padding-right:12px{_FIRST if index == 0 else ''}"
        )
        cells.append(f'<{tag}{scope} style="{style}">{inline(cell, marked)}</{tag}>')
    return f"<tr>{''.join(cells)}</tr>"


def inline(text: str, marked: Marked) -> str:
    """Escaped words with their strong parts, links and line breaks as HTML."""
    escaped = html.escape(text, quote=False)
    strong = STRONG.sub(r"<strong>\1</strong>", escaped)
    linked = LINK.sub(lambda found: _anchor(found.group(1), found.group(2), marked), strong)
    return linked.replace("\n", "<br/>")


def _anchor(words: str, address: str, marked: Marked) -> str:
    return f'<a href="{_address(address, marked)}" class="link" style="{_link_style(marked)}">{words}</a>'


def _link_style(marked: Marked) -> str:
    marked.tokens.append("{{ brand.link }}")
    return f"color:Lq{len(marked.tokens) - 1}qL;text-decoration:underline"


def _address(address: str, marked: Marked) -> str:
    """A literal https, mailto or tel address, or one value, which the `link` filter judges when it is filled in."""
    if address.lower().startswith(("https://", "mailto:", "tel:")):
        return html.escape(address)
    restored = marked.restore(address)
    if not (restored.startswith("{{") and restored.endswith("}}") and restored.count("{{") == 1):
        raise LetterError(
            f"A link points to {restored!r}: write one value, or an https, mailto or tel address."
        )
    marked.tokens.append(restored[:-2].rstrip(" -") + " | link }}")
    return f"Lq{len(marked.tokens) - 1}qL"
