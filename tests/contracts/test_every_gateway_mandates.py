# SPDX-License-Identifier: Apache-2.0
"""What a gateway promises that keeps a way to be charged later, or gives money back. Who claims neither is not asked.

Recordings: `ask_mandate`, `charge` and `refund` are given a `request`, `fetch_mandate` an `external_id`, `end_mandate`
a `token`. Where a gateway knows no idempotency keys, `once_by` in `given` says in words what makes a request that is
sent twice one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contracts.gateway_samples import (
    FOLDERS,
    adapter_of,
    asked,
    concluded,
    facts,
    name,
    of,
    replay,
    request_of,
)

from conserje.domain.ports.gateway import (
    ChargeState,
    Decline,
    Mandates,
    MandateState,
    Redirect,
    Refunds,
)
from conserje.testing.replay import RecordedHttp, load_recording

KEEPERS = [folder for folder in FOLDERS if isinstance(adapter_of(folder), Mandates)]
GIVERS = [folder for folder in FOLDERS if isinstance(adapter_of(folder), Refunds)]


def test_somebody_keeps_mandates_and_gives_money_back() -> None:
    assert KEEPERS
    assert GIVERS


@pytest.mark.parametrize("folder", KEEPERS, ids=name)
def test_a_mandate_in_force_has_what_it_is_charged_by(folder: Path) -> None:
    assert any(isinstance(answer, Redirect) for answer in concluded(folder, "ask_mandate"))
    found = concluded(folder, "fetch_mandate")
    assert {fact.state for fact in found} >= {MandateState.OPEN, MandateState.ACTIVE, MandateState.UNKNOWN}
    for fact in found:
        assert bool(fact.token) == (fact.state is MandateState.ACTIVE), "a token in force, and only then"
        if fact.state is MandateState.ACTIVE:
            assert fact.method
            assert fact.reference
            assert not fact.last4 or (len(fact.last4) == 4 and fact.last4.isdigit())


@pytest.mark.parametrize("folder", KEEPERS, ids=name)
def test_the_answer_about_another_mandate_is_not_believed(folder: Path) -> None:
    for path in of(folder, "fetch_mandate"):
        recording, fact, _ = replay(path)
        if fact.state is MandateState.ACTIVE:
            about = recording.given["external_id"]
            stranger = about[:-1] + ("0" if about[-1] != "0" else "1")
            told = asked(path, RecordedHttp(recording.exchanges), external_id=stranger)
            assert told.state is MandateState.UNKNOWN


@pytest.mark.parametrize("folder", KEEPERS, ids=name)
def test_a_charge_ends_in_words_that_say_what_to_do_next(folder: Path) -> None:
    made = concluded(folder, "charge")
    assert {fact.state for fact in made} >= {ChargeState.PAID, ChargeState.DECLINED, ChargeState.UNKNOWN}
    declines = [fact for fact in made if fact.state is ChargeState.DECLINED]
    assert all(fact.decline is not None and fact.decline_code for fact in declines)
    assert {fact.decline for fact in declines} >= {Decline.GENERIC}, (
        "no sample of a code that is not in the table"
    )
    assert len({fact.decline for fact in declines}) > 2
    for fact in made:
        assert (fact.decline is None) or fact.state is not ChargeState.PAID
        if fact.state is ChargeState.PAID:
            assert fact.payment_id
            assert fact.external_id
            assert fact.amount is not None
            assert fact.value_on is not None


@pytest.mark.parametrize("folder", KEEPERS, ids=name)
def test_a_charge_is_of_what_was_asked_and_by_its_token_alone(folder: Path) -> None:
    for path in of(folder, "charge"):
        recording, fact, http = replay(path)
        request = request_of(recording)
        if http.sent:
            assert request.token in http.sent[-1] or any(request.token in sent for sent in http.sent)
        if fact.state is ChargeState.PAID:
            assert (fact.reference, fact.amount) == (request.reference, request.amount)


@pytest.mark.parametrize("folder", KEEPERS, ids=name)
def test_a_charge_can_be_looked_at_afterwards(folder: Path) -> None:
    """A charge is fetched by the same call as a checkout: one of the fetched samples is one that was charged."""
    charged = {fact.external_id for fact in concluded(folder, "charge") if fact.state is ChargeState.PAID}
    assert charged & {fact.external_id for fact in facts(folder)}


@pytest.mark.parametrize("folder", KEEPERS, ids=name)
def test_the_end_of_a_mandate_is_told_and_not_guessed(folder: Path) -> None:
    assert True in concluded(folder, "end_mandate")


@pytest.mark.parametrize("folder", GIVERS, ids=name)
def test_a_refund_is_done_refused_or_asked_again(folder: Path) -> None:
    made = concluded(folder, "refund")
    states = {fact.state for fact in made}
    assert states <= {"done", "pending", "refused", "unknown"}
    assert "refused" in states
    assert states & {"done", "pending"}
    assert all(fact.refund_id for fact in made if fact.state in ("done", "pending"))
    for path in of(folder, "refund"):
        recording, _, http = replay(path)
        if http.sent:
            once_by = load_recording(path).given.get("once_by")
            assert once_by or request_of(recording).key in "\n".join(http.sent)


@pytest.mark.parametrize("folder", GIVERS, ids=name)
def test_money_that_went_back_is_seen_in_the_fact(folder: Path) -> None:
    returned = [fact.returned for fact in facts(folder) if fact.returned is not None and fact.returned.minor]
    assert returned, "no fetched sample shows a refund"
