# SPDX-License-Identifier: Apache-2.0
"""The demo gateway against the real checkout of the world: lost answers, odd webhooks, restarts, the hosted page."""

from __future__ import annotations

import itertools
import queue
import re
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, CheckoutRequest, Redirect, StartFailed
from conserje.domain.ports.http import RawRequest
from conserje.gateways.demo.adapter import ADAPTER
from conserje.gateways.demo.settings import DemoSettings
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world

KEYS = (f"key-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def outside() -> Iterator[world.World]:
    with world.start() as running:
        yield running


@pytest.fixture
def bank(outside: world.World) -> world.World:
    outside.clear_faults()
    return outside


@pytest.fixture(scope="module")
def http() -> Iterator[GuardedHttp]:
    client = GuardedHttp(allowed_hosts=["127.0.0.1"], total_seconds=1.0)
    yield client
    client.close()


class Entrance:
    """A hook entrance: keeps requests as they arrived and answers with the statuses it is told, then 200."""

    def __init__(self) -> None:
        self.arrived: queue.Queue[RawRequest] = queue.Queue()
        self.statuses: queue.Queue[int] = queue.Queue()
        entrance = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                entrance.arrived.put(RawRequest("POST", self.path, dict(self.headers.items()), "", body))
                status = 200 if entrance.statuses.empty() else entrance.statuses.get()
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/demo"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, count: int, seconds: float = 5.0) -> list[RawRequest]:
        return [self.arrived.get(timeout=seconds) for _ in range(count)]

    def is_quiet(self, seconds: float) -> bool:
        try:
            self.arrived.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def entrance() -> Iterator[Entrance]:
    opened = Entrance()
    yield opened
    opened.server.shutdown()


def settings(bank: world.World) -> DemoSettings:
    return DemoSettings(bank.http_url, bank.api_key, bank.hook_secret)


def request(hook_url: str = "http://127.0.0.1:9/hook", **changed: Any) -> CheckoutRequest:
    asked = CheckoutRequest(
        key=next(KEYS),
        reference="FE-1042",
        amount=Money("COP", 380_800_000),
        description="Rediseño del sitio, fase 2",
        return_url="https://pagos.example.test/volver",
        hook_url=hook_url,
        locale="es_CO",
    )
    return replace(asked, **changed)


def begin(bank: world.World, http: GuardedHttp, asked: CheckoutRequest) -> str:
    started = ADAPTER.start(asked, settings(bank), http)
    assert isinstance(started, Redirect), started
    return started.external_id


def kinds(bank: world.World, arrived: list[RawRequest]) -> list[str]:
    return [event.kind for raw in arrived for event in ADAPTER.read_hook(raw, settings(bank))]


@pytest.mark.parametrize("currency", sorted(ADAPTER.abilities.currencies))
@pytest.mark.parametrize("method", ["pse", "nequi", "tarjeta", "transferencia"])
def test_every_currency_by_every_method(
    bank: world.World, http: GuardedHttp, currency: str, method: str
) -> None:
    asked = request(amount=Money(currency, 123_456), reference=f"{currency}-{method}")
    external_id = begin(bank, http, asked)
    assert ADAPTER.fetch(external_id, settings(bank), http).state is ChargeState.OPEN
    bank.pay(external_id, method=method, value_on="2026-12-04")
    fact = ADAPTER.fetch(external_id, settings(bank), http)
    assert fact.state is ChargeState.PAID
    assert fact.amount == asked.amount
    assert fact.method in ADAPTER.abilities.methods
    assert fact.value_on == date(2026, 12, 4)
    assert fact.reference == asked.reference
    assert fact.payment_id in bank.statement(external_id)
    assert f"{asked.amount.decimal()}" in bank.statement(external_id)


def test_a_lost_answer_to_start_is_found_again_by_the_same_key(bank: world.World, http: GuardedHttp) -> None:
    asked = request(reference="FE-LOST")
    bank.fault("lost_answer", phase="create", target="FE-LOST", seconds=2)
    started = time.monotonic()
    assert ADAPTER.start(asked, settings(bank), http) == StartFailed("timed_out", retry=True)
    assert time.monotonic() - started < 1.5
    external_id = begin(bank, http, asked)
    assert [one["id"] for one in bank.checkouts() if one["reference"] == "FE-LOST"] == [external_id]


def test_same_key_twenty_at_once_is_one_checkout(bank: world.World, http: GuardedHttp) -> None:
    asked = request(reference="FE-RACE")
    patient = GuardedHttp(allowed_hosts=["127.0.0.1"])
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: begin(bank, patient, asked), range(20)))
    patient.close()
    assert len(ids) == 1
    changed = replace(asked, amount=Money("COP", 1))
    assert ADAPTER.start(changed, settings(bank), http) == StartFailed("key_reused", retry=False)


