# SPDX-License-Identifier: Apache-2.0
"""Speaks the Pix API of Banco Central do Brasil 2.9.0 with the creditor's bank. Only `fetch` tells what was paid."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    InstructionLine,
    Instructions,
    RefundFact,
    RefundRequest,
    StartFailed,
    Way,
)
from conserje.domain.ports.http import Answer, Http, NoAnswer, RawRequest
from conserje.gateways.pix import wire
from conserje.gateways.pix.settings import PixSettings
from conserje.gateways.pix.vocabulary import EXPONENTS, REFUNDS, STATES
from conserje.gateways.pix.wire import Line, Refused

REFERENCE_NAME: Final = "Referencia"
_END_TO_END: Final = re.compile(r"[a-zA-Z0-9]{32}")
_MOST_IN_A_HOOK: Final = 200
_LONGEST_MESSAGE: Final = 140


@dataclass(frozen=True, slots=True)
class Pix:
    """Charges with a due date (cobv), shown as a code on a page of ours."""

    name: str = "pix"
    settings_type: type = PixSettings
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            currencies=frozenset(EXPONENTS),
            methods=("pix",),
            exponents=EXPONENTS,
            ways=(
                Way(
                    "pix",
                    "BRL",
                    frozenset({"BR"}),
                    least=Money("BRL", 1),
                    most=Money("BRL", 10**12 - 1),
                    tax_id_signs=wire.TAX_ID_SIGNS,
                ),
            ),
            states=frozenset(
                {ChargeState.WAITING, ChargeState.PAID, ChargeState.EXPIRED, ChargeState.UNKNOWN}
            ),
        )
    )

    def origins(self, settings: Any) -> tuple[str, ...]:
        """It has no pages."""
        return ()

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Instructions | StartFailed:
        """Make the charge of `request.key`, due on the last day, without fine or interest; or find it again."""
        body = _charge(request, settings)
        if isinstance(body, str):
            return StartFailed(body, retry=False)
        txid = wire.txid(key=request.key, reference=request.reference)
        path = f"/cobv/{wire.segment(txid)}"
        try:
            line = wire.sign_in(settings, http)
            answer = line.ask("PUT", path, body)
            if answer.status in (400, 409):
                # Some banks refuse a transaction id that they know; then it is ours, or was never made.
                known = line.ask("GET", path)
                answer = known if known.status == 200 else answer
        except NoAnswer as silent:
            return StartFailed(silent.why, retry=True)
        except Refused as refused:
            return StartFailed(refused.why, retry=refused.retry)
        if answer.status not in (200, 201):
            return StartFailed(wire.status_word(answer.status), retry=wire.may_change(answer.status))
        return _instructions(wire.read(answer), txid, request)

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """What the bank says of the charge; of a paid one without its Pix, the Pix are asked for."""
        if not wire.TXID.fullmatch(external_id):
            return _unknown(external_id, "not_ours")
        try:
            line = wire.sign_in(settings, http)
            answer = line.ask("GET", f"/cobv/{external_id}")
            found = wire.read(answer)
            if answer.status != 200 or not found:
                word = "not_found" if answer.status == 404 else wire.status_word(answer.status)
                return _unknown(external_id, word)
            received = found.get("pix")
            if found.get("status") == "CONCLUIDA" and not received:
                received = _received(line, external_id, found)
        except NoAnswer as silent:
            return _unknown(external_id, silent.why)
        except Refused as refused:
            return _unknown(external_id, refused.why)
        return _fact(external_id, found, wire.objects(received))

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact:
        """Ask for a devolução under the id of our key; asked again, the bank answers with the same one."""
        amount = wire.to_wire(request.amount)
        if amount is None or not _END_TO_END.fullmatch(request.payment_id):
            return RefundFact("refused", detail="request_unusable")
        refund_id = wire.refund_id(request.key)
        path = f"/pix/{request.payment_id}/devolucao/{refund_id}"
        try:
            line = wire.sign_in(settings, http)
            answer = line.ask("PUT", path, {"valor": amount})
            if answer.status in (400, 409):
                known = line.ask("GET", path)
                answer = known if known.status == 200 else answer
        except NoAnswer as silent:
            return RefundFact("unknown", detail=silent.why)
        except Refused as refused:
            return RefundFact("unknown", detail=refused.why)
        return _refund(answer, refund_id, request.amount)

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Whether the address carries our secret; what the request says is looked up before it counts.

        The bank adds "/pix" to the address it was given, so the secret stands in the path, or first in the query.
        """
        wanted = settings.hook_secret.encode()
        given = [part for part in raw.path.split("/") if part]
        given += [value for name, value in parse_qsl(raw.query)[:8] if name == "secret"]
        matches = [hmac.compare_digest(one.encode("utf-8", "replace"), wanted) for one in given[:16]]
        return any(matches)

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """One event for each Pix received and each devolução that ended."""
        try:
            told = json.loads(raw.body)
        except (ValueError, RecursionError):
            return ()
        listed = wire.objects(told.get("pix")) if isinstance(told, dict) else None
        events: dict[str, HookEvent] = {}
        for pix in (listed or [])[:_MOST_IN_A_HOOK]:
            txid, end_to_end = str(pix.get("txid", "")), str(pix.get("endToEndId", ""))
            if wire.TXID.fullmatch(txid) and _END_TO_END.fullmatch(end_to_end):
                for event_id, kind in _events(end_to_end, wire.objects(pix.get("devolucoes")) or []):
                    events[event_id] = HookEvent(event_id, txid, kind)
        return tuple(events.values())

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Signs in, and looks where the bank sends its notices."""
        try:
            line = wire.sign_in(settings, http)
            answer = line.ask("GET", f"/webhook/{wire.segment(settings.pix_key)}")
        except NoAnswer as silent:
            if silent.why == "identity_unreadable":
                return ("The certificate and its private key do not belong together. Copy both again.",)
            return ("The bank does not answer. Check its addresses, and whether it asks for a certificate.",)
        except Refused as refused:
            if refused.retry:
                return ("The bank answered with an error. Try again in a few minutes.",)
            return ("The bank refused the client id, the client secret or the certificate. Copy them again.",)
        if answer.status == 404:
            return ("No webhook is registered for this Pix key: payments are seen, but later. Register it.",)
        if answer.status == 200 and settings.hook_secret not in str(wire.read(answer).get("webhookUrl", "")):
            return ("The webhook of this Pix key leads elsewhere, or lacks the secret. Register it again.",)
        if answer.status not in (200, 403):
            return ("The bank answered with an error. Try again in a few minutes.",)
        return ()


def _charge(request: CheckoutRequest, settings: PixSettings) -> dict[str, Any] | str:
    """The body of PUT /cobv, or why there can be none."""
    amount = wire.to_wire(request.amount)
    if amount is None:
        return "amount_not_expressible"
    debtor = wire.debtor(request.payer.name, request.payer.tax_id) if request.payer else None
    if debtor is None:
        return "payer_tax_id_missing"
    if request.until is None:
        return "last_day_missing"
    due_on = request.until.astimezone(wire.BRASILIA).date()
    return {
        "calendario": {
            "dataDeVencimento": due_on.isoformat(),
            "validadeAposVencimento": int(settings.days_after_due),
        },
        "devedor": debtor,
        "valor": {"original": amount},
        "chave": settings.pix_key,
        "solicitacaoPagador": request.description[:_LONGEST_MESSAGE],
        "infoAdicionais": [{"nome": REFERENCE_NAME, "valor": request.reference}],
    }


def _instructions(
    found: Mapping[str, Any], txid: str, request: CheckoutRequest
) -> Instructions | StartFailed:
    code, until = found.get("pixCopiaECola"), _last_day(found)
    amount = found.get("valor")
    if found.get("txid") != txid or not isinstance(code, str) or not 0 < len(code) <= 512 or until is None:
        return StartFailed("answer_unreadable", retry=True)
    if not isinstance(amount, dict) or wire.from_wire(amount.get("original")) != request.amount:
        return StartFailed("key_reused", retry=False)
    lines = (InstructionLine("pix", code, copyable=True),)
    return Instructions(txid, lines, until, qr_payload=code)


def _received(line: Line, txid: str, found: Mapping[str, Any]) -> Any:
    """The Pix of a charge, from the list of those received since it was made (GET /pix). Raises `NoAnswer`."""
    calendar, until = found.get("calendario"), _last_day(found)
    made = calendar.get("criacao") if isinstance(calendar, dict) else None
    if not isinstance(made, str) or until is None:
        return None
    period = {"inicio": made, "fim": f"{until + timedelta(days=2)}T00:00:00Z", "txid": txid}
    answer = line.ask("GET", "/pix?" + urlencode(period))
    return wire.read(answer).get("pix") if answer.status == 200 else None


def _fact(txid: str, found: Mapping[str, Any], received: Sequence[Mapping[str, Any]] | None) -> ChargeFact:
    state = STATES.get(str(found.get("status")), ChargeState.UNKNOWN)
    asked = found.get("valor")
    amount = wire.from_wire(asked.get("original")) if isinstance(asked, dict) else None
    until, reference = _last_day(found), _reference(found)
    if found.get("txid") != txid or amount is None or until is None or state is ChargeState.UNKNOWN:
        return _unknown(txid, "answer_unreadable")
    if state is not ChargeState.PAID:
        detail = "cancelled_by_creditor" if state is ChargeState.EXPIRED else ""
        return ChargeFact(txid, "", reference, state, amount, "pix", None, detail, until=until)
    own = [pix for pix in received or () if pix.get("txid", txid) == txid]
    amounts = [wire.from_wire(pix.get("valor")) for pix in own]
    days = [wire.day_in_brazil(pix.get("horario")) for pix in own]
    back = [_returned(pix.get("devolucoes")) for pix in own]
    first = str(own[0].get("endToEndId", "")) if own else ""
    if not _END_TO_END.fullmatch(first) or None in amounts or None in days or None in back:
        return _unknown(txid, "answer_unreadable")
    # Several Pix for one charge are more than was asked: the sum says so, and a person looks.
    paid = Money("BRL", sum(one.minor for one in amounts if one is not None))
    returned = sum(one for one in back if one is not None)
    return ChargeFact(
        external_id=txid,
        payment_id=first,
        reference=reference,
        state=state,
        amount=paid,
        method="pix",
        value_on=min(one for one in days if one is not None),
        until=until,
        returned=Money("BRL", returned) if returned else None,
    )


def _returned(value: Any) -> int | None:
    """What went back of one Pix, in minor units; None when the list cannot be read."""
    listed = wire.objects([] if value is None else value)
    if listed is None:
        return None
    done = [wire.from_wire(one.get("valor")) for one in listed if one.get("status") == "DEVOLVIDO"]
    return None if None in done else sum(one.minor for one in done if one is not None)


def _refund(answer: Answer, refund_id: str, asked: Money) -> RefundFact:
    if answer.status not in (200, 201):
        kept = wire.may_change(answer.status) or answer.status in (401, 403)
        return RefundFact("unknown" if kept else "refused", detail=wire.status_word(answer.status))
    found = wire.read(answer)
    state = REFUNDS.get(str(found.get("status")), "unknown")
    if found.get("id") != refund_id or wire.from_wire(found.get("valor")) != asked:
        return RefundFact("unknown", detail="answer_unreadable")
    return RefundFact(state, refund_id, str(found.get("motivo", ""))[:140])


def _events(end_to_end: str, refunds: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    ended = [
        (f"{end_to_end}:{refund.get('id')}:{refund.get('status')}"[:128], "returned")
        for refund in refunds
        if re.fullmatch(r"[a-zA-Z0-9]{1,35}", str(refund.get("id", ""))) and refund.get("status") in REFUNDS
    ]
    return ended or [(end_to_end, "paid")]


def _last_day(found: Mapping[str, Any]) -> date | None:
    calendar = found.get("calendario")
    if not isinstance(calendar, dict):
        return None
    due_on, days = wire.day(calendar.get("dataDeVencimento")), calendar.get("validadeAposVencimento", 0)
    if due_on is None or type(days) is not int or not 0 <= days <= 36500:
        return None
    return due_on + timedelta(days=days) if due_on.year < 9000 else None


def _reference(found: Mapping[str, Any]) -> str:
    listed = wire.objects(found.get("infoAdicionais")) or []
    return next((str(item.get("valor", "")) for item in listed if item.get("nome") == REFERENCE_NAME), "")


def _unknown(txid: str, why: str) -> ChargeFact:
    return ChargeFact(txid, "", "", ChargeState.UNKNOWN, None, "", None, why)


ADAPTER = Pix()
