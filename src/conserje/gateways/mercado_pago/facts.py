# SPDX-License-Identifier: Apache-2.0
"""Mercado Pago's payments as facts. What is missing, contradicts itself or is no real money stays unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeFact, ChargeState, Decline
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.mercado_pago.vocabulary import (
    CHARGEBACK_LOST,
    CHARGEBACK_WON,
    DECLINES,
    STATES,
    VOUCHERS,
    WORDS,
    method_of,
)
from conserje.gateways.mercado_pago.wire import day_of, from_wire

# Of several tries of one page, the one that is furthest tells how the page stands.
_FURTHEST: Final = (
    ChargeState.PAID,
    ChargeState.UNKNOWN,
    ChargeState.PROCESSING,
    ChargeState.WAITING,
    ChargeState.DECLINED,
    ChargeState.EXPIRED,
)


def unknown(external_id: str, why: str) -> ChargeFact:
    """An answer that was not got, or cannot be read, and `why`."""
    return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, why)


def payment_fact(payment: Mapping[str, Any], settings: MercadoPagoSettings) -> ChargeFact:
    """What one payment says. It is known by our own reference, which every try of a page carries."""
    reference = payment.get("external_reference")
    payment_id = payment.get("id")
    if not isinstance(reference, str) or not reference or type(payment_id) is not int:
        return unknown("", "answer_unreadable")
    if settings.live and payment.get("live_mode") is not True:
        return unknown(reference, "test_money")
    amount = from_wire(payment.get("transaction_amount"), payment.get("currency_id"))
    status = str(payment.get("status"))
    if amount is None or amount.minor <= 0 or status not in STATES:
        return unknown(reference, "answer_unreadable")
    usual = ChargeFact(
        external_id=reference,
        payment_id=str(payment_id),
        reference=reference,
        state=STATES[status],
        amount=amount,
        method=method_of(str(payment.get("payment_type_id")), str(payment.get("payment_method_id"))),
        value_on=None,
    )
    if usual.state is ChargeState.PAID:
        return _paid(usual, payment, status)
    code = str(payment.get("status_detail") or "unknown")[:80]
    if usual.state is ChargeState.DECLINED:
        word = WORDS.get(code, "declined_by_bank")
        return replace(usual, detail=word, decline=DECLINES.get(code, Decline.GENERIC), decline_code=code)
    until = day_of(payment.get("date_of_expiration"))
    if status == "pending" and until is not None and usual.method in VOUCHERS:
        return replace(usual, state=ChargeState.WAITING, until=until)
    if DECLINES.get(code) is Decline.WAIT:
        return replace(usual, decline=Decline.WAIT, decline_code=code)
    return usual


def _paid(usual: ChargeFact, payment: Mapping[str, Any], status: str) -> ChargeFact:
    amount, value_on = usual.amount, day_of(payment.get("date_approved"))
    back = from_wire(payment.get("transaction_amount_refunded", 0), payment.get("currency_id"))
    detail = payment.get("status_detail")
    if amount is None or value_on is None or back is None or not 0 <= back.minor <= amount.minor:
        return unknown(usual.external_id, "answer_unreadable")
    if status == "refunded" or (status == "charged_back" and detail == CHARGEBACK_LOST):
        back = Money(amount.currency, amount.minor)
    at_issue = status == "charged_back" and detail not in (CHARGEBACK_LOST, CHARGEBACK_WON)
    return replace(
        usual,
        value_on=value_on,
        returned=back if back else None,
        contested=at_issue or status == "in_mediation",
    )


def page_fact(
    reference: str, payments: Sequence[Mapping[str, Any]], settings: MercadoPagoSettings
) -> ChargeFact:
    """How a page stands by all payments made on it, in whatever order they came."""
    told = [payment_fact(payment, settings) for payment in payments]
    if any(fact.external_id != reference for fact in told):
        return unknown(reference, "answer_unreadable")
    if not told:
        return ChargeFact(reference, "", reference, ChargeState.OPEN, None, "", None)
    return min(told, key=lambda fact: (_FURTHEST.index(fact.state), len(fact.payment_id), fact.payment_id))
