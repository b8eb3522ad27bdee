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
    "other_hours": "{rule}: the customer asked for other hours, valid until {until}.",
    "exempt": "{rule}: a contact for {purpose} is free of {lifts}.",
    "text_required": "{rule}: the message must carry '{slot}'.",
    "notice_missing": "{rule}: {count} notices are needed first, and {made} are recorded.",
    "notice_too_recent": "{rule}: {days} days must pass after the notice of {date}.",
    "notice_deadline_passed": "{rule}: the term of {months} months ended on {date}.",
}


def sentence(*, hit: Hit) -> str:
    """The English sentence of one hit, filled in; raises `KeyError` for a code without a sentence."""
    return SENTENCES[hit.reason].format(**{"rule": hit.rule, **dict(hit.values)})
