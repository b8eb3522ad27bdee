# SPDX-License-Identifier: Apache-2.0
"""What the law's rules say, for the person who has to understand a refusal: one sentence for each code of the gate.

The codes are those of `domain.rules.reasons`; the rule that spoke stands beside the sentence, so it is not repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conserje.ui.codes import Known, Words, name

SENTENCES: Final[Words] = {
    "outside_window": _(
        "Outside the hours for contact, %(opens)s to %(closes)s: there it would be %(local)s."
    ),
    "closed_day": _("Nobody is contacted on that day (%(local)s there)."),
    "holiday": _("%(date)s is a public holiday, %(holiday)s: nobody is contacted."),
    "cap_day": _("At most %(maximum)s a day: on %(date)s there was %(made)s already."),
    "cap_week": _("At most %(maximum)s a week: in that week there was %(made)s already."),
    "cap_run": _("At most %(maximum)s in %(days)s days: in those there was %(made)s already."),
    "cap_after_answer": _("After an answer on %(date)s only %(maximum)s more may follow that day."),
    "one_channel_a_week": _("One channel a week: in that week it was %(used)s."),
    "cooldown": _("%(days)s full days must lie between contacts; the last one was on %(date)s."),
    "consent_missing": _("Nobody has recorded that this customer may be contacted by %(channel)s."),
    "consent_revoked": _("The customer asked not to be contacted by %(channel)s."),
    "recipient_forbidden": _("Nobody who is %(role)s to the customer is contacted about what they owe."),
    "recipient_allowed": _("Someone who is %(role)s is contacted under the same rules as the customer."),
    "recipient_unclear": _(
        "No rule says whether someone who is %(role)s may be contacted: a person decides."
    ),
    "channel_forbidden": _("%(channel)s is not allowed for this."),
    "zone_unknown": _("The customer's time zone is not known, so the hour there cannot be checked."),
    "zone_invalid": _("“%(zone)s” is not a time zone, so the hour there cannot be checked."),
    "year_not_certified": _("The holidays of %(year)s have not been checked in %(pack)s."),
    "pack_expired": _("%(pack)s should have been reviewed by %(review_by)s and was not."),
    "no_pack": _("No reviewed rules cover %(country)s for this kind of contact: a person decides."),
    "no_lawful_instant": _("There is no lawful moment before %(until)s."),
    "time_barred": _("The debt is time-barred: nobody is contacted about it."),
    "insolvent": _("The customer is in insolvency proceedings: nobody is contacted about the debt."),
    "deceased_or_minor": _("The customer has died or is a minor: nobody is contacted."),
    "paid": _("The debt is paid: nobody is contacted about it."),
    "wrong_person": _("This person does not owe it: nobody is contacted."),
    "identity_disputed": _("The person says that they are somebody else: a person checks first."),
    "disputed": _("The debt is disputed: nobody is contacted about it until that is settled."),
    "in_court": _("The debt is before a court: nobody is contacted about it."),
    "attorney_represented": _("An attorney speaks for the customer: the customer is not contacted."),
    "cease_request": _("The customer asked in writing to be left alone."),
    "breathing_space": _("The customer is in a breathing space: nobody is contacted about the debt."),
    "health_moratorium": _("The customer is in a moratorium for reasons of health: nobody is contacted."),
    "debt_advice": _("The customer is taking debt advice: nobody is contacted meanwhile."),
    "other_hours": _("The customer asked for other hours, valid until %(until)s."),
    "exempt": _("A %(purpose)s is free of: %(lifts)s."),
    "text_required": _("The message must say: %(slot)s."),
    "notice_missing": _("%(count)s notices are needed first; %(made)s are recorded."),
    "notice_too_recent": _("%(days)s days must pass after the notice of %(date)s."),
    "notice_too_late": _("The notice had to be given by %(date)s, within %(days)s days of default."),
    "notice_fact_missing": _("This must first be documented: %(fact)s."),
    "notice_amount_small": _("Nothing is done below %(minimum)s (minor units of %(currency)s)."),
    "notice_deadline_passed": _("The term of %(months)s months ended on %(date)s."),
}
# The same in two or three words, for a list of them.
SHORT: Final[Words] = {
    "outside_window": pgettext_lazy("why", "hour"),
    "closed_day": pgettext_lazy("why", "day without contacts"),
    "holiday": pgettext_lazy("why", "public holiday"),
    "cap_day": pgettext_lazy("why", "contact of the day used"),
    "cap_week": pgettext_lazy("why", "contact of the week used"),
    "cap_run": pgettext_lazy("why", "contacts of the period used"),
    "cap_after_answer": pgettext_lazy("why", "answered today"),
    "one_channel_a_week": pgettext_lazy("why", "another channel this week"),
    "cooldown": pgettext_lazy("why", "days between contacts"),
    "consent_missing": pgettext_lazy("why", "permission not known"),
    "consent_revoked": pgettext_lazy("why", "permission withdrawn"),
    "recipient_forbidden": pgettext_lazy("why", "person not allowed"),
    "recipient_unclear": pgettext_lazy("why", "person in doubt"),
    "channel_forbidden": pgettext_lazy("why", "channel not allowed"),
    "zone_unknown": pgettext_lazy("why", "time zone not known"),
    "zone_invalid": pgettext_lazy("why", "time zone not valid"),
    "year_not_certified": pgettext_lazy("why", "holidays not checked"),
    "pack_expired": pgettext_lazy("why", "rules to be reviewed"),
    "no_pack": pgettext_lazy("why", "no rules for the country"),
    "no_lawful_instant": pgettext_lazy("why", "no lawful moment"),
    "time_barred": pgettext_lazy("why", "time-barred"),
    "insolvent": pgettext_lazy("why", "insolvency"),
    "deceased_or_minor": pgettext_lazy("why", "died or a minor"),
    "paid": pgettext_lazy("why", "paid"),
    "wrong_person": pgettext_lazy("why", "wrong person"),
    "identity_disputed": pgettext_lazy("why", "identity in doubt"),
    "disputed": pgettext_lazy("why", "disputed"),
    "in_court": pgettext_lazy("why", "before a court"),
    "attorney_represented": pgettext_lazy("why", "has an attorney"),
    "cease_request": pgettext_lazy("why", "asked to be left alone"),
    "breathing_space": pgettext_lazy("why", "breathing space"),
    "health_moratorium": pgettext_lazy("why", "moratorium for health"),
    "debt_advice": pgettext_lazy("why", "debt advice"),
    "notice_too_late": pgettext_lazy("why", "notice too late"),
    "notice_fact_missing": pgettext_lazy("why", "not documented"),
    "notice_amount_small": pgettext_lazy("why", "amount too small"),
    "notice_missing": pgettext_lazy("why", "notice missing"),
    "notice_too_recent": pgettext_lazy("why", "notice too recent"),
    "notice_deadline_passed": pgettext_lazy("why", "term over"),
}
RULINGS: Final[Words] = {
    "allow": _("It may be made."),
    "allow_with_text": _("It may be made, with the words it must carry."),
    "defer_until": _("Not now: it has to wait."),
    "needs_human": _("A person decides."),
    "deny": _("It may not be made."),
}
ROLES: Final[Words] = {
    "debtor": pgettext_lazy("to the customer", "the customer"),
    "co_debtor": pgettext_lazy("to the customer", "a co-debtor"),
    "guarantor": pgettext_lazy("to the customer", "a guarantor"),
    "authorised_rep": pgettext_lazy("to the customer", "authorised to answer"),
    "attorney": pgettext_lazy("to the customer", "an attorney"),
    "spouse": pgettext_lazy("to the customer", "the spouse"),
    "beneficiary": pgettext_lazy("to the customer", "a beneficiary"),
    "reference": pgettext_lazy("to the customer", "a reference"),
    "family": pgettext_lazy("to the customer", "family"),
    "neighbour": pgettext_lazy("to the customer", "a neighbour"),
    "employer": pgettext_lazy("to the customer", "an employer"),
    "coworker": pgettext_lazy("to the customer", "a colleague"),
    "minor": pgettext_lazy("to the customer", "a minor"),
    "other_third_party": pgettext_lazy("to the customer", "a third person"),
}
SLOTS: Final[Words] = {
    "creditor_identity": _("who writes"),
    "obligation_reference": _("which invoice it is about"),
    "amount_breakdown": _("the amount with its parts"),
    "how_to_change_channel_or_stop": _("how to change the channel or stop"),
    "data_controller_and_rights": _("who answers for the data, and the rights over them"),
    "how_to_stop": _("how to stop messages"),
    "collector_identity": _("who collects and for whom"),
    "contract_and_due_date": _("the contract and the date it was due"),
    "calculation_date": _("on which day the amount was calculated"),
    "payment_options": _("how it can be paid"),
    "pay_only_to_creditor": _("that payment goes only to the creditor"),
    "right_to_pay_creditor": _("the right to pay the original creditor"),
    "right_to_written_information": _("the right to information in writing"),
    "extrajudicial_nature": _("that it is not a document of a court"),
    "debt_collector_notice": _("that it comes from a debt collector"),
    "validation_notice": _("how to dispute the debt, and until when"),
    "time_barred_disclosure": _("that the debt is too old to be sued for"),
    "bureau_file_warning": _("to which bureau it may be reported"),
    "complaint_body": _("where to complain"),
    "automated_assistant_disclosure": _("that a machine is speaking"),
}
PURPOSES: Final[Words] = {
    "pre_due_reminder": _("reminder before the date"),
    "collection": _("reminder of an overdue amount"),
    "legal_notice": _("formal notice"),
    "payment_confirmation": _("payment confirmation"),
    "requested_info": _("answer that was asked for"),
    "complaint_reply": _("answer to a complaint"),
}
LIFTS: Final[Words] = {
    "caps": _("limits of frequency"),
    "windows": _("hours"),
    "consent_unknown": _("unknown permission"),
}
_TABLES: Final[Mapping[str, Words]] = {"role": ROLES, "slot": SLOTS, "purpose": PURPOSES, "lifts": LIFTS}


def sentence(code: str, values: Mapping[str, str]) -> str:
    """The sentence of one code of the gate; `values` are days and channels already as people read them."""
    told = {key: _told(key, value) for key, value in values.items()}
    text = str(SENTENCES[code]) % Known(told)
    return text[:1].upper() + text[1:]


def _told(key: str, value: str) -> str:
    table = _TABLES.get(key)
    return value if table is None else ", ".join(name(table, one) for one in value.split(", "))
