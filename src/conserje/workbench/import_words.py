# SPDX-License-Identifier: Apache-2.0
"""Words of an import: its counts, its answers, and why nothing would be sent to somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _

from conserje.services.integrations import intake, intake_outcome
from conserje.services.integrations.first_week import Quiet, Week
from conserje.services.integrations.intake_sight import Sight
from conserje.ui import labels
from conserje.ui.figures import show_day
from conserje.workbench.import_pages import CountGroup
from conserje.workbench.reasons import sentence
from conserje.workbench.words import DECISIONS, Words, name

BASES: Final[Words] = {
    "contract": gettext_lazy("In a contract with us"),
    "order": gettext_lazy("In an order or a quotation that they accepted"),
    "form": gettext_lazy("In a form that they filled in"),
    "own_email": gettext_lazy("They wrote to us from that address"),
    "other": gettext_lazy("In another way"),
    "not_stated": gettext_lazy("I cannot say yet: nobody is written to"),
}
KINDS: Final[Words] = {
    "company": gettext_lazy("Companies"),
    "person": gettext_lazy("Persons"),
    "": gettext_lazy("I do not know: the strictest law is kept"),
}
OUR_ROLES: Final[Words] = {
    "": gettext_lazy("As this book is set up"),
    "first_party": gettext_lazy("They owe it to us"),
    "agency": gettext_lazy("We collect for somebody else"),
    "assignee": gettext_lazy("We bought the invoices"),
    "law_firm": gettext_lazy("We are a law firm"),
}
_CUSTOMERS: Final = {
    "customers_new": ngettext_lazy("new customer", "new customers", "count"),
    "customers_changed": ngettext_lazy("known customer, with news", "known customers, with news", "count"),
    "customers_same": ngettext_lazy("customer as in the books", "customers as in the books", "count"),
}
_INVOICES: Final = {
    "invoices_new": ngettext_lazy("new invoice", "new invoices", "count"),
    "invoices_paid_down": ngettext_lazy(
        "invoice with less open than in the books", "invoices with less open than in the books", "count"
    ),
    "invoices_unchanged": ngettext_lazy("invoice as in the books", "invoices as in the books", "count"),
}
_REST: Final = {
    "payments_new": ngettext_lazy("payment recorded", "payments recorded", "count"),
    "credit_notes_new": ngettext_lazy("credit note", "credit notes", "count"),
    "credit_notes_known": ngettext_lazy(
        "credit note that was known", "credit notes that were known", "count"
    ),
    "withholdings_new": ngettext_lazy(
        "tax withheld, waiting for its certificate", "taxes withheld, waiting for their certificates", "count"
    ),
    "disputes_new": ngettext_lazy(
        "invoice in dispute, left alone", "invoices in dispute, left alone", "count"
    ),
    "contacts_new": ngettext_lazy("new contact", "new contacts", "count"),
    "contacts_known": ngettext_lazy("known contact", "known contacts", "count"),
    "permissions_new": ngettext_lazy(
        "permission to write, with its evidence", "permissions to write, with their evidence", "count"
    ),
    "documents_attached": ngettext_lazy("document attached", "documents attached", "count"),
    "documents_known": ngettext_lazy("document that was there", "documents that were there", "count"),
    "documents_unmatched": ngettext_lazy(
        "document that belongs to no invoice", "documents that belong to no invoice", "count"
    ),
}
# What an import may write; one that has none of these changed nothing.
_NEWS: Final = (
    "customers_new",
    "customers_changed",
    "invoices_new",
    "invoices_paid_down",
    "payments_new",
    "credit_notes_new",
    "withholdings_new",
    "disputes_new",
    "contacts_new",
    "permissions_new",
    "documents_attached",
)


def has_news(counts: Mapping[str, int]) -> bool:
    """Whether an import with these counts changes the books."""
    return any(counts.get(key) for key in _NEWS)


def groups(counts: Mapping[str, int]) -> tuple[CountGroup, ...]:
    """The counts in words, in groups; what is zero is left out."""
    whole = dict(counts)
    whole["customers_same"] = counts.get("customers_known", 0) - counts.get("customers_changed", 0)
    parts = ((_("Customers"), _CUSTOMERS), (_("Invoices"), _INVOICES), (_("Besides"), _REST))
    found = []
    for title, words in parts:
        rows = tuple(
            (count, str(word % {"count": count}))
            for key, word in words.items()
            if (count := whole.get(key, 0))
        )
        if rows:
            found.append(CountGroup(title, rows))
    return tuple(found)


def short(counts: Mapping[str, int]) -> str:
    """What an import changed, in one line."""
    if not has_news(counts):
        return _("Changed nothing: all of it was in the books.")
    parts = []
    if count := counts.get("customers_new", 0):
        text = ngettext("%(count)s customer", "%(count)s customers", count)
        parts.append(text % {"count": count})
    if count := counts.get("invoices_new", 0):
        text = ngettext("%(count)s new invoice", "%(count)s new invoices", count)
        parts.append(text % {"count": count})
    if count := counts.get("invoices_paid_down", 0):
        text = ngettext("%(count)s invoice with less open", "%(count)s invoices with less open", count)
        parts.append(text % {"count": count})
    if count := counts.get("documents_attached", 0):
        text = ngettext("%(count)s document", "%(count)s documents", count)
        parts.append(text % {"count": count})
    return ", ".join(parts) or _("Facts about known customers")


def remarks(sight: Sight) -> tuple[str, ...]:
    """What was noticed while the lines were read, in sentences."""
    found = [
        intake_outcome.warning(code, count=count) for seen in sight.files for code, count in seen.warnings
    ]
    if count := sight.likely_companies:
        text = ngettext(
            "By its name, %(count)s of them looks like a company: if so, answer that they are companies.",
            "By their names, %(count)s of them look like companies: if so, answer that they are companies.",
            count,
        )
        found.append(text % {"count": count})
    return tuple(found)


def missing(sight: Sight) -> tuple[str, ...]:
    """What nobody stated about the customers, with what that blocks; before it is done, an answer is still open."""
    found = []
    for item in sight.missing:
        if item.fact == "permission" and sight.week is not None:
            text = ngettext(
                "%(count)s customer may not be written to, because nothing says how their addresses were given. Answer"
                " it in the questions, or ask them once when you next speak or deliver an invoice.",
                "%(count)s customers may not be written to, because nothing says how their addresses were given. Answer"
                " it in the questions, or ask them once when you next speak or deliver an invoice.",
                item.count,
            )
            found.append(text % {"count": item.count})
        else:
            found.append(intake_outcome.sentence(item))
    return tuple(found)


def why_quiet(quiet: Quiet) -> str:
    """Why nothing would be sent to some customers."""
    own = {
        "no_strategy": _("No strategy is in force: nothing is planned until one is adopted."),
        "no_address_at_all": _("No usable address is known."),
    }
    if quiet.code in own:
        return own[quiet.code]
    if quiet.code.startswith("decision_"):
        return name(DECISIONS, quiet.code.removeprefix("decision_"))
    return sentence(quiet.code, quiet.values)


def why_empty(sight: Sight, week: Week) -> str:
    """Why nothing at all would be sent, in one sentence: the fact whose answer would change it comes first."""
    if not sight.customers:
        return _("Nothing is planned: the files name no customer that could be written to.")
    unstated = {item.fact: item.count for item in sight.missing}
    blocks = {
        "permission": _("Nothing is planned: nobody has said how these customers gave their addresses."),
        "country": _("Nothing is planned: the customers' country is not stated, so no law can be checked."),
        "time_zone": _(
            "Nothing is planned: the customers' time zone is not stated, so no hour is known to be lawful."
        ),
        "email": _("Nothing is planned: none of these customers has an e-mail address."),
    }
    for fact, text in blocks.items():
        if unstated.get(fact) == sight.customers:
            return text
    if week.quiet:
        return _("Nothing is planned: %(why)s") % {"why": why_quiet(week.quiet[0])}
    return _("Nothing is planned for these customers.")


def place(sheet: str, line: int) -> str:
    """Where a line stands in its file."""
    where = _("Line %(line)s") % {"line": line} if line else ""
    return " · ".join(part for part in (sheet, where) if part)


def said(statement: str) -> str:
    """A statement of the file or of the books as a sentence."""
    return intake.say(statement=statement)


def joined(names: Sequence[str]) -> str:
    """Names of files in a line, the first ones."""
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" +{more}" if more > 0 else "")


def channel(code: str) -> str:
    """The name of a channel."""
    return str(labels.CHANNELS.get(code, code))


def day(text: str | None) -> str:
    """A stored day as it is written here; empty when there is none."""
    return show_day(date.fromisoformat(text), language=get_language() or "es", shape="long") if text else ""
