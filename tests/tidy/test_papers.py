# SPDX-License-Identifier: Apache-2.0
"""What the documents say is so: promises have tests, links lead somewhere, figures were measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.tidy import papers, tables
from tests.tidy.source import ROOT

from conserje.cli.main import COMMANDS
from conserje.domain.outreach.touch import EDGES

PROMISES = list(tables.rows(ROOT / "docs/promises.md"))
README = (ROOT / "README.md").read_text("utf-8")
SECTIONS = ("Question", "Choice", "What would change our mind")
_SHOWN = re.compile(r"make \w+|conserje (?:creditor |drafts )?[a-z]+|--[a-z-]+|pictures/\S+")
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))


def unheld(rows: list[dict[str, str]]) -> list[str]:
    """Promises whose test is neither there nor owed openly."""
    return [row["Promise"] for row in rows if row["Test"] != "not yet" and not papers.is_test(row["Test"])]


def broken_links(path: Path, text: str) -> list[str]:
    """Links of a document that lead nowhere inside the project. Pictures may still have to be taken."""
    untaken = not (ROOT / "docs/pictures").exists()
    return [
        target
        for target in papers.links(text)
        if not (path.parent / target).exists() and not (untaken and target.startswith("docs/pictures/"))
    ]


def test_every_promise_names_a_test_that_exists() -> None:
    assert len(PROMISES) > 30
    assert unheld(PROMISES) == []


def test_every_promise_of_the_readme_has_its_line() -> None:
    promised = papers.promised(README)
    assert len(promised) >= 6
    assert sorted(set(promised) - {row["Promise"] for row in PROMISES}) == []


def test_no_line_is_without_figure_or_dash() -> None:
    assert [row for row in PROMISES if not row["Last measured"] or not row["Test"]] == []


def test_no_figure_is_published_that_was_not_measured() -> None:
    measured = " ".join(row["Last measured"] for row in PROMISES)
    public = "\n".join((ROOT / name).read_text("utf-8") for name in papers.PUBLIC)
    assert [figure for figure in papers.figures(public) if figure not in measured] == []


@pytest.mark.parametrize("path", papers.every(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(path, path.read_text("utf-8")) == []


def shown(text: str) -> list[str]:
    """What a README shows: its commands with their options, without example values, and its pictures."""
    lines = [line for line in text.splitlines() if line.startswith(("    ", "!["))]
    return [word for line in lines for word in _SHOWN.findall(line)]


def test_both_readmes_show_the_same_commands_and_pictures() -> None:
    assert len(shown(README)) > 15
    assert shown(README) == shown((ROOT / "README.es.md").read_text("utf-8"))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_one_page_with_question_choice_and_doubt(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    heads = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert lines[0].startswith(f"# {int(path.stem.split('-')[0])}. ")
    assert tuple(heads) == SECTIONS
    assert len(lines) <= 60


def test_every_command_is_in_the_manual_and_every_command_shown_exists() -> None:
    manual = (ROOT / "docs/cli.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"conserje {name}" not in manual] == []
    shown_anywhere = {
        (path.name, name)
        for path in papers.every()
        for name in re.findall(r"(?:`|bin/|^ +)conserje ([a-z]+)", path.read_text("utf-8"), re.M)
    }
    assert sorted(found for found in shown_anywhere if found[1] not in COMMANDS) == []


def test_the_states_of_a_touch_are_drawn_as_they_are() -> None:
    drawn = {
        row["From"]: set(row["To"].split(", "))
        for row in tables.rows(ROOT / "docs/architecture.md")
        if "From" in row
    }
    assert drawn == {edge.value: {to.value for to in ends} for edge, ends in EDGES.items() if ends}


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.stem.split("-")[0]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize(
    "name",
    ["tests/tidy/test_papers.py::test_of_nothing", "tests/none.py::test_a", "tests/tidy/papers.py::every"],
)
def test_a_planted_test_name_is_found(name: str) -> None:
    assert unheld([{"Promise": "a", "Test": name}]) == ["a"]


def test_planted_figures_links_and_promises_are_found() -> None:
    assert papers.figures("judged in 11 ms, 99.9 % of 3,000 invoices a second, within 40 s") == [
        "11 ms",
        "99.9 %",
        "3,000 invoices a second",
        "40 s",
    ]
    assert papers.figures("360 px, 5 minutes, article 7, 1,000 invoices, Debian 12") == []
    assert broken_links(ROOT / "README.md", "[a](docs/none.md) [b](README.md#x) [c](https://a.example)") == [
        "docs/none.md"
    ]
    assert papers.promised(
        "## What we want to be held to\n\n- One\n  thing.\n- Two.\n\n## Next\n- Three\n"
    ) == [
        "One thing",
        "Two",
    ]
