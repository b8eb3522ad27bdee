# SPDX-License-Identifier: Apache-2.0
"""The plain text of a letter's blocks, still as Liquid."""

from __future__ import annotations

import re
from typing import Final

from conserje.wording.markup import Block, Row, Shape

LINK = re.compile(r"\[([^\]\[]+)\]\((\S+?)\)")
STRONG = re.compile(r"\*\*(.+?)\*\*")
_RULE: Final = "-- "


def write(parts: list[Block]) -> str:
    """Liquid source of the plain text: a blank line after each block, "words: address" for the button."""
    return "".join(_block(part, index) for index, part in enumerate(parts))


def _block(part: Block, index: int) -> str:
    if part.shape is Shape.CONTROL:
        return part.text
    if part.shape is Shape.RULE:
        return f"{_RULE}\n"
    if part.shape is Shape.BUTTON:
        return f"{inline(part.text)}: {part.address}\n\n"
    if part.shape is Shape.TABLE:
        heads = next((row.cells for row in part.rows if row.role == "head"), ())
        return "".join(_row(row, heads) for row in part.rows) + "\n"
    if part.shape is Shape.BULLETS:
        return "".join(_item(row, "- ") for row in part.rows) + "\n"
    if part.shape is Shape.NUMBERS:
        counter = f"item{index}"
        start = f"{{% capture nothing %}}{{% increment {counter} %}}{{% endcapture %}}"
        return start + "".join(_item(row, f"{{% increment {counter} %}}. ") for row in part.rows) + "\n"
    return f"{inline(part.text)}\n\n"


def _row(row: Row, heads: tuple[str, ...]) -> str:
    """ "label: value", or a line of cells, each after the first led by its head: a reader hears what it is."""
    if row.role == "control":
        return row.cells[0]
    if row.role == "head":
        return ""
    cells = [inline(cell) for cell in row.cells]
    if len(cells) == 2:
        return f"{cells[0]}: {cells[1]}\n"
    led = [f"{head.lower()} {cell}" for head, cell in zip(heads[1:], cells[1:], strict=False)] or cells[1:]
    return f"- {' · '.join([cells[0], *led])}\n"


def _item(row: Row, bullet: str) -> str:
    return row.cells[0] if row.role == "control" else f"{bullet}{inline(row.cells[0])}\n"


def inline(text: str) -> str:
    """Strong words without their stars, links as "words <address>"."""
    return LINK.sub(r"\1 <\2>", STRONG.sub(r"\1", text))