def test_a_lost_answer_to_fetch_is_unknown_not_failed(bank: world.World, http: GuardedHttp) -> None:
    external_id = begin(bank, http, request())
    bank.pay(external_id)
    bank.fault("lost_answer", phase="fetch", target=external_id, seconds=2)
    assert ADAPTER.fetch(external_id, settings(bank), http).state is ChargeState.UNKNOWN
    assert ADAPTER.fetch(external_id, settings(bank), http).state is ChargeState.PAID
    bank.fault("lost_answer", phase="fetch", target=external_id, times=1)
    assert ADAPTER.fetch(external_id, settings(bank), http).state is ChargeState.PAID, (
        "a broken GET is asked again"
    )


def test_webhooks_arrive_signed_in_order(bank: world.World, http: GuardedHttp, entrance: Entrance) -> None:
    external_id = begin(bank, http, request(entrance.url))
    bank.pay(external_id)
    arrived = entrance.take(2)
    now = int(time.time())
    assert all(ADAPTER.trusts(raw, settings(bank), now_epoch=now) for raw in arrived)
    assert kinds(bank, arrived) == ["processing", "paid"]
    assert not ADAPTER.trusts(arrived[0], settings(bank), now_epoch=now + 301 + 5)


def test_duplicates_carry_the_same_event_id(bank: world.World, http: GuardedHttp, entrance: Entrance) -> None:
    external_id = begin(bank, http, request(entrance.url, reference="FE-DUP"))
    bank.fault("hook_duplicates", target="FE-DUP", copies=3, times=2)
    bank.pay(external_id)
    arrived = entrance.take(6)
    events = {event for raw in arrived for event in ADAPTER.read_hook(raw, settings(bank))}
    assert len(events) == 2
    assert {event.external_id for event in events} == {external_id}


def test_reordered_delayed_and_never(bank: world.World, http: GuardedHttp, entrance: Entrance) -> None:
    first = begin(bank, http, request(entrance.url, reference="FE-ORDER"))
    bank.fault("hook_reorder", target="FE-ORDER")
    bank.pay(first)
    assert kinds(bank, entrance.take(2)) == ["paid", "processing"]
    second = begin(bank, http, request(entrance.url, reference="FE-LATE"))
    bank.fault("hook_delay", target="FE-LATE", seconds=0.6, times=2)
    bank.pay(second)
    assert entrance.is_quiet(0.3)
    assert kinds(bank, entrance.take(2)) == ["processing", "paid"]
    third = begin(bank, http, request(entrance.url, reference="FE-NEVER"))
    bank.fault("hook_never", target="FE-NEVER", times=-1)
    bank.pay(third)
    assert entrance.is_quiet(0.5)
    assert ADAPTER.fetch(third, settings(bank), http).state is ChargeState.PAID


def test_a_forged_webhook_is_not_trusted(bank: world.World, http: GuardedHttp, entrance: Entrance) -> None:
    external_id = begin(bank, http, request(entrance.url, reference="FE-FORGED"))
    bank.fault("hook_forged", target="FE-FORGED", times=-1)
    bank.cancel(external_id)
    [raw] = entrance.take(1)
    assert not ADAPTER.trusts(raw, settings(bank), now_epoch=int(time.time()))


def test_a_failing_entrance_is_tried_again(bank: world.World, http: GuardedHttp, entrance: Entrance) -> None:
    entrance.statuses.put(503)
    external_id = begin(bank, http, request(entrance.url))
    bank.cancel(external_id)
    first, second = entrance.take(2)
    assert first.body == second.body
    assert kinds(bank, [first, second]) == ["expired", "expired"]
    [event] = ADAPTER.read_hook(first, settings(bank))
    bank.send_again(event.event_id)
    assert kinds(bank, entrance.take(1)) == ["expired"]


