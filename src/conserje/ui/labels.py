# SPDX-License-Identifier: Apache-2.0
"""The words a screen shows for codes the domain speaks:

channels, delivery states, kinds of amounts, rulings.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

CHANNELS: Final = {
    "email": _("e-mail"),
    "sms": _("text message"),
    "whatsapp": _("WhatsApp"),
    "call": _("call"),
    "voicemail": _("voicemail"),
    "prerecorded_call": _("recorded call"),
    "letter": _("letter"),
    "registered_letter": _("registered letter"),
    "app_push": _("app notice"),
    "visit_home": _("visit at home"),
    "visit_work": _("visit at work"),
    "social_dm": _("direct message"),
}
CHANNEL_ICONS: Final = {
    "email": "email",
    "sms": "chat",
    "whatsapp": "chat",
    "call": "call",
    "voicemail": "call",
    "prerecorded_call": "call",
    "letter": "letter",
    "registered_letter": "letter",
    "app_push": "bell",
    "visit_home": "person",
    "visit_work": "person",
    "social_dm": "chat",
}
# The states of a touch. A customer reads the same words as a collector.
DELIVERIES: Final = {
    "proposed": _("waiting for approval"),
    "planned": _("planned"),
    "suppressed": _("not sent"),
    "claimed": _("about to leave"),
    "handing_over": _("being sent"),
    "accepted": _("sent"),
    "unsure": _("sent, not confirmed"),
    "delivered": _("delivered"),
    "failed": _("did not arrive"),
    "answered": _("answered"),
    "no_conversation": _("no conversation"),
}
# Where an invoice stands in the customer's own house.
PROGRESS: Final = {
    "received": _("received"),
    "accepted": _("accepted for payment"),
    "missing": _("something is missing"),
}
DELIVERY_TONES: Final = {
    "proposed": "rest",
    "suppressed": "stop",
    "unsure": "rest",
    "delivered": "done",
    "failed": "late",
    "answered": "done",
}
AMOUNTS: Final = {
    "net": _("Net"),
    "tax": _("Tax"),
    "paid": _("Paid so far"),
    "credited": _("Credit notes"),
    "withheld": _("Withheld, awaiting certificate"),
    "interest": _("Interest"),
    "fees": _("Fees"),
}
RULINGS: Final = {
    "allow": _("allowed"),
    "allow_with_text": _("allowed with a mandatory text"),
    "defer_until": _("later"),
    "needs_human": _("a person decides"),
    "deny": _("not allowed"),
}
RULING_TONES: Final = {
    "defer_until": "rest",
    "needs_human": "rest",
    "deny": "stop",
    "allow": "done",
    "allow_with_text": "done",
}
CONSENTS: Final = {
    "granted": pgettext_lazy("permission", "given"),
    "unknown": pgettext_lazy("permission", "not known"),
    "revoked": pgettext_lazy("permission", "withdrawn"),
}
CONSENT_TONES: Final = {"granted": "done", "unknown": "rest", "revoked": "stop"}
BANDS: Final = {
    "0": _("not due yet"),
    "1": _("1 to 30 days"),
    "2": _("31 to 60 days"),
    "3": _("61 to 90 days"),
    "4": _("over 90 days"),
}
KINDS: Final = {
    "touch": _("Contact"),
    "reply": _("Reply"),
    "payment": _("Payment"),
    "promise": _("Promise to pay"),
    "hold": _("Hold"),
    "dispute": _("Dispute"),
    "invoice": _("Invoice"),
    "decision": _("Decision"),
    "note": _("Note"),
}
KIND_TONES: Final = {"payment": "done", "promise": "rest", "hold": "rest", "dispute": "stop"}
BASES: Final = {
    "law": pgettext_lazy("basis of a rule", "law"),
    "policy": pgettext_lazy("basis of a rule", "policy"),
    "platform": pgettext_lazy("basis of a rule", "platform"),
}
METHODS: Final = {
    "transfer": _("Bank transfer"),
    "card": _("Card"),
    "pse": _("PSE"),
    "wallet": _("Wallet (Nequi, Daviplata, Yape...)"),
    "cash": _("Cash"),
    "check": _("Check"),
    "other": _("Another way"),
}


# What a customer has to know to pay where the gateway has no page (`domain.ports.gateway.InstructionLine`).
INSTRUCTIONS: Final = {
    "reference": _("Reference"),
    "bank": _("Bank"),
    "savings": _("Savings account"),
    "checking": _("Current account"),
    "account": _("Account number"),
    "clabe": _("CLABE"),
    "cbu": _("CBU"),
    "cvu": _("CVU"),
    "alias": _("Alias"),
    "cci": _("CCI"),
    "iban": _("IBAN"),
    "swift": _("SWIFT code"),
    "holder": _("In the name of"),
    "tax_id": _("Tax number"),
    "pix": _("Pix, copy and paste"),
}


def gateway(name: str) -> str:
    """A gateway by the `name` of its folder: a way of paying in words where it is one, otherwise the brand as it is."""
    words = name.replace("_", " ")
    known = gettext(words.capitalize())
    return known if known != words.capitalize() else words.title()


def method(code: str) -> str:
    """A way of paying in words; a name of its own (Nequi, Yape) as it is, and nothing for one that is not known."""
    known = METHODS.get(code)
    return str(known) if known is not None else "" if code == "unknown" else code.title()
