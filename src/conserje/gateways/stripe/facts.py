# SPDX-License-Identifier: Apache-2.0
"""Stripe's sessions and intents as facts. What is missing, contradicts itself or is no real money stays unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from conserje.domain.ports.gateway import ChargeFact, ChargeState, Decline
from conserje.gateways.stripe import vocabulary
from conserje.gateways.stripe.settings import StripeSettings
from conserje.gateways.stripe.wire import day_of, from_wire, instant_of, part

# Ours among everything else that a creditor's account does: what Stripe Billing charges carries no such mark.
MARK: Final = "conserje_reference"
KIND: Final = "conserje_kind"
_VOUCHERS: Final = {
    "oxxo_display_details": ("oxxo", "expires_after"),
    "boleto_display_details": ("boleto", "expires_at"),
}
# A voucher's last day passed.
_ENDED: Final = frozenset({"payment_intent_payment_attempt_expired"})
_LOST: Final = "lost"
_SETTLED: Final = frozenset({"won", "lost", "warning_closed", "prevented"})
_WORDS: Final = {"insufficient_funds": "insufficient_funds"}


def unknown(external_id: str, why: str) -> ChargeFact:
    """An answer that was not got, or cannot be read, and `why`."""
    return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, why)


def session_fact(
    external_id: str,
    session: Mapping[str, Any],
    disputes: Sequence[Mapping[str, Any]],
    settings: StripeSettings,
) -> ChargeFact:
    """What a Checkout session, with its intent and charge inside, says; `disputes` are those of its intent."""
    if (session.get("object"), session.get("mode")) != ("checkout.session", "payment"):
        return unknown(external_id, "answer_unreadable")
    if session.get("id") != external_id:
        return unknown(external_id, "answer_unreadable")
    if session.get("livemode") is not settings.live:
        return unknown(external_id, "test_money")
    amount = from_wire(session.get("amount_total"), session.get("currency"))
    if amount is None:
        return unknown(external_id, "answer_unreadable")
    reference = str(session.get("client_reference_id") or "")
    intent = part(session, "payment_intent")
    usual = ChargeFact(external_id, "", reference, ChargeState.OPEN, amount, "", None)
    status, paid = session.get("status"), session.get("payment_status")
    told = _from_intent(external_id, intent, disputes, settings) if intent else usual
    agrees = not intent or (told.amount, part(intent, "metadata").get(MARK)) == (amount, reference)
    if (
        told.state is ChargeState.UNKNOWN
        or not agrees
        or (paid == "paid") != (told.state is ChargeState.PAID)
    ):
        return unknown(external_id, "answer_unreadable")
    if paid not in ("paid", "unpaid") or status not in ("open", "complete", "expired"):
        return unknown(external_id, "answer_unreadable")
    if paid == "paid":
        return replace(told, reference=reference)
    if status == "open":
        return replace(usual, **_declined(intent)) if intent.get("last_payment_error") else usual
    if status == "expired":
        return replace(usual, state=ChargeState.EXPIRED)
    return replace(told, reference=reference)


def intent_fact(
    external_id: str,
    intent: Mapping[str, Any],
    disputes: Sequence[Mapping[str, Any]],
    settings: StripeSettings,
) -> ChargeFact:
    """What an intent charged without the customer says."""
    if intent.get("id") != external_id:
        return unknown(external_id, "answer_unreadable")
    if intent.get("livemode") is not settings.live:
        return unknown(external_id, "test_money")
    fact = _from_intent(external_id, intent, disputes, settings)
    if fact.state is ChargeState.UNKNOWN:
        return fact
    fact = replace(fact, reference=str(part(intent, "metadata").get(MARK) or ""))
    if intent.get("status") == "requires_action" and fact.state is ChargeState.OPEN:
        return replace(
            fact,
            state=ChargeState.DECLINED,
            detail="authentication_required",
            decline=Decline.AUTHENTICATE,
            decline_code="authentication_required",
        )
    return fact


def _from_intent(
    external_id: str,
    intent: Mapping[str, Any],
    disputes: Sequence[Mapping[str, Any]],
    settings: StripeSettings,
) -> ChargeFact:
    amount = from_wire(intent.get("amount"), intent.get("currency"))
    if amount is None or intent.get("object") != "payment_intent":
        return unknown(external_id, "answer_unreadable")
    usual = ChargeFact(external_id, "", "", ChargeState.OPEN, amount, "", None)
    status = intent.get("status")
    if status == "succeeded":
        return _paid(usual, intent, disputes, settings)
    if status == "processing":
        return replace(usual, state=ChargeState.PROCESSING)
    if status == "canceled":
        return replace(usual, state=ChargeState.EXPIRED)
    if status == "requires_action":
        return _waiting(usual, part(intent, "next_action"), settings)
    error = part(intent, "last_payment_error")
    if status == "requires_payment_method" and error.get("code") in _ENDED:
        return replace(usual, state=ChargeState.EXPIRED)
    if status == "requires_payment_method" and error:
        return replace(usual, state=ChargeState.DECLINED, **_declined(intent))
    if status in ("requires_payment_method", "requires_confirmation"):
        return usual
    return unknown(external_id, "answer_unreadable")


def _paid(
    usual: ChargeFact,
    intent: Mapping[str, Any],
    disputes: Sequence[Mapping[str, Any]],
    settings: StripeSettings,
) -> ChargeFact:
    charge = part(intent, "latest_charge")
    told = {
        usual.amount,
        from_wire(charge.get("amount"), charge.get("currency")),
        from_wire(intent.get("amount_received", intent.get("amount")), intent.get("currency")),
    }
    value_on = day_of(charge.get("created"), settings)
    currency = str(intent.get("currency"))
    back = from_wire(charge.get("amount_refunded", 0), currency)
    payment_id = intent.get("id")
    if (
        len(told) != 1
        or value_on is None
        or back is None
        or not isinstance(payment_id, str)
        or not payment_id
    ):
        return unknown(usual.external_id, "answer_unreadable")
    open_ones = [row for row in disputes if row.get("status") not in _SETTLED]
    lost = [
        from_wire(row.get("amount"), row.get("currency")) for row in disputes if row.get("status") == _LOST
    ]
    contested = bool(open_ones) or (charge.get("disputed") is True and not disputes)
    for one in lost:
        if one is None or one.currency != back.currency:
            return unknown(usual.external_id, "answer_unreadable")
        back = back + one
    if usual.amount is None or not 0 <= back.minor <= usual.amount.minor:
        return unknown(usual.external_id, "answer_unreadable")
    kind = str(part(charge, "payment_method_details").get("type"))
    return replace(
        usual,
        payment_id=payment_id,
        state=ChargeState.PAID,
        method=vocabulary.METHODS.get(kind, "unknown"),
        value_on=value_on,
        returned=back if back else None,
        contested=contested,
    )


def _waiting(usual: ChargeFact, action: Mapping[str, Any], settings: StripeSettings) -> ChargeFact:
    kind = str(action.get("type"))
    if kind not in _VOUCHERS:
        return usual
    method, ends = _VOUCHERS[kind]
    until = day_of(part(action, kind).get(ends), settings)
    if until is None:
        return unknown(usual.external_id, "answer_unreadable")
    return replace(usual, state=ChargeState.WAITING, method=vocabulary.METHODS[method], until=until)


def _declined(intent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a fact that tell why an intent was refused."""
    error = part(intent, "last_payment_error")
    charge = part(intent, "latest_charge")
    tried_at = instant_of(charge.get("created")) or instant_of(intent.get("created"))
    decline, code, not_before = decline_of(error, charge=charge, tried_at=tried_at)
    return {
        "detail": _WORDS.get(code, "declined_by_bank"),
        "decline": decline,
        "decline_code": code,
        "retry_not_before": not_before,
    }