def test_declined_cancelled_late_and_mismatched(bank: world.World, http: GuardedHttp) -> None:
    declined = begin(bank, http, request(reference="FE-NO"))
    bank.fault("decline", target="FE-NO", code="no_funds")
    bank.pay(declined)
    fact = ADAPTER.fetch(declined, settings(bank), http)
    assert (fact.state, fact.detail) == (ChargeState.DECLINED, "insufficient_funds")
    assert bank.statement(declined).count("\n") == 1
    cancelled = begin(bank, http, request())
    bank.cancel(cancelled)
    bank.pay(cancelled)
    assert ADAPTER.fetch(cancelled, settings(bank), http).state is ChargeState.EXPIRED
    late = begin(bank, http, request(reference="FE-SLOW"))
    bank.fault("settle_later", target="FE-SLOW", seconds=0.5)
    bank.pay(late)
    assert ADAPTER.fetch(late, settings(bank), http).state is ChargeState.PROCESSING
    time.sleep(0.6)
    assert ADAPTER.fetch(late, settings(bank), http).state is ChargeState.PAID
    short = begin(bank, http, request(reference="FE-SHORT"))
    bank.fault("amount_mismatch", target="FE-SHORT", delta=-100)
    bank.pay(short)
    assert ADAPTER.fetch(short, settings(bank), http).amount == Money("COP", 380_799_900)


def test_check_says_what_is_wrong(bank: world.World, http: GuardedHttp) -> None:
    assert ADAPTER.check(settings(bank), http) == ()
    [sentence] = ADAPTER.check(DemoSettings(bank.http_url, "otra", bank.hook_secret), http)
    assert "API key" in sentence
    [sentence] = ADAPTER.check(DemoSettings("http://127.0.0.1:9", "otra", bank.hook_secret), http)
    assert "does not answer" in sentence


class NoFollow(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def page(url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, location, text of a page; a form is posted."""
    data = urllib.parse.urlencode(form).encode() if form else None
    opener = urllib.request.build_opener(NoFollow())
    try:
        with opener.open(urllib.request.Request(url, data=data), timeout=5) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as other:
        return other.code, other.headers.get("location", ""), other.read().decode()


def test_a_person_pays_on_the_page_without_scripts(bank: world.World, http: GuardedHttp) -> None:
    started = ADAPTER.start(request(description="Fase <2> & más"), settings(bank), http)
    assert isinstance(started, Redirect)
    _, _, shown = page(started.url)
    assert "3.808.000 COP" in shown
    assert "Dinero de mentira" in shown
    assert "<script" not in shown
    assert "Fase &lt;2&gt; &amp; más" in shown
    assert page(started.url)[0] == 200, "looking changes nothing"
    assert ADAPTER.fetch(started.external_id, settings(bank), http).state is ChargeState.OPEN
    assert page(started.url, {"act": "pay"})[1].endswith(started.external_id), (
        "without a method, back to the page"
    )
    status, location, _ = page(started.url, {"act": "pay", "method": "nequi"})
    assert (status, location) == (303, "https://pagos.example.test/volver")
    payment = ADAPTER.fetch(started.external_id, settings(bank), http)
    assert (payment.state, payment.method) == (ChargeState.PAID, "nequi")
    page(started.url, {"act": "pay", "method": "pse"})
    page(started.url, {"act": "decline"})
    assert ADAPTER.fetch(started.external_id, settings(bank), http) == payment, "paying twice is paying once"
    assert "Pago aprobado" in page(started.url)[2]


def test_a_restart_forgets_nothing(tmp_path: Path, http: GuardedHttp, entrance: Entrance) -> None:
    asked = request(entrance.url)
    with world.start(store=tmp_path) as before:
        before.fault("hook_delay", seconds=60, times=-1)
        external_id = begin(before, http, asked)
        before.pay(external_id, value_on="2026-12-04")
        paid = ADAPTER.fetch(external_id, settings(before), http)
    assert entrance.is_quiet(0.1)
    with world.start(store=tmp_path) as after:
        assert ADAPTER.fetch(external_id, settings(after), http) == paid
        assert begin(after, http, asked) == external_id
        assert sorted(kinds(after, entrance.take(2))) == ["paid", "processing"], "undelivered webhooks follow"
    text = (tmp_path / "checkouts.jsonl").read_text(encoding="utf-8")
    assert len(re.findall(r'"status": "paid"', text)) == 1


def test_the_clock_dates_payments(bank: world.World, http: GuardedHttp) -> None:
    bank.set_now("2027-01-05T15:00:00+00:00")
    external_id = begin(bank, http, request())
    bank.pay(external_id)
    assert ADAPTER.fetch(external_id, settings(bank), http).value_on == date(2027, 1, 5)


def test_an_unknown_fault_is_refused(bank: world.World) -> None:
    with pytest.raises(world.WorldFailed, match="There is no fault 'rain'"):
        bank.fault("rain")
