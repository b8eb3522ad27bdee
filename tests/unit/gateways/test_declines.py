# SPDX-License-Identifier: Apache-2.0
"""Every published code of a refused charge asks for one thing, and the networks' own words come before our table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conserje.domain.ports.gateway import Decline
from conserje.gateways.conekta.vocabulary import decline_of as of_conekta
from conserje.gateways.mercado_pago.vocabulary import DECLINES as MERCADO_PAGO
from conserje.gateways.stripe.facts import decline_of
from conserje.gateways.stripe.vocabulary import DECLINES as STRIPE

AT = datetime(2026, 11, 21, 22, 34, tzinfo=UTC)
# By what the vendors publish: Stripe's decline codes, the list in Mercado Pago's own shop plug-in, Conekta's own page.
STRIPES = {
    Decline.STOP: "lost_card stolen_card pickup_card revocation_of_authorization revocation_of_all_authorizations"
    " incorrect_number invalid_account fraudulent highest_risk_level restricted_card transaction_not_allowed"
    " card_not_supported currency_not_supported",
    Decline.UPDATE_CARD: "expired_card incorrect_cvc invalid_cvc invalid_expiry_month invalid_expiry_year"
    " incorrect_zip",
    Decline.AUTHENTICATE: "authentication_required",
    Decline.RETRY_TIMED: "insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded processing_error"
    " issuer_not_available reenter_transaction try_again_later",
    Decline.GENERIC: "generic_decline do_not_honor call_issuer no_action_taken",
}
MERCADO_PAGOS = {
    Decline.RETRY_TIMED: "cc_rejected_insufficient_amount rejected_cap_exceeded cc_rejected_card_error",
    Decline.AUTHENTICATE: "cc_rejected_call_for_authorize cc_rejected_card_disabled cc_rejected_3ds_challenge",
    Decline.UPDATE_CARD: "cc_rejected_bad_filled_card_number cc_rejected_bad_filled_date"
    " cc_rejected_bad_filled_security_code cc_rejected_bad_filled_other cc_rejected_invalid_installments"
    " rejected_insufficient_data",
    Decline.STOP: "cc_rejected_high_risk rejected_high_risk cc_rejected_blacklist cc_rejected_fraud"
    " cc_rejected_max_attempts rejected_by_regulations",
    Decline.RECONCILE: "cc_rejected_duplicated_payment",
    Decline.GENERIC: "cc_rejected_other_reason rejected_other_reason rejected_by_bank cc_rejected_expired_operation",
    Decline.WAIT: "pending_contingency pending_review_manual",
}
CONEKTAS = {
    Decline.STOP: "suspected_fraud restricted_card conekta.errors.processing.bank.pick_up_card"
    " conekta.errors.processing.bank.card_not_supported conekta.errors.processing.bank.invalid_merchant"
    " conekta.errors.processing.charge.card_payment.suspicious_behaviour"
    " conekta.errors.parameter_validation.charge.rejected_by_risk"
    " conekta.errors.parameter_validation.charge.blocked_payment_source",
    Decline.UPDATE_CARD: "conekta.errors.processing.bank.invalid_expiration_date"
    " conekta.errors.processing.bank.invalid_card_security_code"
    " conekta.errors.parameter_validation.charge.expired_cvv_dynamic"
    " conekta.errors.parameter_validation.charge.invalid_number",
    Decline.AUTHENTICATE: "conekta.errors.processing.charge.card_payment.declined_by_3ds"
    " conekta.errors.processing.bank.call_issuer",
    Decline.RETRY_TIMED: "insufficient_funds conekta.errors.processing.bank.insufficient_funds"
    " conekta.errors.processing.bank.timeout conekta.errors.processing.bank.amount_over_limit"
    " conekta.errors.processing.bank.attempts_over_limit conekta.errors.processing.bank.communication_error",
    Decline.GENERIC: "conekta.errors.processing.bank.declined card_declined a_word_of_tomorrow",
}


def pairs(table: dict[Decline, str]) -> list[tuple[str, Decline]]:
    return [(code, decline) for decline, codes in table.items() for code in codes.split()]


def asked(error: dict[str, Any], brand: str = "visa") -> tuple[Decline, str, datetime | None]:
    told = {**error, "payment_method": {"card": {"brand": brand}}}
    return decline_of(told, charge={}, tried_at=AT)


@pytest.mark.parametrize(("code", "decline"), pairs(STRIPES))
def test_stripes_codes(code: str, decline: Decline) -> None:
    assert asked({"code": "card_declined", "decline_code": code}) == (decline, code, None)


def test_no_code_of_stripe_is_of_two_minds() -> None:
    assert {code for code, _ in pairs(STRIPES)} <= set(STRIPE)


@pytest.mark.parametrize(("code", "decline"), pairs(MERCADO_PAGOS))
def test_mercado_pagos_codes(code: str, decline: Decline) -> None:
    assert MERCADO_PAGO[code] is decline


def test_mercado_pagos_table_has_no_word_of_ours() -> None:
    assert set(MERCADO_PAGO) == {code for code, _ in pairs(MERCADO_PAGOS)}


@pytest.mark.parametrize(("code", "decline"), pairs(CONEKTAS))
def test_conektas_codes(code: str, decline: Decline) -> None:
    assert of_conekta(code) is decline


@pytest.mark.parametrize("code", [code for code, _ in pairs(STRIPES)])
def test_advice_comes_before_the_table(code: str) -> None:
    error = {"code": "card_declined", "decline_code": code}
    assert asked({**error, "advice_code": "do_not_try_again"})[0] is Decline.STOP
    assert asked({**error, "advice_code": "confirm_card_data"})[0] is Decline.UPDATE_CARD
    assert asked({**error, "advice_code": "try_again_later"})[0] is Decline.RETRY_TIMED
    assert asked({**error, "advice_code": "a_word_of_tomorrow"})[0] is STRIPE[code]


@pytest.mark.parametrize(
    "network_code", ["04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"]
)
def test_what_visa_will_never_approve_stops_whatever_else_is_said(network_code: str) -> None:
    error = {"decline_code": "do_not_honor", "network_decline_code": network_code}
    assert asked({**error, "advice_code": "try_again_later"})[0] is Decline.STOP
    assert asked({**error, "advice_code": "try_again_later"}, "mastercard")[0] is Decline.RETRY_TIMED


@pytest.mark.parametrize("advice", ["03", "21", "40", "41", "42"])
def test_mastercards_never_stops(advice: str) -> None:
    error = {"decline_code": "insufficient_funds", "network_advice_code": advice}
    assert asked({**error, "advice_code": "try_again_later"}, "mastercard")[0] is Decline.STOP
    assert asked(error)[0] is Decline.RETRY_TIMED, "another network's words are not Mastercard's"


@pytest.mark.parametrize(
    ("advice", "hours"),
    [("02", 72), ("24", 1), ("25", 24), ("26", 48), ("27", 96), ("28", 144), ("29", 192), ("30", 240)],
)
def test_mastercards_waits_are_kept_to_the_hour(advice: str, hours: int) -> None:
    error = {
        "decline_code": "insufficient_funds",
        "network_advice_code": advice,
        "advice_code": "try_again_later",
    }
    assert asked(error, "mastercard") == (
        Decline.RETRY_AT,
        "insufficient_funds",
        AT + timedelta(hours=hours),
    )
    stop = {**error, "advice_code": "do_not_try_again"}
    assert asked(stop, "mastercard") == (Decline.STOP, "insufficient_funds", None)
    unknown_time = decline_of(
        {**error, "payment_method": {"card": {"brand": "mastercard"}}}, charge={}, tried_at=None
    )
    assert unknown_time[0] is Decline.RETRY_TIMED


def test_the_networks_words_are_found_on_the_charge_as_well() -> None:
    charge = {
        "outcome": {"network_decline_code": "R1"},
        "payment_method_details": {"type": "card", "card": {"brand": "visa"}},
    }
    assert decline_of({"decline_code": "do_not_honor"}, charge=charge, tried_at=AT)[0] is Decline.STOP
