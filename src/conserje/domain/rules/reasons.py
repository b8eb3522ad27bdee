# SPDX-License-Identifier: Apache-2.0
"""The stable codes the gate answers with, and the English sentence of each for the screen catalogue.

`{placeholders}` are filled from `Hit.values`, plus `rule`. The journal keeps codes: none is
ever renamed or given another meaning.
"""

from __future__ import annotations

from conserje.domain.rules.verdict import Hit

SENTENCES: dict[str, str] = {
    "outside_window": "Outside the contact hours of {rule}: open {opens} to {closes}; it is {local} there.",
    "closed_day": "{rule} allows no contact on this day ({local}).",
    "holiday": "{date} is a public holiday ({holiday}): {rule} allows no contact.",
    "cap_day": "{rule} allows {maximum} a day, and {made} went out on {date}.",
    "cap_week": "{rule} allows {maximum} a week, and {made} went out in it.",
    "cap_run": "{rule} allows {maximum} in {days} days, and {made} went out in them.",
    "cap_after_answer": "{rule}: after an answer on {date} only {maximum} more may follow that day.",
    "one_channel_a_week": "{rule} allows one channel a week, and this week {used} was used.",
    "cooldown": "{rule} asks for {days} full days after the contact of {date}.",
    "consent_missing": "{rule}: nobody recorded that this customer may be contacted by {channel}.",
    "consent_revoked": "{rule}: the customer asked not to be contacted by {channel}.",
    "recipient_forbidden": "{rule}: a person with the role {role} is never contacted about this.",
    "recipient_allowed": "{rule}: a person with the role {role} is contacted under the same rules.",
    "recipient_unclear": "{rule}: nothing here says whether a person with the role {role} may be contacted.",
    "channel_forbidden": "{rule}: {channel} is not allowed.",
    "zone_unknown": "The customer's time zone is unknown, so the hour there cannot be checked.",
    "zone_invalid": "'{zone}' is not a time zone, so the hour there cannot be checked.",
    "year_not_certified": "The holidays of {year} are not certified in pack {pack}.",
    "pack_expired": "Pack {pack} was to be reviewed by {review_by} and was not.",
    "no_pack": "No reviewed rules cover {country} for this kind of contact.",
    "no_lawful_instant": "No lawful moment was found before {until}.",
    "time_barred": "The debt is time-barred: {rule} stops contacts about it.",
    "insolvent": "The customer is in insolvency proceedings: {rule} stops contacts about the debt.",
    "deceased_or_minor": "The customer died or is a minor: {rule} stops contacts.",
    "paid": "The debt is paid: {rule} stops contacts about it.",
    "wrong_person": "This person does not owe it: {rule} stops contacts.",
    "identity_disputed": "The person says that they are somebody else: {rule} asks to check first.",
    "disputed": "The debt is disputed: {rule} stops contacts until that is settled.",
    "in_court": "The debt is before a court: {rule} stops contacts about it.",
    "attorney_represented": "An attorney speaks for the customer: {rule} stops contacts with the customer.",
    "cease_request": "The customer asked in writing to be left alone: {rule} stops contacts.",
    "breathing_space": "The customer is in a breathing space: {rule} stops contacts about the debt.",
    "health_moratorium": "The customer is in a moratorium for reasons of health: {rule} stops contacts.",
    "debt_advice": "The customer is taking debt advice: {rule} stops contacts meanwhile.",
    "other_hours": "{rule}: the customer asked for other hours, valid until {until}.",
    "exempt": "{rule}: a contact for {purpose} is free of {lifts}.",
    "text_required": "{rule}: the message must carry '{slot}'.",
    "notice_missing": "{rule}: {count} notices are needed first, and {made} are recorded.",
    "notice_too_recent": "{rule}: {days} days must pass after the notice of {date}.",
    "notice_too_late": "{rule}: the notice had to be given by {date}, within {days} days of default.",
    "notice_fact_missing": "{rule}: it must first be documented that '{fact}'.",
    "notice_amount_small": "{rule}: nothing is done below {minimum} minor units of {currency}.",
    "notice_deadline_passed": "{rule}: the term of {months} months ended on {date}.",
}


def sentence(*, hit: Hit) -> str:
    """The English sentence of one hit, filled in; raises `KeyError` for a code without a sentence."""
    return SENTENCES[hit.reason].format(**{"rule": hit.rule, **dict(hit.values)})
