# SPDX-License-Identifier: Apache-2.0
"""The small markup of a letter, over Liquid.

    A blank line ends a paragraph.          A \\ at the end of a line breaks it.
    **strong words**                        [words](address) is a link
    [[Words]](address)   alone: the button  # a large line, for the amount
    ~ small print                           --- a rule between two parts
    - an item            1. a numbered one  ::: name   puts wording/<language>/blocks/name.liquid here
    | label | value |                       | a | b | c |   a row; |! a | b | c | its heads; |= a | b | the sum

A line of nothing but Liquid tags ({% if %}, {% for %}...) stands between blocks and may hold whole blocks.
Markup is read from the source, before any value is filled in: a value never becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from conserje.wording.shelf import LetterError, source

_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_MARK = re.compile(r"Lq(\d+)qL")
_TAGS_ONLY = re.compile(r"(?:\s*Lq\d+qL)+\s*")
_BUTTON = re.compile(r"\[\[(.+)\]\]\((\S+)\)")
_INCLUDE = re.compile(r":::\s*([a-z_]+)")
_ITEM = re.compile(r"(-|\d+\.)\s+(.*)")
_SPACES = re.compile(r"[ \t]+")
_TAG_NAME = re.compile(r"\{%-?\s*(\w+)")
_OPENING = frozenset(("if", "unless", "for", "case", "capture"))
_DEPTH = 4


class Shape(Enum):
    """What a block looks like."""

    PARAGRAPH = "paragraph"
    LARGE = "large"
    SMALL = "small"
    BUTTON = "button"
    RULE = "rule"
    BULLETS = "bullets"
    NUMBERS = "numbers"
    TABLE = "table"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table or an item of a list; `control` rows are Liquid tags between the others."""

    role: str
    cells: tuple[str, ...]


@dataclass(slots=True)
class Block:
    """One block: its text (Liquid marked), the address of a button, the rows of a table or list."""

    shape: Shape
    text: str = ""
    address: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Marked:
    """Source whose Liquid has been put aside: `text` holds marks, `tokens` what they stand for."""

    text: str
    tokens: list[str]

    def restore(self, text: str, *, constants: Mapping[str, str] | None = None) -> str:
        """`text` with every mark replaced by its Liquid, or by the constant of that name ("brand.link")."""
        known = constants or {}

        def put(match: re.Match[str]) -> str:
            token = self.tokens[int(match.group(1))]
            return known.get(token[2:-2].strip(), token)

        return _MARK.sub(put, text)

    def is_tag(self, mark: str) -> bool:
        """Whether the mark stands for a tag ({% %}) and not for an output ({{ }})."""
        found = _MARK.fullmatch(mark)
        return found is not None and self.tokens[int(found.group(1))].startswith("{%")


def expand(text: str, *, locale: str, depth: int = 0) -> str:
    """`text` with its ::: lines replaced by the blocks they name. Raises `LetterError` for an unknown one."""
    if depth > _DEPTH:
        raise LetterError("Blocks include one another without end: break the circle.")

    def included(line: str) -> str:
        match = _INCLUDE.fullmatch(line.strip())
        if match is None:
            return line
        return (
            "\n" + expand(source(locale, f"blocks/{match.group(1)}"), locale=locale, depth=depth + 1) + "\n"
        )

    return "\n".join(included(line) for line in text.splitlines())


def mark(text: str, tokens: list[str]) -> Marked:
    """Put the Liquid of `text` aside, at the end of `tokens`. Raises `LetterError` for a text that holds marks."""
    if _MARK.search(text):
        raise LetterError("The template holds a reserved word of ours (Lq0qL): write it otherwise.")

    def put(match: re.Match[str]) -> str:
        if any("<" in quoted or ">" in quoted for quoted in _QUOTED.findall(match.group())):
            raise LetterError(
                f"{match.group()} holds < or > in quotes, which Liquid would not escape: leave them out."
            )
        tokens.append(match.group())
        return f"Lq{len(tokens) - 1}qL"

    return Marked(text=_LIQUID.sub(put, _COMMENT.sub("", text)), tokens=tokens)


