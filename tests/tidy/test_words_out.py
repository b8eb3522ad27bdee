# SPDX-License-Identifier: Apache-2.0
"""No words of a person reach a carrier around the content check: there is one way out, and the check stands on it.

A parcel is made in one place, of a letter written in one place; own words enter a letter in one place, where each of
them has passed `content.passed`. Whoever opens another way must come here first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import pytest
from tests.tidy.source import FUNCTIONS, Rule, Source, house

_WRITER = "services/outreach/letter.py"
# The bench writes letters of an invented book, and measures.
_BENCH = ("cli/bench/phases.py", "cli/bench/worker.py", "services/insights/bench/work.py")
# What may be called where: the name, the places, and why.
_ONE_WAY: tuple[tuple[str, tuple[str, ...]], ...] = (
    # The digest writes to the people of the desk.
    ("Parcel", ("services/outreach/prepare.py", "services/insights/digest.py", *_BENCH)),
    ("mime.build", ("services/outreach/prepare.py", *_BENCH)),
    (
        "letter.write",
        (
            "services/outreach/prepare.py",
            "services/outreach/draft.py",
            "services/outreach/draft_edit.py",
            *_BENCH,
        ),
    ),
    ("edited.source", (_WRITER,)),
    ("EditFacts", ("services/outreach/draft_edit.py", "data/outreach/letters.py")),
    ("DraftEdit.objects.update_or_create", ("services/outreach/draft_edit.py",)),
    ("DraftEdit.objects.create", ()),
)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def other_ways(source: Source) -> Iterator[str]:
    """Calls that lead to a carrier, outside the places where they stand."""
    for node in source.nodes():
        if not isinstance(node, ast.Call):
            continue
        called = _called(node)
        for name, places in _ONE_WAY:
            if called == name and source.path not in places:
                yield f"{source.at(node)}: {name} is called in {', '.join(places) or 'no place'}"
        given = {word.arg for word in node.keywords}
        if (
            "overrides" in given
            and "packs" not in given
            and source.path != _WRITER
            and not source.below("wording")
        ):
            yield f"{source.at(node)}: own words enter a letter in {_WRITER} alone"


def unlooked_words(source: Source) -> Iterator[str]:
    """In the writer of letters: own words that stand in a letter and did not pass the look."""
    if source.path != _WRITER:
        return
    functions = {node.name: node for node in source.nodes() if isinstance(node, FUNCTIONS)}
    own = functions.get("_own_words")
    if own is None:
        yield f"{source.path}: there is no _own_words any more: show here how own words are looked at"
        return
    looked = {
        ast.unparse(node.value.args[0] if node.value.args else _given(node.value, "text")): target.id
        for node in ast.walk(own)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and _called(node.value) == "content.passed"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for part in ("own.subject", "own.body"):
        if part not in looked:
            yield f"{source.at(own)}: {part} did not pass content.passed"
    entering = [
        node for node in ast.walk(own) if isinstance(node, ast.Call) and _called(node).startswith("edited.")
    ]
    for node in entering:
        words = {*node.args, *(word.value for word in node.keywords if word.arg in ("body", "text"))}
        for word in words:
            if ast.unparse(word) not in looked.values():
                yield f"{source.at(node)}: {ast.unparse(word)} enters without the look"
    for node in source.nodes():
        named = isinstance(node, ast.Attribute) and node.attr in ("body", "subject")
        if named and ast.unparse(node) in ("touch.edit.body", "touch.edit.subject"):
            yield f"{source.at(node)}: own words are read in _own_words alone"


# What a person of the creditor's writes and a customer reads on its page: fields of rows, and the making of rows.
_READ_FIELDS = ("answer", "extension_reason")
_READ_ROWS = ("DisputeMessage.objects.create",)
# There an answer is a word of ours, not of a person.
_CODED = (
    "services/arrangements/claim.py",
    "services/arrangements/proof.py",
    "services/receivables/erasure.py",
)


def unlooked_answers(source: Source) -> Iterator[str]:
    """Functions that put a person's words on a customer's page without the look of `page_words`."""
    if not source.below("services") or source.path in _CODED:
        return
    for function in (node for node in source.nodes() if isinstance(node, FUNCTIONS)):
        inside = list(ast.walk(function))
        written = {
            part.attr
            for node in inside
            if isinstance(node, ast.Assign)
            for target in node.targets
            for part in ast.walk(target)
            if isinstance(part, ast.Attribute)
        }
        called = {_called(node) for node in inside if isinstance(node, ast.Call)}
        if (written.intersection(_READ_FIELDS) or called.intersection(_READ_ROWS)) and (
            "page_words.let_stand" not in called
        ):
            yield f"{source.at(function)}: a customer reads it, and nobody looked at the words"


def _given(call: ast.Call, name: str) -> ast.expr:
    return next((word.value for word in call.keywords if word.arg == name), ast.Constant(None))


def _writer(text: str) -> tuple[str, str]:
    return _WRITER, text


_GOOD = """
def _own_words(own, reader):
    subject = content.passed(text=own.subject, reader=reader)
    body = content.passed(text=own.body, reader=reader)
    return {"subject": edited.subject(subject), "body": edited.source(kind=1, locale=2, body=body)}
"""
RULES = (
    Rule(
        "there is one way to a carrier",
        "a second way out has no check on it",
        other_ways,
        (
            ("services/outreach/alert.py", "Parcel(key=1)\n"),
            ("jobs/outreach.py", "letter.write(dossier=1)\n"),
            ("services/outreach/prepare.py", "made = letter(kind=1, overrides=touch.edit)\n"),
            ("workbench/drafts.py", "DraftEdit.objects.create(body=request.POST['body'])\n"),
            ("portal/told.py", "edited.source(body=1)\n"),
        ),
        (("wording/validation.py", "letter(kind=1, overrides={})\n"), (_WRITER, _GOOD)),
    ),
    Rule(
        "what a person writes on a customer's page is looked at",
        "a page is read as a letter is",
        unlooked_answers,
        (
            (
                "services/arrangements/enquiry.py",
                "def answer(row, words):\n    row.at, row.answer = 1, words\n",
            ),
            (
                "services/arrangements/dispute.py",
                "def write(words):\n    DisputeMessage.objects.create(words=words)\n",
            ),
        ),
        (
            (
                "services/arrangements/enquiry.py",
                "def answer(row, words):\n    page_words.let_stand(words=words)\n    row.answer = words\n",
            ),
        ),
    ),
    Rule(
        "own words are looked at before they stand in a letter",
        "whoever approved them may have seen another law",
        unlooked_words,
        (
            _writer(_GOOD.replace("content.passed(text=own.body, reader=reader)", "own.body")),
            _writer(_GOOD.replace("subject(subject)", "subject(own.subject)")),
            _writer(_GOOD.replace("_own_words", "_others")),
            _writer(_GOOD + "\nx = touch.edit.body\n"),
        ),
        (_writer(_GOOD),),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_house_keeps(rule: Rule) -> None:
    assert rule.broken_in(house()) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_sees_its_plants_and_spares_the_innocent(rule: Rule) -> None:
    assert [plant for plant in rule.plants if not rule.broken_in([Source(*plant)])] == []
    assert [innocent for innocent in rule.innocents if rule.broken_in([Source(*innocent)])] == []


def test_every_way_that_is_watched_is_used() -> None:
    called = _calls(house())
    assert [name for name, places in _ONE_WAY if places and name not in called] == []


def _calls(sources: Iterable[Source]) -> set[str]:
    return {_called(node) for source in sources for node in source.nodes() if isinstance(node, ast.Call)}
