# SPDX-License-Identifier: Apache-2.0
"""Words for payment plans on the desk."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from conserje.domain.arrangements.plan import Spacing
from conserje.services.arrangements.plan_read import Plan

Words = dict[str, Promise]
STATES: Final[Words] = {
    "proposed": pgettext_lazy("plan", "proposed by the customer"),
    "offered": pgettext_lazy("plan", "offered"),
    "active": pgettext_lazy("plan", "in force"),
    "kept": pgettext_lazy("plan", "kept"),
    "ended": pgettext_lazy("plan", "ended"),
    "refused": pgettext_lazy("plan", "not agreed"),
}
TONES: Final = {"active": "done", "kept": "done", "ended": "late", "refused": "rest"}
SPACINGS: Final[Words] = {
    Spacing.WEEKLY.value: gettext_lazy("every week"),
    Spacing.FORTNIGHTLY.value: gettext_lazy("every two weeks"),
    Spacing.MONTHLY.value: gettext_lazy("every month"),
}
WHY: Final[Words] = {
    "person_above": gettext_lazy("The amount is above the one that is agreed without a person."),
    "too_many": gettext_lazy("More instalments than are agreed without a person."),
    "other_spacing": gettext_lazy("Another spacing than those that are agreed without a person."),
    "less_down": gettext_lazy("A smaller down payment than is asked for."),
    "first_too_late": gettext_lazy("The first instalment is later than is agreed without a person."),
    "too_long": gettext_lazy("The last instalment is later than is agreed without a person."),
    "broken": gettext_lazy("Ended after instalments were missed."),
    "by_person": gettext_lazy("Ended by a person."),
    "offer_over": gettext_lazy("Nobody took up the offer in time."),
    "replaced": gettext_lazy("Another plan took its place."),
}
REFUSED: Final[Words] = {
    "first_in_the_past": gettext_lazy("Its first day has passed: offer it again with another one."),
    "nothing_open": gettext_lazy("Nothing of it is open any more."),
    "invoices_changed": gettext_lazy("Its invoices are in another plan, or changed meanwhile."),
    "number_out_of_bounds": gettext_lazy("This amount cannot be divided into so many parts."),
    "offer_out_of_bounds": gettext_lazy("An offer holds from today up to 30 days."),
    "proposal_over": gettext_lazy("It is not waiting any more."),
    "nothing_late": gettext_lazy("Nothing of it is late any more."),
}


def refused(code: str) -> str:
    """The sentence of a refusal."""
    return str(REFUSED.get(code, REFUSED["invoices_changed"]))


def why(plan: Plan) -> str:
    """Why a person is asked, or how the plan ended."""
    if plan.referred_at is not None:
        return _("A second instalment was missed. It is left alone for two weeks: talk with the customer.")
    return str(WHY.get(plan.why, ""))


def what(plan: Plan) -> str:
    """How it is divided, in a line."""
    return _("%(count)s instalments, %(spacing)s") % {
        "count": len(plan.lines),
        "spacing": SPACINGS.get(plan.spacing, plan.spacing),
    }