def blocks(marked: Marked) -> list[Block]:
    """The blocks of a marked source, in order."""
    found: list[Block] = []
    for group in _groups(marked):
        found.extend(_read(group, marked))
    return found


def _groups(marked: Marked) -> Iterator[list[str]]:
    """Lines that stand together. Tag lines closed within a table or list belong to it; others stand alone."""
    chunk: list[str] = []
    for line in [*marked.text.splitlines(), ""]:
        if line.strip():
            chunk.append(line.strip())
        elif chunk:
            yield from _split(chunk, marked)
            chunk = []


def _split(chunk: list[str], marked: Marked) -> Iterator[list[str]]:
    first = next((line for line in chunk if not _is_tags(line, marked)), "")
    rows = first.startswith("|") or _ITEM.fullmatch(first) is not None
    if rows and _closed(chunk, marked):
        yield chunk
        return
    group: list[str] = []
    for line in chunk:
        inside = rows and group and not _is_tags(group[0], marked)
        if _is_tags(line, marked) and not inside:
            if group:
                yield group
            group = []
            yield [line]
        else:
            group.append(line)
    if group:
        yield group


def _closed(chunk: list[str], marked: Marked) -> bool:
    """Whether every Liquid tag opened in these lines is closed in them."""
    depth = 0
    for found in _MARK.finditer("\n".join(chunk)):
        name = _TAG_NAME.match(marked.tokens[int(found.group(1))])
        if name is not None and name.group(1) in _OPENING:
            depth += 1
        elif name is not None and name.group(1).startswith("end"):
            depth -= 1
        if depth < 0:
            return False
    return depth == 0


def _is_tags(line: str, marked: Marked) -> bool:
    return _TAGS_ONLY.fullmatch(line) is not None and all(
        marked.is_tag(m.group()) for m in _MARK.finditer(line)
    )


def _read(group: list[str], marked: Marked) -> Iterator[Block]:
    first = next((line for line in group if not _is_tags(line, marked)), "")
    if not first:
        yield from (Block(Shape.CONTROL, text=line) for line in group)
    elif first.startswith("|"):
        yield Block(Shape.TABLE, rows=[_row(line, marked) for line in group])
    elif (item := _ITEM.fullmatch(first)) is not None:
        shape = Shape.BULLETS if item.group(1) == "-" else Shape.NUMBERS
        yield Block(shape, rows=list(_items(group, marked)))
    elif (button := _BUTTON.fullmatch(first)) is not None:
        yield Block(Shape.BUTTON, text=button.group(1), address=button.group(2))
        if group[1:]:
            yield from _read(group[1:], marked)
    elif first == "---":
        yield Block(Shape.RULE)
    elif first.startswith("# "):
        yield Block(Shape.LARGE, text=_flow([first[2:], *group[1:]]))
    elif first.startswith("~ "):
        yield Block(Shape.SMALL, text=_flow([first[2:], *group[1:]]))
    else:
        yield Block(Shape.PARAGRAPH, text=_flow(group))


def _flow(lines: list[str]) -> str:
    """Lines of one paragraph as one line; a final backslash is kept as a line break."""
    text = "".join(line[:-1].rstrip() + "\n" if line.endswith("\\") else line + " " for line in lines)
    return _SPACES.sub(" ", text).strip()


def _row(line: str, marked: Marked) -> Row:
    if _is_tags(line, marked):
        return Row("control", (line,))
    role = {"!": "head", "=": "sum"}.get(line[1:2], "row")
    inner = line[1:] if role == "row" else line[2:]
    return Row(role, tuple(cell.strip() for cell in inner.rstrip().rstrip("|").split("|")))


def _items(group: list[str], marked: Marked) -> Iterator[Row]:
    pending = ""
    for line in group:
        item = _ITEM.fullmatch(line)
        if item is None and not _is_tags(line, marked):
            pending += " " + line
            continue
        if pending:
            yield Row("row", (pending,))
        pending = item.group(2) if item is not None else ""
        if item is None:
            yield Row("control", (line,))
    if pending:
        yield Row("row", (pending,))
