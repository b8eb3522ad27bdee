# SPDX-License-Identifier: Apache-2.0
"""What is wrong with words that may not leave, in the language of the person who wrote them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.workbench.words import Words

CATEGORIES: Final[Words] = {
    "ask_reason_for_default": gettext_lazy(
        "Asks why it was not paid. Offer a date or a way of paying instead."
    ),
    "threat": gettext_lazy("Threatens. Say what comes next, and when."),
    "shame": gettext_lazy("Reproaches or shames. State the facts."),
    "insult": gettext_lazy("Insults or mocks."),
    "false_bureau_threat": gettext_lazy(
        "Holds out a report to a credit bureau. A lawful notice is a letter of its own."
    ),
    "court_like_document": gettext_lazy(
        "Looks like a document of a court. This is a letter between two parties."
    ),
    "marketing_in_collection": gettext_lazy("Advertises. A reminder sells nothing."),
    "forbidden_word": gettext_lazy("A word that this house does not use with customers."),
    "short_link": gettext_lazy("A short link hides where it leads. Use the link of the message."),
    "false_urgency": gettext_lazy("Hurries without cause. Give a real date."),
    "impossible_claim": gettext_lazy("Says what nobody can know, or what was said before and did not hold."),
    "third_party_pressure": gettext_lazy("Brings in somebody else. This is between you and the customer."),
    "exposed_debt": gettext_lazy(
        "Anybody who sees the screen could read this. Keep what is owed for the inside."
    ),
    "acknowledge_debt": gettext_lazy(
        "Asks the customer to admit the debt, which may revive one that is time-barred."
    ),
    "pretended_identity": gettext_lazy("Speaks as somebody we are not."),
    "asked_secret": gettext_lazy("Asks for card data or a password. Nobody may send those in a message."),
    "calque": gettext_lazy("Translated word for word: it is not said so."),
    "capitals": gettext_lazy("Capitals read like shouting."),
    "form_of_address": gettext_lazy("The customer is addressed as usted."),
}


def fault(code: str) -> str:
    """What is built wrong, for a code of `wording.edited.faults`."""
    kind, _sep, about = code.partition(":")
    if kind == "link":
        return _("A link leads to %(address)s: only the link of the message may stand here.") % {
            "address": about
        }
    if kind == "part":
        return _("There is no part called ::: %(name)s in this letter.") % {"name": about}
    if kind == "missing":
        return _("The line ::: %(name)s is gone: put it back, every letter needs it.") % {"name": about}
    return {
        "too_long": _("The text is too long."),
        "braces": _("Braces {{ }} and {% %} cannot stand here."),
        "subject": _("The subject is one line of at most 150 characters, and not empty."),
    }.get(kind, _("The letter cannot be written with these words: put its lines back as they were."))