def decline_of(
    error: Mapping[str, Any], *, charge: Mapping[str, Any], tried_at: datetime | None
) -> tuple[Decline, str, datetime | None]:
    """What a refused charge asks for: the networks' "never" first, then advice, then our table of codes.

    Answers the class, Stripe's own code, and the moment that the network gave, if it gave one.
    """
    outcome = part(charge, "outcome")
    code = str(error.get("decline_code") or error.get("code") or "unknown")[:80]
    advice = str(error.get("advice_code") or outcome.get("advice_code") or "")
    network_advice = str(error.get("network_advice_code") or outcome.get("network_advice_code") or "")
    network_code = str(error.get("network_decline_code") or outcome.get("network_decline_code") or "")
    brand = _brand(error, charge)
    if brand == "visa" and network_code in vocabulary.VISA_NEVER:
        return Decline.STOP, code, None
    asked = vocabulary.ADVICE.get(advice)
    if asked in (Decline.STOP, Decline.UPDATE_CARD):
        return asked, code, None
    if brand == "mastercard" and network_advice in vocabulary.MASTERCARD:
        return vocabulary.MASTERCARD[network_advice], code, None
    wait = vocabulary.MASTERCARD_WAITS.get(network_advice) if brand == "mastercard" else None
    if wait is not None and tried_at is not None:
        return Decline.RETRY_AT, code, tried_at + wait
    return asked or vocabulary.DECLINES.get(code, Decline.GENERIC), code, None


def _brand(error: Mapping[str, Any], charge: Mapping[str, Any]) -> str:
    of_method = part(part(error, "payment_method"), "card").get("brand")
    of_charge = part(part(charge, "payment_method_details"), "card").get("brand")
    return str(of_method or of_charge or "")


def is_disputed(intent: Mapping[str, Any]) -> bool:
    """Whether the payer's bank ever asked for the charge of this intent."""
    return part(intent, "latest_charge").get("disputed") is True
