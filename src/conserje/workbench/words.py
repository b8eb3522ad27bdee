# SPDX-License-Identifier: Apache-2.0
"""Names for what the domain knows by code: stages, letters, roles, bases of a permission, kinds of customers."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from conserje.ui.codes import Known as Known
from conserje.ui.codes import Words as Words
from conserje.ui.codes import name as name
from conserje.ui.figures import locale_of

STAGES: Final[Words] = {
    "preventive": _("Preventive"),
    "friendly": _("1. Friendly"),
    "follow_up": _("2. Follow-up"),
    "escalation": _("3. Formal"),
    "final": _("4. Final"),
    "closing": _("Closing"),
}
LETTERS: Final[Words] = {
    "preventive": _("Reminder before the date"),
    "friendly": _("Friendly reminder"),
    "follow_up": _("Follow-up"),
    "follow_up_second": _("Second follow-up"),
    "formal": _("Formal letter"),
    "formal_second": _("Second formal letter"),
    "final": _("Final letter"),
    "thank_you": _("Thank-you"),
    "link_again": _("Fresh link"),
    "code": _("Code for the portal"),
    "card_failed": _("Card did not go through"),
    "card_again": _("Card, one tap to update"),
    "card_ways": _("Other ways to go on"),
    "card_pause": _("Kind pause"),
    "card_expiring": _("Card ends soon"),
    "subscription_cancelled": _("Cancelled, as asked"),
    "answer": _("Answer to what was asked"),
}
# How far a contact made elsewhere got.
CONTACT_OUTCOMES: Final[Words] = {
    "two_way": _("We talked"),
    "answered": _("Somebody answered"),
    "delivered": _("It arrived"),
    "attempted": _("No answer, or not known"),
}
ELSEWHERE_REFUSED: Final[Words] = {
    "ahead": _("That moment has not come yet: write a contact down once it was made."),
    "too_old": _("That is more than a year ago: no limit looks back so far."),
    "no_address": _("No address of this customer is known, so nothing would count it. Add one first."),
    "told_otherwise": _("That contact was written down with another outcome. Take it back first."),
    "unknown": _("That contact was taken back before."),
    "too_late": _("It was written down more than a day ago and stays."),
}
ROLES: Final[Words] = {
    "accounts_payable": _("Accounts payable"),
    "treasury": _("Treasury"),
    "decision_maker": _("Decision maker"),
    "owner": _("Owner"),
    "other": pgettext_lazy("role of a person", "Other role"),
}
CUSTOMER_KINDS: Final[Words] = {
    "company": _("Company"),
    "person": pgettext_lazy("kind of customer", "Person"),
    "unknown": _("Company or person: not known"),
}
PERMISSION_BASES: Final[Words] = {
    "contract": _("Contract"),
    "order": _("Order"),
    "form": _("Form"),
    "own_email": _("They wrote to us"),
    "customer": _("Said by the customer"),
    "other": pgettext_lazy("ground of a permission", "Other ground"),
}
LANGUAGES: Final[Words] = {"es": _("Spanish"), "en": _("English"), "pt": _("Portuguese")}
PROMISE_STATES: Final[Words] = {
    "open": pgettext_lazy("promise", "open"),
    "kept": pgettext_lazy("promise", "kept"),
    "partly_kept": pgettext_lazy("promise", "kept in part"),
    "broken": pgettext_lazy("promise", "not kept"),
    "withdrawn": pgettext_lazy("promise", "withdrawn"),
}
# Those the machine itself writes; what a person wrote stands as it is.
HOLD_REASONS: Final[Words] = {
    "agreed": _("agreed with the customer"),
    "charging_again": _("the card is charged again by itself"),
    "charge_given_up": _("the charge was given up"),
    "charge_paused": _("the failed charge is on pause"),
    "data_restricted": _("a request about personal data waits for its answer"),
    "just_answered": _("we have just answered: a day of rest"),
    "subscription_cancelled": _("the subscription was cancelled"),
}

CLAIM_ANSWERS: Final[Words] = {
    "found": _("The payment was found."),
    "not_found": _("The payment was not found."),
    "withdrawn": _("Withdrawn by the customer."),
}
PAYMENT_SOURCES: Final[Words] = {"import": _("Imported files"), "person": _("Said by a person")}
REVERSALS: Final[Words] = {
    "refund": _("Refund"),
    "chargeback": _("Chargeback"),
    "bounce": _("Bounced transfer"),
    "mistake": _("Recorded by mistake"),
}
DECISIONS: Final[Words] = {
    "contact": _("A contact is due"),
    "wait": _("Not today"),
    "person": _("A person decides"),
    "ended": _("Nothing more leaves by itself"),
    "clear": _("Nothing is due"),
}


def country(code: str) -> str:
    """The name of ISO 3166 `code` in the reader's language; the code itself when nobody named it."""
    return _country(code, get_language() or "es")


@lru_cache(maxsize=1024)
def _country(code: str, language: str) -> str:
    return str(locale_of(language).territories.get(code, code))
