# SPDX-License-Identifier: Apache-2.0
"""Terms that one side proposes: what is paid now, what becomes credit for future work, what is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

# How far off a deadline may be.
LATEST_DAYS: Final = 60

NOT_EXACT: Final = "proposal_not_exact"
NEGATIVE: Final = "proposal_negative"
DEADLINE_PASSED: Final = "proposal_deadline_passed"
DEADLINE_TOO_LATE: Final = "proposal_deadline_too_late"


@dataclass(frozen=True, slots=True)
class Terms:
    """Amounts in minor units of the invoice's currency; `pay_by` is the customer's local day for paying `pay_minor`.

    `pay_minor` is paid and closes as much of the invoice. The rest is not asked for any more; of it `credit_minor`
    stays with the customer as credit that lowers later invoices, `discount_minor` does not.
    """

    pay_minor: int
    credit_minor: int
    discount_minor: int
    pay_by: date

    @property
    def sum_minor(self) -> int:
        """All of it: what is in question."""
        return self.pay_minor + self.credit_minor + self.discount_minor

    @property
    def lowered_minor(self) -> int:
        """What the invoice is lowered by without money."""
        return self.credit_minor + self.discount_minor


def wrong(terms: Terms, *, question_minor: int, today: date) -> str:
    """What is wrong with `terms` for `question_minor` in question on the local day `today`: a code, or ""."""
    if min(terms.pay_minor, terms.credit_minor, terms.discount_minor) < 0:
        return NEGATIVE
    if terms.sum_minor != question_minor or question_minor <= 0:
        return NOT_EXACT
    days = (terms.pay_by - today).days
    if days < 0:
        return DEADLINE_PASSED
    return DEADLINE_TOO_LATE if days > LATEST_DAYS else ""


def is_expired(*, pay_by: date, today: date) -> bool:
    """Whether the local day `pay_by` has passed where the customer is: through that day a proposal can be accepted."""
    return today > pay_by
