# SPDX-License-Identifier: Apache-2.0
"""The closed words of packs as people read them: days, kinds of people and debts, acts, rights, content."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conserje.ui.codes import Words

SECTIONS: Final[Words] = {
    "windows": _("Hours"),
    "caps": _("How often"),
    "cooldowns": _("Days between contacts"),
    "consents": _("Permission to write"),
    "other_hours": _("Other hours"),
    "revocations": _("Withdrawn permission"),
    "recipients": _("Who may be contacted"),
    "forbidden_channels": _("Channels that are never used"),
    "conditions": _("When contact stops"),
    "forbidden_content": _("What no message says"),
    "mandatory_texts": _("What messages must say"),
    "exemptions": _("Exceptions"),
    "notices": _("Notices before an act"),
    "fee_ceilings": _("Collection fees"),
    "interest_ceilings": _("Interest"),
    "withholdings": _("Taxes kept back from payments"),
    "limitations": _("Limitation"),
    "data_rights": _("Rights over data"),
    "records": _("Records"),
    "statements": _("What people must know"),
}
CONFIDENCES: Final[Words] = {
    "V": _("read in the norm"),
    "VS": _("read about the norm"),
    "MH": _("well remembered, not read"),
    "ML": _("vaguely remembered"),
}
TAXES: Final[Words] = {
    "retefuente": _("income tax withheld (retefuente)"),
    "reteiva": _("VAT withheld (reteIVA)"),
    "reteica": _("local tax withheld (reteICA)"),
    "detraccion": _("detraction (detracción)"),
    "retencion_igv": _("IGV withheld"),
    "isr": _("ISR withheld"),
    "iva_retenido": _("IVA withheld"),
}
TAX_BASES: Final[Words] = {
    "net": _("the amount before tax"),
    "tax": _("the tax of the invoice"),
    "total": _("the total of the invoice"),
}
DAYS: Final[Words] = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
    "holiday": _("holidays"),
}
CREDITORS: Final[Words] = {
    "first_party": _("the creditor itself"),
    "agency": _("collection agencies"),
    "assignee": _("buyers of debts"),
    "law_firm": _("law firms"),
}
CREDITOR_KINDS: Final[Words] = {
    "ordinary": _("ordinary creditors"),
    "financial_entity": _("financial entities"),
    "credit_grantor": _("grantors of credit"),
    "unknown": pgettext_lazy("kind", "not known"),
}
WHO_OWES: Final[Words] = {
    "natural_consumer": _("consumers"),
    "sole_trader": _("sole traders"),
    "company_final_user": _("companies as final users"),
    "company_trade": _("companies in trade"),
    "public_body": _("public bodies"),
    "unknown": pgettext_lazy("kind", "not known"),
}
DEBTS: Final[Words] = {
    "trade": _("trade"),
    "consumer_sale": _("sales to consumers"),
    "consumer_credit": _("consumer credit"),
    "housing": _("housing"),
    "student": _("studies"),
    "microcredit": _("microcredit"),
    "agricultural": _("farming"),
    "family": _("family maintenance"),
    "labour": _("work"),
    "tax": _("taxes"),
    "unknown": pgettext_lazy("kind", "not known"),
}
PLACES: Final[Words] = {
    "personal": _("the customer's own line or address"),
    "elsewhere": _("a line or address elsewhere, such as work"),
}
COUNTS: Final[Words] = {
    "attempt": _("every attempt"),
    "delivered": _("what was delivered"),
    "answered": _("what was answered"),
    "two_way": _("conversations"),
}
WEEKS: Final[Words] = {
    "iso_week": _("Monday to Sunday"),
    "rolling_7d": _("any seven days in a row"),
    "both_strict": _("Monday to Sunday and any seven days in a row, whichever is stricter"),
}
CONTENT: Final[Words] = {
    "ask_reason_for_default": _("a question why somebody has not paid"),
    "threat": _("threats"),
    "shame": _("shame, ridicule or insults"),
    "false_bureau_threat": _("threats with a credit bureau that are not true"),
    "court_like_document": _("the look of a court's document"),
    "marketing_in_collection": _("advertising"),
    "public_exposure": _("public exposure"),
    "third_party_pressure": _("pressure through other people"),
    "forbidden_word": _("forbidden words"),
    "short_link": _("shortened links"),
    "false_urgency": _("urgency that is not true"),
    "calque": _("words badly translated"),
}
TEXT_WHEN: Final[Words] = {
    "every_contact": _("Every contact"),
    "written_contact": _("Every written contact"),
    "every_electronic_contact": _("Every electronic contact"),
    "voice_contact": _("Every contact by voice"),
    "first_contact": _("The first contact"),
    "first_contact_of_month": _("The first contact of a month"),
    "bot_or_voice_ai": _("Every contact with a recorded voice"),
}
TEXT_PLACES: Final[Words] = {
    "opening": _("at the beginning"),
    "body": _("in the body"),
    "closing": _("at the end"),
}
ACTS: Final[Words] = {
    "bureau_report": _("reporting to a credit bureau"),
    "legal_action": _("going to court"),
    "escalation": _("writing to somebody higher"),
    "agency_contact": _("contact by an agency"),
    "fee_charge": _("charging a fee"),
}
PROOFS: Final[Words] = {
    "holder_authorisation": _("the authorisation of the person"),
    "debt_certain_due_payable": _("that the debt is certain, due and payable"),
    "no_open_dispute": _("that nothing is disputed"),
    "not_under_dispute_procedure": _("that no procedure about it is open"),
    "prior_demand": _("an earlier demand"),
    "prior_information": _("that it was told beforehand"),
    "prior_disclosure": _("that the price was told beforehand"),
    "real_work": _("work that was really done"),
    "negotiation_attempt": _("an attempt to negotiate"),
}
EFFECTS: Final[Words] = {
    "inform": _("The date is only shown."),
    "warn": _("A warning is shown."),
    "needs_human": _("After it a person decides."),
    "deny": _("After it nobody is contacted."),
}
INTERRUPTIONS: Final[Words] = {
    "acknowledgement": _("an acknowledgement"),
    "part_payment": _("a part payment"),
    "extrajudicial_demand": _("a demand out of court"),
    "lawsuit": _("a lawsuit"),
}
RIGHTS: Final[Words] = {
    "query": _("a query about data"),
    "claim": _("a claim about data"),
    "access": _("a request for access to data"),
    "rectification": _("a request to correct data"),
    "erasure": _("a request to erase data"),
    "objection": _("an objection to the use of data"),
    "portability": _("a request to carry data elsewhere"),
    "blocking": _("a request to block data"),
    "breach": _("a breach of data"),
}
RECORDS: Final[Words] = {
    "contacts": _("contacts"),
    "recordings": _("recordings"),
    "bureau_paid": _("bureau reports of debts that were paid"),
    "bureau_unpaid": _("bureau reports of debts that were not paid"),
}
KEPT_FROM: Final[Words] = {
    "contact": _("the contact"),
    "last_activity": _("the last activity"),
    "due": _("the due date"),
    "payment": _("the payment"),
}
PERIODS: Final[Words] = {"year": _("a year"), "month": _("a month")}
FEES: Final[Words] = {
    "none": _("No collection fees may be charged."),
    "real_disclosed_work": _(
        "Only work really done and told beforehand may be charged: a person decides how much."
    ),
    "actual_outlays": _("Only what was really spent may be charged: a person decides how much."),
    "contract_only": _("Only what the contract says may be charged: a person decides how much."),
}
FEE_BASES: Final[Words] = {
    "debt": _("for each debt"),
    "invoice": _("for each invoice"),
    "due_date": _("for each due date"),
}
READINGS: Final[Words] = {
    "contact_counting": _("Which contacts count"),
    "week_definition": _("What a week is"),
    "company_trade": _("Companies in trade"),
    "daily_cap_scope": _("What the limit of a day counts"),
    "gap_days": _("How days between contacts are counted"),
    "call_counts": _("Which calls count"),
    "weekdays_only": _("Only working days"),
    "one_contact_per_week": _("Only one contact a week"),
    "push_is_a_letter": _("Whether an app notice is a letter"),
    "bureau_notice_form": _("How the notice before a bureau report is given"),
}
OPTIONS: Final[Words] = {
    **COUNTS,
    **WEEKS,
    "apply": _("the rules bind"),
    "exempt": _("the rules do not bind"),
    "true": _("yes"),
    "false": _("no"),
    "total": _("all channels together"),
    "per_mechanism": _("each channel apart"),
    "full_days_between": _("full days between"),
    "date_difference": _("difference of dates"),
    "letter": _("letter"),
    "electronic": _("electronic"),
}
OWN_POLICY: Final = _("our own choice")
