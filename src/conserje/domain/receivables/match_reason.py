# SPDX-License-Identifier: Apache-2.0
"""Why a line of the bank was taken for what it was taken for: the words kept with each decision."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One reason. Doors turn it into a sentence."""

    REFERENCE = "reference"
    NUMBER = "number"
    NUMBER_ENDS = "number_ends"
    CUSTOMER_REFERENCE = "customer_reference"
    TAX_ID = "tax_id"
    LEARNED_BANK_NUMBER = "learned_bank_number"
    LEARNED_NAME = "learned_name"
    LEARNED_TEXT = "learned_text"
    SAME_NAME = "same_name"
    ONLY_ONE_OF_AMOUNT = "only_one_of_amount"
    EXACT_AMOUNT = "exact_amount"
    EXACT_SUM = "exact_sum"
    ALL_OPEN = "all_open"
    OLDEST_SUM = "oldest_sum"
    ONE_SUM = "one_sum"
    NET_OF_WITHHOLDING = "net_of_withholding"
    TAX_IN_DOUBT = "tax_in_doubt"
    PART_OF = "part_of"
    MORE_THAN = "more_than"
    NO_SUM = "no_sum"
    SAME_AMOUNTS = "same_amounts"
    BOOKED_BEFORE = "booked_before"
    GATEWAY_NAMED = "gateway_named"
    PAYOUT_EXACT = "payout_exact"
    PAYOUT_LESS_FEES = "payout_less_fees"
    AMOUNT_DIFFERS = "amount_differs"
    CHECKOUT_IN_DOUBT = "checkout_in_doubt"
    AMBIGUOUS = "ambiguous"
    RIVAL = "rival"
    NOBODY_KNOWN = "nobody_known"
    RETURNED = "returned"
    MONEY_OUT = "money_out"
    BY_HAND = "by_hand"
    UNDONE = "undone"
    OPEN_CHANGED = "open_changed"
