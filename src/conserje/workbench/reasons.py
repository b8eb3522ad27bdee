# SPDX-License-Identifier: Apache-2.0
"""A sentence for every code that says why something is, or is not, done. Law has its own in `law_words`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conserje.ui import figures, labels, law_words
from conserje.workbench.words import LETTERS, STAGES, Known, Words, name

# Why a decision is what it is, and why a contact planned earlier did not leave.
SENTENCES: Final[Words] = {
    "touch_in_hand": _("A contact is already on its way (%(state)s)."),
    "nothing_due": _("Nothing is due."),
    "below_minimum": _("What is open is below the amount from which this strategy writes."),
    "left_alone_dispute": _("In dispute: that part is left alone while it is looked at."),
    "left_alone_promise": _("Left alone because of a promise to pay, until %(until)s."),
    "left_alone_promise.open": _("Left alone because of a promise to pay."),
    "left_alone_claimed_paid": _("The customer says it is paid: left alone while the payment is looked for."),
    "left_alone_paying": _("A payment is under way: left alone until %(until)s."),
    "left_alone_contested": _("Money of it went back or is asked back: left alone until a person decides."),
    "left_alone_contested.open": _(
        "Money of it went back or is asked back: left alone until a person decides."
    ),
    "left_alone_doubted": _(
        "A payment of it is in doubt: left alone until a person says what the gateway shows."
    ),
    "left_alone_doubted.open": _(
        "A payment of it is in doubt: left alone until a person says what the gateway shows."
    ),
    "left_alone_enquiry": _("The customer wrote to us: left alone until somebody answers."),
    "left_alone_agreement": _("Left alone by what was agreed, until %(until)s."),
    "left_alone_agreement.open": _("Left alone by what was agreed."),
    "left_alone_hold": _("On hold until %(until)s."),
    "left_alone_retrying": _("The card is tried again in silence: nobody is written to before %(until)s."),
    "left_alone_hold.open": _("On hold until a person releases it."),
    "left_alone_plan": _("A payment plan waits for an answer: left alone until %(until)s."),
    "left_alone_plan.open": _("A payment plan waits for an answer: left alone."),
    "plan": _("A payment plan was agreed: its instalments are what is due."),
    "plan_ended": _("The payment plan ended: a new case begins."),
    "contacts_used": _(
        "All %(max)s contacts of this strategy have been made. A person decides how to go on."
    ),
    "every_step_made": _("Every step has been made. A person decides how to go on."),
    "delivery_failed": _("“%(step)s” could not be delivered twice. A person finds another way."),
    "channel_not_ready": _("No carrier is set up for %(channel)s, or it is stopped."),
    "no_address": _("No usable address for %(channel)s."),
    "channel_refused": _("Not through %(channel)s (%(rules)s): %(why)s."),
    "deferred": _("Waits for the rules (%(rules)s): %(why)s."),
    "payments_not_recorded": _(
        "Payments are recorded through %(since)s only, so a person looks before it leaves."
    ),
    "payments_not_recorded.open": _(
        "Nobody has said through which day payments are recorded, so a person looks first."
    ),
    "steps_overtaken": _("Passed over, their day had gone: %(steps)s."),
    "step_due": _("The day of this step has come."),
    "day_not_come": _("The day of this step has not come yet."),
    "not_a_writing_day": _(
        "This strategy does not write on that day of the week: it waits for the next one."
    ),
    "day_passed": _("The date passed, so the reminder before it is not sent."),
    "paid": _("It was paid before this could leave."),
    "nothing_owed": _("Nothing is owed any more."),
    "not_that_late_any_more": _("After a payment or a change it is not that late any more."),
    "changed_meanwhile": _("Something changed while it was about to leave: judged again."),
    "words_outdated": _(
        "Its own words were written about something else, or too long ago: it was begun anew."
    ),
    "words_not_allowed": _("Its own words may not leave any more: change them."),
    "text_missing": _("It lacks a text that the law asks for: put it back into the template."),
    "refused_by_person": _("A person did not want it sent."),
    "refused": _("Refused by the rules."),
    "restored": _("The books were restored from a backup made before this: it may have left already."),
    "outside_record_unwritable": _(
        "The server could not note that it leaves, so it stayed: tried again later."
    ),
    "worker_lost": _("The connection was lost while it was being sent: nobody knows whether it arrived."),
}
# What a carrier or its server answered, where a person can do something about it.
ANSWERS: Final[Words] = {
    "address_unknown": _("That address does not exist."),
    "address_malformed": _("The address is not written as an address."),
    "address_moved": _("The person has moved to another address."),
    "address_disabled": _("The mailbox is closed."),
    "address_takes_no_mail": _("That address takes no mail."),
    "address_needs_utf8": _("The address has signs that the server cannot handle."),
    "domain_unknown": _("The domain of the address does not exist."),
    "mailbox_full": _("The mailbox is full."),
    "too_large": _("The message is too large for their server."),
    "greylisted": _("Their server asked to try again later."),
    "rate_limited": _("Their server takes no more from us for now."),
    "server_busy": _("Their server was busy."),
    "server_full": _("Their server had no room."),
    "server_misconfigured": _("Their server is not set up well."),
    "rejected_content": _("Their server did not want the content."),
    "rejected_policy": _("Their server refused it by a rule of its own."),
    "rejected_sender": _("Their server did not accept us as sender."),
    "sign_in_refused": _("Our mail server did not let us in. Look at its user and password."),
    "protocol_refused": _("The server did not understand the exchange."),
    "answer_unreadable": _("The server's answer could not be read: nobody knows whether it arrived."),
    "timed_out": _("Their server took the message and did not answer in time."),
    "connection_lost": _("The connection broke before their server answered."),
    "carrier_failed": _("Our own process stopped while it was handing the message over."),
    "poisoned": _("Whatever process handled it stopped, five times. Nothing else waits for it."),
    "failed": _(
        "It is written once more by itself. If that fails too, put right what is wrong and try it once more."
    ),
    "cannot_be_written": _("Its letter could not be written. Look at the customer's facts and at the brand."),
    "unknown": _("Refused without a reason that we know."),
}
# What says only that a step's turn came, or has not come.
ROUTINE: Final = frozenset({"day_not_come", "step_due", "nothing_due", "touch_in_hand"})
_DAYS: Final = frozenset({"until", "since", "date", "review_by", "local"})


def sentence(code: str, values: Iterable[tuple[str, str]] = ()) -> str:
    """Why, in a sentence: of a decision, of the law, or of a carrier. A code without one is shown as it is.

    Of "failed.KeyError" the second word is for whoever runs the installation.
    """
    given = dict(values)
    code = code if not code.startswith("failed.") else "failed"
    if code in law_words.SENTENCES and code not in SENTENCES:
        return law_words.sentence(code, shown(given))
    table = SENTENCES if code in SENTENCES else ANSWERS
    key = code if f"{code}.open" not in table or any(given.get(one) for one in _DAYS) else f"{code}.open"
    return str(table[key]) % Known(shown(given)) if key in table else code


def shown(values: Mapping[str, str]) -> dict[str, str]:
    """Values as people read them: days, channels, states, steps and the short names of reasons."""
    return {key: _shown(key, value) for key, value in values.items()}


def _shown(key: str, value: str) -> str:
    if key in _DAYS:
        return _day(value)
    if key in ("channel", "used"):
        return str(labels.CHANNELS.get(value, value))
    if key == "state":
        return str(labels.DELIVERIES.get(value, value))
    if key in ("step", "steps"):
        return ", ".join(name(LETTERS, one) for one in value.split(", "))
    if key == "why":
        return ", ".join(str(law_words.SHORT.get(one, one)) for one in value.split(", ") if one)
    if key == "stage":
        return name(STAGES, value)
    return value


def _day(value: str) -> str:
    try:
        return figures.show_day(date.fromisoformat(value[:10]), language=get_language() or "es") + value[10:]
    except ValueError:
        return value
