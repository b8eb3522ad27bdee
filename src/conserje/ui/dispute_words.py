# SPDX-License-Identifier: Apache-2.0
"""Words for disputes and agreements, the same for the customer and for the people who answer."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conserje.ui.codes import Words

KINDS: Final[Words] = {
    "scope": _("what was agreed"),
    "quality": _("what was delivered"),
    "price": _("the price"),
    "quantity": _("the quantity"),
    "not_received": _("it was not received"),
    "duplicate": _("it is billed twice"),
    "already_paid": _("it is already paid"),
    "other": pgettext_lazy("dispute", "something else"),
    "import": _("as your file says"),
}
OUTCOMES: Final[Words] = {
    "agreed": _("You agreed on it"),
    "accepted": _("The customer is right"),
    "rejected": _("The invoice stands"),
    "withdrawn": _("Withdrawn"),
}
PROPOSAL_STATES: Final[Words] = {
    "open": _("waits for an answer"),
    "countered": _("answered with another proposal"),
    "accepted": _("accepted"),
    "withdrawn": _("taken back"),
    "expired": _("no longer valid"),
}
AGREEMENT_STATES: Final[Words] = {
    "accepted": _("in force"),
    "carried_out": _("fulfilled"),
    "lapsed": _("ended without payment"),
}
# Why something was not done: what happened, and what to do.
REFUSALS: Final[Words] = {
    "dispute_over_open_amount": _("The amount is more than what is open of the invoice. Write that or less."),
    "dispute_kind_unknown": _("Choose what it is about."),
    # The page offers the notice of a payment in its place: only a form of somebody's own asks for it.
    "dispute_is_paid": _("Choose what it is about."),
    "dispute_closed": _("This was already closed. Open it again if something is still not right."),
    "message_empty": _("Write something, or add a file."),
    "file_too_large": _("A file has more than 5 MB. Add a smaller one."),
    "file_too_many": _("Too many files. Add at most five at once."),
    "file_unknown_kind": _("A file is not a PDF or a picture (JPG, PNG, WebP). Add it as one of these."),
    "file_empty": _("A file is empty. Choose it again."),
    "proposal_not_exact": _("The three amounts must add up to exactly what is open."),
    "proposal_negative": _("No amount may be less than zero."),
    "proposal_deadline_passed": _("Choose a day that has not passed."),
    "proposal_deadline_too_late": _("Choose a day within the next 60 days."),
    "proposal_yours_open": _("Your proposal waits for an answer. Take it back to make another one."),
    "proposal_not_yours": _("That proposal is not yours to take back."),
    "proposal_changed": _("Another proposal came meanwhile. Look at it below."),
    "proposal_countered": _("Another proposal came meanwhile. Look at it below."),
    "proposal_withdrawn": _("That proposal was taken back."),
    "proposal_expired": _("That proposal is no longer valid: its day has passed. Nothing was agreed."),
    "proposal_accepted": _("That proposal was accepted already."),
    "proposal_agreed": _("Something is agreed about this invoice already. It stands."),
    "proposal_amount_changed": _("Another amount is open now. Nothing was agreed: it takes a new proposal."),
    "proposal_text_changed": _("The text is not the one you read. Nothing was agreed: read it once more."),
    "settlement_not_offered": _("This is no longer offered. Nothing was agreed."),
    "settlement_text_changed": _("The text is not the one you read. Nothing was agreed: read it once more."),
    "settlement_stage": _("Choose from which stage on."),
    "settlement_share": _("Each discount is between 0.01 and 90 percent, the younger debts first."),
    "settlement_deadline": _("The deadline is between 1 and 60 days."),
    "settlement_instalments": _("Between 1 and 12 instalments."),
    "amount_unreadable": _("Write the amount in figures, as in 4,000.00."),
    "day_unreadable": _("Choose a day."),
}
