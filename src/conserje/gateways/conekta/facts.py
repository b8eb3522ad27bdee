# SPDX-License-Identifier: Apache-2.0
"""Conekta's orders as facts. What is missing, contradicts itself or is no real money stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeFact, ChargeState
from conserje.gateways.conekta.settings import ConektaSettings
from conserje.gateways.conekta.vocabulary import (
    CHARGEBACK_LOST,
    CHARGEBACK_WON,
    PAID,
    PAID_WITH,
    decline_of,
)
from conserje.gateways.conekta.wire import day_of, from_wire, part, rows

REFERENCE: Final = "reference_id"
_EXPIRED: Final = frozenset({"expired", "canceled", "voided"})


def unknown(external_id: str, why: str) -> ChargeFact:
    """An answer that was not got, or cannot be read, and `why`."""
    return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, why)


def order_fact(external_id: str, order: Mapping[str, Any], settings: ConektaSettings) -> ChargeFact:
    """What an order says, with the charges in it."""
    amount = from_wire(order.get("amount"), order.get("currency"))
    reference = part(order, "metadata").get(REFERENCE)
    charges = rows(order.get("charges")) if order.get("charges") is not None else []
    if order.get("id") != external_id or amount is None or not isinstance(reference, str) or charges is None:
        return unknown(external_id, "answer_unreadable")
    if order.get("livemode") is not settings.live:
        return unknown(external_id, "test_money")
    usual = ChargeFact(external_id, "", reference, ChargeState.OPEN, amount, "", None)
    status = order.get("payment_status")
    last = charges[-1] if charges else {}
    if status in PAID:
        return _paid(usual, order, charges)
    if status in _EXPIRED:
        return replace(usual, state=ChargeState.EXPIRED, method=_method(last))
    if status == "pending_payment":
        return _pending(usual, last)
    if status == "declined":
        return _declined(usual, last)
    if status is None:
        gone = str(part(order, "checkout").get("status")).lower() in ("expired", "cancelled", "canceled")
        return replace(usual, state=ChargeState.EXPIRED) if gone else usual
    return unknown(external_id, "answer_unreadable")


def _method(charge: Mapping[str, Any]) -> str:
    kind = part(charge, "payment_method").get("object")
    return PAID_WITH.get(str(kind), "unknown") if charge else ""


def _pending(usual: ChargeFact, charge: Mapping[str, Any]) -> ChargeFact:
    if not charge:
        return usual
    if charge.get("status") == "declined":
        # The page is still open: another way may be tried on it.
        return replace(_declined(usual, charge), state=ChargeState.OPEN)
    method, until = _method(charge), day_of(part(charge, "payment_method").get("expires_at"))
    if method in ("cash", "transfer") and until is not None:
        return replace(usual, state=ChargeState.WAITING, method=method, until=until)
    return replace(usual, state=ChargeState.PROCESSING, method=method)


def _declined(usual: ChargeFact, charge: Mapping[str, Any]) -> ChargeFact:
    code = str(charge.get("failure_code") or "unknown")[:120]
    word = "insufficient_funds" if code.endswith("insufficient_funds") else "declined_by_bank"
    return replace(
        usual,
        state=ChargeState.DECLINED,
        method=_method(charge),
        detail=word,
        decline=decline_of(code),
        decline_code=code,
    )


def _paid(usual: ChargeFact, order: Mapping[str, Any], charges: list[dict[str, Any]]) -> ChargeFact:
    taken = [charge for charge in charges if charge.get("status") in PAID]
    back = from_wire(order.get("amount_refunded") or 0, order.get("currency"))
    amount = usual.amount
    if len(taken) != 1 or amount is None or back is None:
        return unknown(usual.external_id, "answer_unreadable")
    charge = taken[0]
    value_on, payment_id = day_of(charge.get("paid_at")), charge.get("id")
    same = from_wire(charge.get("amount"), charge.get("currency")) == amount
    if not same or value_on is None or not isinstance(payment_id, str) or not payment_id:
        return unknown(usual.external_id, "answer_unreadable")
    claimed = part(charge, "chargeback").get("status") or (
        "open" if order["payment_status"] == "charged_back" else ""
    )
    if claimed == CHARGEBACK_LOST:
        back = Money(amount.currency, amount.minor)
    if not 0 <= back.minor <= amount.minor:
        return unknown(usual.external_id, "answer_unreadable")
    return replace(
        usual,
        payment_id=payment_id,
        state=ChargeState.PAID,
        method=_method(charge),
        value_on=value_on,
        returned=back if back else None,
        contested=claimed not in ("", CHARGEBACK_LOST, CHARGEBACK_WON),
    )
