# SPDX-License-Identifier: Apache-2.0
"""Whoever is refused something reads why, in Spanish: each code has its sentence, with no code and no English in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from django.utils import translation
from tests.integration.refusals_told import sentence, wrong
from tests.integration.test_workbench_words import codes_of_decisions
from tests.tidy.source import Source, house

from conserje.channels.email_smtp import vocabulary
from conserje.domain.arrangements import attachment, proposal
from conserje.domain.rules import reasons as law
from conserje.domain.rules.overrides import Refusal
from conserje.services.outreach.elsewhere import Why
from conserje.ui import dispute_words, law_words

# Services that refuse by a code which a door looks up; what others refuse, their page says in one sentence.
_LOOKED_UP = tuple(
    f"services/{place}.py"
    for place in (
        "arrangements/promise",
        "arrangements/plan",
        "arrangements/plan_terms",
        "arrangements/plan_book",
        "arrangements/dispute",
        "arrangements/proposal",
        "arrangements/settlement",
        "receivables/agreement",
        "receivables/data_request",
    )
)
_OWN_SENTENCE = "conserje.services.receivables.refusals"


def named(source: Source, call: str) -> set[str]:
    """The codes with which `call` is made in a module, either of two as well."""
    return {
        piece.value
        for node in source.nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(call) and node.args
        for piece in ast.walk(node.args[0])
        if isinstance(piece, ast.Constant) and isinstance(piece.value, str) and "_" in piece.value[:-1]
    }


def of_services() -> set[str]:
    """Every code by which an act may be refused and that is looked up in a table of words."""
    sources = {one.path: one for one in house()}
    found = set().union(*(named(sources[path], "Refused") for path in _LOOKED_UP))
    found |= {f"proposal_{state}" for state in dispute_words.PROPOSAL_STATES if state != "open"}
    found |= {proposal.NOT_EXACT, proposal.NEGATIVE, proposal.DEADLINE_PASSED, proposal.DEADLINE_TOO_LATE}
    found |= {value for key, value in vars(attachment).items() if key.isupper() and isinstance(value, str)}
    found |= {
        piece.value
        for node in sources["domain/arrangements/settlement.py"].nodes()
        if isinstance(node, ast.FunctionDef) and node.name == "wrong"
        for piece in ast.walk(node)
        if isinstance(piece, ast.Constant) and str(piece.value).startswith("settlement_")
    }
    return found | {one.value for one in Refusal} | {one.value for one in Why} | {"no_plan_here"}


def of_letters() -> set[str]:
    """Every code by which a letter does not leave, or nobody knows whether it did."""
    answers = {*vocabulary._STATUS.values(), *vocabulary._CODES.values(), *vocabulary._ANY_PHASE.values()}
    ours = {"timed_out", "connection_lost", "answer_unreadable", "carrier_failed", "worker_lost", "poisoned"}
    ours |= {
        "cannot_be_written",
        "failed.KeyError",
        "changed_meanwhile",
        "restored",
        "outside_record_unwritable",
    }
    return {code.removesuffix(".open") for code in codes_of_decisions()} | set(law.SENTENCES) | answers | ours


def shows_what_is_for_developers(source: Source) -> Iterator[str]:
    """Places of a door where the text of an error about money, in English and with ids, is used."""
    names = {
        alias.asname or alias.name
        for node in source.nodes()
        if isinstance(node, ast.ImportFrom) and node.module == _OWN_SENTENCE
        for alias in node.names
    }
    for node in source.nodes():
        if not isinstance(node, ast.ExceptHandler) or node.name is None or node.type is None:
            continue
        if not names & {ast.unparse(one) for one in ast.walk(node.type) if isinstance(one, ast.Name)}:
            continue
        causes = {id(one.cause) for one in ast.walk(node) if isinstance(one, ast.Raise)}
        if any(
            isinstance(one, ast.Name) and one.id == node.name and id(one) not in causes
            for one in ast.walk(node)
        ):
            yield source.at(node)


def test_every_refusal_of_an_act_has_its_sentence() -> None:
    codes = of_services()
    assert {
        "promise_by_person",
        "proposal_expired",
        "first_in_the_past",
        "settlement_share",
        "no_end",
    } <= codes
    assert [said for said in map(wrong, sorted(codes)) if said] == []


def test_every_reason_why_a_letter_does_not_leave_has_its_sentence() -> None:
    codes = of_letters()
    assert {"left_alone_hold", "outside_window", "mailbox_full", "payments_not_recorded"} <= codes
    assert [said for said in map(wrong, sorted(codes)) if said] == []


def test_the_law_has_short_words_for_whatever_may_stand_in_a_list_of_reasons() -> None:
    only_allow = {"exempt", "other_hours", "recipient_allowed", "text_required"}
    assert set(law.SENTENCES) - set(law_words.SHORT) == only_allow
    for code, text in law_words.SHORT.items():
        with translation.override("en"):
            english = str(text)
        with translation.override("es-co"):
            assert str(text) not in ("", code, english), code


def test_no_page_shows_what_is_written_for_developers() -> None:
    doors = [one for one in house() if one.below("workbench", "portal")]
    assert [place for one in doors for place in shows_what_is_for_developers(one)] == []


@pytest.mark.parametrize(
    ("code", "why"),
    [("something_new", "no words"), ("first_in_the_past.", "no words"), ("", "says nothing")],
)
def test_a_code_without_words_is_found(code: str, why: str) -> None:
    assert why in wrong(code)


def test_a_page_that_shows_it_is_found() -> None:
    text = f"from {_OWN_SENTENCE} import Refused\ntry:\n    act()\nexcept Refused as refused:\n    show(str(refused))\n"
    assert list(shows_what_is_for_developers(Source("workbench/a.py", text))) == ["workbench/a.py:4"]
    text = text.replace("show(str(refused))", "raise Http404 from refused")
    assert list(shows_what_is_for_developers(Source("workbench/a.py", text))) == []


def test_two_reasons_are_not_told_in_the_same_words() -> None:
    with translation.override("es-co"):
        told = {code: sentence(code) for code in of_services()}
    same = {one for one in told if list(told.values()).count(told[one]) > 1}
    # Who comes second, by whatever way, reads the same of a proposal; so does who reads another text, or chose nothing.
    assert same <= {
        "dispute_is_paid", "dispute_kind_unknown", "proposal_changed", "proposal_countered",
        "proposal_text_changed", "settlement_text_changed",
    }  # fmt: skip
