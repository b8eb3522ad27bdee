# SPDX-License-Identifier: Apache-2.0
"""What an import came to: counts, lines for a person, and what is missing with what it blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from conserje.domain.kit.text import terms
from conserje.domain.ports.connector import BadRow

_LEGAL_FORMS = frozenset(
    {"sas", "sa", "ltda", "limitada", "inc", "llc", "corp", "ltd", "cia", "spa", "srl", "cv", "eireli"}
)
_TRADES = frozenset(
    {"fundacion", "colegio", "hotel", "clinica", "universidad", "distribuidora", "cooperativa"}
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that nobody stated, of how many customers, and the code of what that blocks."""

    fact: str
    count: int
    blocks: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a customer's kind may be, by its name: for a person to confirm, never used."""

    customer_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One import. `counts` has the keys of `COUNTS`; `unmatched` are names of documents that belong to no invoice.

    `warnings` maps a code of `WARNINGS` to how many lines or customers it concerns; `customer_ids` are those of the
    file. Of the known customers, `customers_changed` are those about whom anything was written.
    """

    run_id: int
    counts: Mapping[str, int]
    bad_rows: tuple[BadRow, ...]
    missing: tuple[Missing, ...]
    warnings: Mapping[str, int]
    unmatched: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    customer_ids: tuple[int, ...] = ()


COUNTS = (
    "customers_new",
    "customers_known",
    "customers_changed",
    "contacts_new",
    "contacts_known",
    "invoices_new",
    "invoices_unchanged",
    "invoices_paid_down",
    "credit_notes_new",
    "credit_notes_known",
    "payments_new",
    "withholdings_new",
    "disputes_new",
    "permissions_new",
    "documents_attached",
    "documents_known",
    "documents_unmatched",
    "bad_rows",
)
WARNINGS = (
    "instalments",
    "settled_credits",
    "empty_lines",
    "behind",
    "void",
    "country_unknown",
    "time_zone_unknown",
    "kind_unknown",
    "phone_unreadable",
    "role_differs",
)


def sentence(missing: Missing) -> str:
    """What is missing and what that blocks, in one sentence, in the active language."""
    count = missing.count
    if missing.fact == "permission":
        text = ngettext(
            "%(count)d customer may not be written to, because nothing says how their addresses were given: import the"
            " file again and state the contract, order, form or e-mail in which they gave them, or ask them once when"
            " you next speak or deliver an invoice.",
            "%(count)d customers may not be written to, because nothing says how their addresses were given: import the"
            " file again and state the contract, order, form or e-mail in which they gave them, or ask them once when"
            " you next speak or deliver an invoice.",
            count,
        )
    elif missing.fact == "email":
        text = ngettext(
            "%(count)d customer has no e-mail: they cannot be written to by e-mail.",
            "%(count)d customers have no e-mail: they cannot be written to by e-mail.",
            count,
        )
    elif missing.fact == "country":
        text = ngettext(
            "%(count)d customer has no country stated: no law pack applies, so nothing leaves by itself.",
            "%(count)d customers have no country stated: no law pack applies, so nothing leaves by itself.",
            count,
        )
    elif missing.fact == "time_zone":
        text = ngettext(
            "%(count)d customer has no time zone stated: lawful hours cannot be told, so nothing leaves by itself.",
            "%(count)d customers have no time zone stated: lawful hours cannot be told, so nothing leaves by itself.",
            count,
        )
    elif missing.fact == "kind":
        text = ngettext(
            "%(count)d customer is not stated to be a company or a person: the strictest law is kept.",
            "%(count)d customers are not stated to be companies or persons: the strictest law is kept.",
            count,
        )
    else:
        text = gettext(
            "It was not stated through which day payments are recorded: messages are prepared as drafts and wait for"
            " you."
        )
    return text % {"count": count}


def warning(code: str, *, count: int) -> str:
    """A remark on how lines were read, in the active language."""
    texts = {
        "instalments": gettext(
            "%(count)d invoices stand on several lines with different due dates: read as instalments."
        ),
        "settled_credits": gettext("%(count)d credit notes were used up before: left out."),
        "empty_lines": gettext("%(count)d lines have a total of zero: left out."),
        "behind": gettext(
            "%(count)d invoices show an older balance than the books, which know of later payments or credits: kept."
        ),
        "void": gettext("%(count)d lines are void: left out."),
        "country_unknown": gettext("%(count)d customers have a country that is not known: left empty."),
        "time_zone_unknown": gettext("%(count)d customers have a time zone that is not known: left empty."),
        "kind_unknown": gettext(
            "%(count)d customers have a kind that is neither company nor person: left open."
        ),
        "phone_unreadable": gettext(
            "%(count)d telephone numbers could not be read for their country: left out."
        ),
        "role_differs": gettext(
            "%(count)d customers name another role of ours than this creditor has: look at them."
        ),
    }
    return texts[code] % {"count": count}


def reason(code: str) -> str:
    """Why the books did not take a line, or what to do about it, in the active language; "" for other codes."""
    texts = {
        "duplicate": gettext("The same invoice with the same due date stands on an earlier line."),
        "open_over_total": gettext("The balance, or the tax withheld, is more than the total."),
        "due_missing": gettext("The line has no due date."),
        "credit_sign": gettext("Total and balance have different signs."),
        "customer_ambiguous": gettext(
            "Several customers have this name and nothing tells which one is meant."
        ),
        "number_of_other_customer": gettext("The same invoice is in the books of another customer."),
        "changed_total": gettext("The invoice is in the books with another total or currency."),
        "changed_withholding": gettext("The invoice is in the books with another amount of withheld tax."),
        "open_amount_grew": gettext("The balance is higher than in the books: more is owed than before."),
        "void_but_open": gettext("The line says that the invoice is void, and in the books it is open."),
        "payment_conflict": gettext("The same payment is in the books with another amount."),
        "delete_line": gettext("Delete this line, or correct its number or due date."),
        "write_tax_id": gettext("Add the customer's code or tax id."),
        "correct_customer": gettext("Write the customer as before, or with the same tax id."),
        "look_at_invoice": gettext(
            "Nothing was changed. Compare both and correct the invoice in the books, or this line."
        ),
    }
    return texts.get(code, "")


def suggested_kind(name: str) -> str:
    """What a name looks like: "company" when it carries a company's words, else "" (a person is never presumed)."""
    words = terms(name.replace(".", ""))
    return "company" if (_LEGAL_FORMS | _TRADES).intersection(words) else ""
