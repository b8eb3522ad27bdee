# SPDX-License-Identifier: Apache-2.0
"""What every folder of `gateways/` promises. Folders are found, not listed: a new one is tested by being there.

`samples/*.http.json` are recorded calls (`conserje.testing.replay.http`): each call the adapter can be asked for needs
some. What is asked of hooks stands in `test_every_gateway_hooks.py`, of mandates and refunds in
`test_every_gateway_mandates.py`.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import itertools
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.contracts.gateway_samples import (
    FOLDERS,
    HOOKS,
    RECORDINGS,
    adapter_of,
    asked,
    concluded,
    facts,
    figures,
    forms,
    hook,
    is_amount,
    leaves,
    name,
    of,
    put,
    replay,
    request_of,
    settings_of,
    strange,
    wanted_calls,
)

from conserje.domain.kit.canonical import plain
from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.gateway import ChargeState, Instructions, Redirect, StartFailed
from conserje.domain.ports.settings import describe, read
from conserje.domain.receivables.checkout import doubt
from conserje.testing.replay import RecordedHttp, load_recording
from conserje.ui.labels import INSTRUCTIONS

SECRET_WORDS = ("password", "secret", "token", "api_key", "private_key")
BROKEN = (None, "", "null", "[]", '{"id": 1e999}', "9" * 5000)
FAILING = {"start", "ask_mandate"}


def test_there_are_gateways_to_ask() -> None:
    assert FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_the_folder_is_whole(folder: Path) -> None:
    for file in ("adapter.py", "settings.py", "vocabulary.py", "README.md"):
        assert (folder / file).is_file(), f"{folder.name} lacks {file}"
    assert {load_recording(path).call for path in of(folder)} == wanted_calls(folder)
    trusted = {hook(path)[3]["trusted"] for path in HOOKS if path.parents[1] == folder}
    assert False in trusted, "a forged hook is missing from the samples"
    assert (importlib.import_module(f"conserje.gateways.{folder.name}").__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_it_stands_on_the_ground_only(folder: Path) -> None:
    own = f"conserje.gateways.{folder.name}"
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [item.name for item in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for imported in names:
                ours = imported.startswith("conserje")
                assert not ours or imported.startswith(("conserje.domain", own)), f"{path}: {imported}"
                forbidden = ("django", "httpx", "requests", "urllib.request", "socket")
                assert not imported.startswith(forbidden), f"{path}: {imported}"


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_it_says_who_it_is_and_hides_secrets(folder: Path) -> None:
    adapter = adapter_of(folder)
    assert adapter.name == folder.name
    fields = describe(adapter.settings_type)
    assert all(field.label for field in fields)
    for field in fields:
        if any(word in field.name for word in SECRET_WORDS):
            assert field.secret, f"{field.name} is not marked secret"
    values = load_recording(of(folder)[0]).given["settings"]
    shown = repr(read(adapter.settings_type, values))
    assert not any(
        str(values[field.name]) in shown for field in fields if field.secret and values.get(field.name)
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_its_claims_are_shown(folder: Path) -> None:
    """A gateway that learns of money from the bank alone has no paid sample, and then no paid state either."""
    abilities = adapter_of(folder).abilities
    assert abilities.currencies == frozenset(abilities.exponents)
    found = facts(folder)
    assert {fact.state for fact in found} == set(abilities.states), "a state has no sample"
    paid = [fact for fact in found if fact.state is ChargeState.PAID]
    if ChargeState.PAID in abilities.states:
        assert {fact.method for fact in paid} >= set(abilities.methods), "a claimed method has no paid sample"
        assert {fact.amount.currency for fact in paid if fact.amount} >= strange(folder)
    for fact in paid:
        assert fact.amount is not None
        assert fact.payment_id
        assert fact.reference
        assert fact.value_on is not None
        assert doubt(fact=fact, reference=fact.reference, amount=fact.amount) is None


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_its_ways_are_among_its_methods_and_currencies(folder: Path) -> None:
    abilities = adapter_of(folder).abilities
    assert not abilities.ways or {way.method for way in abilities.ways} == set(abilities.methods)
    for way in abilities.ways:
        assert way.currency in abilities.currencies
        assert all(len(code) == 2 and code.isupper() for code in way.countries)
        for bound in (way.least, way.most):
            assert bound is None or bound.currency == way.currency
        assert way.step_minor in (1, 10, 100, 1000)
        if way.least is not None and way.most is not None:
            assert way.least.minor <= way.most.minor


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_what_waits_says_until_when_and_what_was_refused_says_why(folder: Path) -> None:
    for fact in facts(folder):
        if fact.state is ChargeState.WAITING:
            assert fact.method
            assert fact.until is not None, "a voucher has a last day"
        if fact.state is ChargeState.DECLINED:
            assert fact.detail
        if fact.returned is not None and fact.amount is not None:
            assert fact.returned.currency == fact.amount.currency
            assert 0 <= fact.returned.minor <= fact.amount.minor


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_its_pages_live_where_it_says(folder: Path) -> None:
    """A gateway without pages sends the customer back, or says what to show on a page of ours."""
    seen = 0
    for path in of(folder, "start", "ask_mandate"):
        recording, answer, _ = replay(path)
        if isinstance(answer, Instructions):
            assert any(line.copyable for line in answer.lines)
            assert all(line.label in INSTRUCTIONS and line.value.strip() for line in answer.lines)
            seen += 1
        if not isinstance(answer, Redirect):
            continue
        origins = adapter_of(folder).origins(settings_of(path))
        ours = urlsplit(request_of(recording).return_url)
        parts = urlsplit(answer.url)
        at = f"{parts.scheme}://{parts.netloc}"
        assert at in (*origins, f"{ours.scheme}://{ours.netloc}")
        assert all(urlsplit(origin)._replace(scheme="", netloc="").geturl() == "" for origin in origins)
        seen += 1
    assert seen


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_exponents_are_applied_on_the_way_out(folder: Path) -> None:
    """In its minor units or in whole money, but one manner for all currencies."""
    places = adapter_of(folder).abilities.exponents
    as_minor, as_whole, seen = [], [], set()
    for path in of(folder, "start", "charge", "refund"):
        recording, answer, http = replay(path)
        told = [sent for sent in http.sent if not sent.startswith("GET\n")]
        left = "\n".join([*told, answer.url if isinstance(answer, Redirect) else ""])
        if not left.strip() or (http.sent and not told):
            continue
        amount = request_of(recording).amount
        minor, whole = forms(amount, places[amount.currency])
        as_minor.append(minor in figures(left))
        as_whole.append(bool(whole & figures(left)))
        seen.add(amount.currency)
    assert seen >= strange(folder)
    assert all(as_minor) or all(as_whole), "an amount left in another form"


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_an_amount_finer_than_the_gateway_is_refused_not_rounded(folder: Path) -> None:
    path = of(folder, "start")[0]
    for currency in strange(folder):
        finer = exponent(currency) - adapter_of(folder).abilities.exponents[currency]
        if finer > 0:
            http = RecordedHttp(())
            answer = asked(path, http, amount={"currency": currency, "minor": 10**6 + 1})
            assert isinstance(answer, StartFailed)
            assert not answer.retry
            assert http.sent == []


@pytest.mark.parametrize("path", RECORDINGS, ids=name)
def test_recording(path: Path) -> None:
    recording, answer, http = replay(path)
    assert http.departures == []
    assert http.finished()
    shown = plain(answer)
    if dataclasses.is_dataclass(answer):
        usual = {field.name: field.default for field in dataclasses.fields(answer)}
        told = {field: value for field, value in shown.items() if field in recording.concludes}
        unsaid = [field for field in shown if field not in told]
        assert all(getattr(answer, field) == usual[field] for field in unsaid), "the sample leaves out a fact"
        shown = {"is": type(answer).__name__, **told}
    assert shown == recording.concludes


@pytest.mark.parametrize("path", RECORDINGS, ids=name)
def test_a_silent_or_broken_gateway_never_raises_nor_decides(path: Path) -> None:
    recording = load_recording(path)
    if not recording.exchanges or recording.call == "check":
        return
    request = recording.exchanges[0]["request"]
    endings: list[dict[str, Any]] = [
        {"answer": {"status": status, "body": body or ""}}
        for status, body in itertools.product((200, 500, 502), BROKEN)
        if body is not None or status != 200
    ]
    endings += [{"silence": {"why": "timed_out", "reached": reached}} for reached in (True, False)]
    for ending in endings:
        answer = asked(path, RecordedHttp(({"request": request, **ending},)))
        if recording.call in FAILING:
            assert isinstance(answer, StartFailed)
            assert answer.retry, "it may exist: the same key must be usable again"
        elif recording.call == "end_mandate":
            assert answer is False
        else:
            assert answer.state == "unknown", "money may have moved: ask again, never decide"


@pytest.mark.parametrize("path", RECORDINGS, ids=name)
def test_a_time_out_after_success_is_found_again_by_the_same_key(path: Path) -> None:
    """What leaves carries our key or, where a gateway knows no keys, our reference: asked again, it is one."""
    recording, _, http = replay(path)
    if recording.call not in ("start", "charge", "refund", "ask_mandate") or not http.sent:
        return
    request = request_of(recording)
    known_by = {request.key, getattr(request, "reference", request.key)}
    assert recording.given.get("once_by") or any(word in "\n".join(http.sent) for word in known_by)


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_a_paid_answer_about_another_amount_currency_or_payment_is_not_believed(folder: Path) -> None:
    abilities = adapter_of(folder).abilities
    found = {"amount": 0, "currency": 0}
    paid = [path for path in of(folder, "fetch") if replay(path)[1].state is ChargeState.PAID]
    for path in paid:
        recording, fact, _ = replay(path)
        for where, leaf in leaves([dict(exchange) for exchange in recording.exchanges]):
            if where[1] != "answer" or not isinstance(where[-1], str):
                continue
            if is_amount(leaf, fact.amount, abilities.exponents[fact.amount.currency]):
                other = type(leaf)(float(leaf) + 100) if isinstance(leaf, str | float) else leaf + 100
                what = "amount"
            elif isinstance(leaf, str) and leaf.upper() == fact.amount.currency:
                other = next((code for code in sorted(abilities.currencies) if code != leaf.upper()), "XTS")
                other, what = other.lower() if leaf.islower() else other, "currency"
            else:
                continue
            exchanges = put([dict(exchange) for exchange in recording.exchanges], where, other)
            told = asked(path, RecordedHttp(tuple(exchanges)))
            found[what] += told.amount != fact.amount
            if told.state is ChargeState.PAID and told.amount != fact.amount:
                assert doubt(fact=told, reference=fact.reference, amount=fact.amount) is not None, where
        strangers = recording.given["external_id"][:-1] + "0", recording.given["external_id"][:-1] + "1"
        for stranger in set(strangers) - {recording.given["external_id"]}:
            told = asked(path, RecordedHttp(recording.exchanges), external_id=stranger)
            assert told.state is not ChargeState.PAID, "an answer about another payment moved money"
    assert not paid or found["amount"], "no amount of the answer is read"
    assert not paid or found["currency"] or len(abilities.currencies) == 1, (
        "no currency of the answer is read"
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_check_says_when_it_is_ready_and_when_not(folder: Path) -> None:
    said = concluded(folder, "check")
    assert () in said, "no sample of a connection that works"
    assert any(said), "no sample of one that does not"
    assert all(sentence.endswith(".") for sentences in said for sentence in sentences)
    assert json.dumps(plain(said))


def test_money_survives_both_manners_of_the_suite_itself() -> None:
    """The suite's own yardstick: ten thousand pesos are not a hundred."""
    minor, whole = forms(Money("CLP", 1000), 2)
    assert minor == "100000"
    assert whole == {"1000", "1000.00", "1000.0"}
    assert figures('{"amount": 100000, "id": "a1000", "x": "1000.00"}') == {"100000", "1000.00"}
