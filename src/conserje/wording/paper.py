# SPDX-License-Identifier: Apache-2.0
"""A paper to keep, as a PDF: the same facts give the same bytes, on any machine and without a network.

Words come from `papers` of the word table of each language; the sheet is set by `papers/paper.typ` with the typeface
that travels inside the typesetter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import typst

from conserje.wording import shelf

# What is printed on: the Americas fold letter, the rest A4. Colombia, Mexico, Chile and the like write on letter.
_LETTER: Final = frozenset({"CO", "MX", "CL", "US", "GT", "PR", "CR", "PA", "VE", "DO", "SV", "HN", "NI"})


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who gives the paper: `lines` stand under the name, `identity` closes each page; `colour` is "#rrggbb"."""

    name: str
    identity: str
    lines: tuple[str, ...] = ()
    colour: str = "#31556b"
    country: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of ready words under `head`; the columns from the one numbered `right` on are figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    title: str = ""
    right: int = 1


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, all of it in ready words of `locale`.

    `on` is its date in words; `before` and `after` are paragraphs around the tables; each signature is its lines (a
    name, a role, a day); `mark` stands small at the end: the hash of what was agreed, how to check.
    """

    locale: str
    title: str
    issuer: Issuer
    on: str
    recipient: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    after: tuple[str, ...] = ()
    signatures: tuple[tuple[str, ...], ...] = ()
    mark: str = ""


def pdf(paper: Paper) -> bytes:
    """The paper as a PDF. Raises `ValueError` for a colour that is none, or rows that do not fit their table's head."""
    for table in paper.tables:
        if any(len(row) != len(table.head) for row in (*table.rows, *([table.total] if table.total else []))):
            raise ValueError(f"A row of the table '{table.title}' has more or fewer cells than its head.")
    issuer = paper.issuer
    it: dict[str, Any] = {
        "language": shelf.language(paper.locale)[:2],
        "title": paper.title,
        "issuer": issuer.name,
        "identity": issuer.identity,
        "issuer_lines": issuer.lines,
        "colour": issuer.colour,
        "sheet": "us-letter" if issuer.country.upper() in _LETTER else "a4",
        "on": paper.on,
        "recipient": paper.recipient,
        "before": paper.before,
        "tables": [
            {
                "title": table.title,
                "head": table.head,
                "rows": table.rows,
                "total": table.total,
                "right": table.right,
            }
            for table in paper.tables
        ],
        "after": paper.after,
        "signatures": paper.signatures,
        "mark": paper.mark,
    }
    try:
        made = typst.compile(
            _source(),
            format="pdf",
            sys_inputs={"it": json.dumps(it, ensure_ascii=False, sort_keys=True)},
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise ValueError(f"The paper '{paper.title}' cannot be set: {error}") from error
    if not isinstance(made, bytes):
        raise TypeError("The typesetter answered several files for one paper.")
    return made


def words(locale: str) -> dict[str, Any]:
    """The words of papers in a language: `papers` of its word table."""
    found: dict[str, Any] = shelf.words(locale)["papers"]
    return found


@cache
def _source() -> bytes:
    return files("conserje.wording").joinpath("papers/paper.typ").read_bytes()
