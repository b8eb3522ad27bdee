# SPDX-License-Identifier: Apache-2.0
"""Lines of the bank in words: their states, what they were taken for, and why."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from conserje.domain.ports.connector import FileRefused
from conserje.domain.ports.statement import SENTENCES, StatementRefused
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.matching import LineState, MatchKind
from conserje.services.receivables.bank_lines import Line
from conserje.ui import rule_names
from conserje.ui.codes import name
from conserje.workbench import import_words
from conserje.workbench.access import Desk
from conserje.workbench.actors import who
from conserje.workbench.bank_pages import BankPaid, BankRow, BankShare

STATES: Final[dict[str, Promise]] = {
    "proposed": pgettext_lazy("lines of the bank", "Proposed"),
    "queued": pgettext_lazy("lines of the bank", "To be decided"),
    "matched": pgettext_lazy("lines of the bank", "Applied"),
    "ignored": pgettext_lazy("lines of the bank", "Left out"),
}
_OF_ONE: Final[dict[str, Promise]] = {
    "proposed": pgettext_lazy("a line of the bank", "Proposed"),
    "queued": pgettext_lazy("a line of the bank", "To be decided"),
    "matched": pgettext_lazy("a line of the bank", "Applied"),
    "ignored": pgettext_lazy("a line of the bank", "Left out"),
}
_TONES: Final = {"proposed": "late", "queued": "late", "matched": "done", "ignored": "rest"}
_KINDS: Final[dict[MatchKind, Promise]] = {
    MatchKind.CHECKOUT: gettext_lazy("A payment begun on the page, by its reference"),
    MatchKind.INVOICES: gettext_lazy("A payment"),
    MatchKind.KNOWN: gettext_lazy("A payment that is in the books already: nothing more is recorded"),
    MatchKind.PAYOUT: gettext_lazy(
        "A payout of payments that are in the books already: nothing more is recorded"
    ),
}
REASONS: Final[dict[Reason, Promise]] = {
    Reason.REFERENCE: gettext_lazy("it carries the reference of a payment begun on the page"),
    Reason.NUMBER: gettext_lazy("the text carries the number of an invoice"),
    Reason.NUMBER_ENDS: gettext_lazy("the text carries the last digits of an invoice"),
    Reason.CUSTOMER_REFERENCE: gettext_lazy("the text carries the customer's code"),
    Reason.TAX_ID: gettext_lazy("the payer's tax id is the customer's"),
    Reason.LEARNED_BANK_NUMBER: gettext_lazy("this account paid for the customer before"),
    Reason.LEARNED_NAME: gettext_lazy("this payer paid for the customer before"),
    Reason.LEARNED_TEXT: gettext_lazy("the customer's transfers said the same words before"),
    Reason.SAME_NAME: gettext_lazy("the payer is called like the customer"),
    Reason.ONLY_ONE_OF_AMOUNT: gettext_lazy("no other invoice has this amount open"),
    Reason.EXACT_AMOUNT: gettext_lazy("the amount is exactly what is open"),
    Reason.EXACT_SUM: gettext_lazy("the amount is exactly what the named invoices have open"),
    Reason.ALL_OPEN: gettext_lazy("the amount is all that the customer has open"),
    Reason.OLDEST_SUM: gettext_lazy("the amount is the sum of the oldest invoices"),
    Reason.ONE_SUM: gettext_lazy("only these invoices together make the amount"),
    Reason.NET_OF_WITHHOLDING: gettext_lazy("what is missing is a tax that payers keep back"),
    Reason.TAX_IN_DOUBT: gettext_lazy("which invoice or tax it is should be checked"),
    Reason.PART_OF: gettext_lazy("it is less than the invoice has open"),
    Reason.MORE_THAN: gettext_lazy("it is more than the invoice has open"),
    Reason.NO_SUM: gettext_lazy("no invoices together make the amount: the oldest would take it"),
    Reason.SAME_AMOUNTS: gettext_lazy("several invoices have exactly this amount open"),
    Reason.BOOKED_BEFORE: gettext_lazy("a payment of as much was written down by hand or came from a file"),
    Reason.GATEWAY_NAMED: gettext_lazy("the text names your gateway"),
    Reason.PAYOUT_EXACT: gettext_lazy("its payments add up to the amount"),
    Reason.PAYOUT_LESS_FEES: gettext_lazy("its payments add up to the amount and a fee"),
    Reason.AMOUNT_DIFFERS: gettext_lazy("the amount is not the one that was asked for"),
    Reason.CHECKOUT_IN_DOUBT: gettext_lazy("its gateway contradicted itself about that payment"),
    Reason.AMBIGUOUS: gettext_lazy("it fits more than one way equally well"),
    Reason.RIVAL: gettext_lazy("something else fits almost as well"),
    Reason.NOBODY_KNOWN: gettext_lazy("nothing tells whose money it is"),
    Reason.RETURNED: gettext_lazy("the bank returned or reversed a movement"),
    Reason.MONEY_OUT: gettext_lazy("no money came in"),
    Reason.BY_HAND: gettext_lazy("a person decided it"),
    Reason.UNDONE: gettext_lazy("a person took it back"),
    Reason.OPEN_CHANGED: gettext_lazy("what was open changed meanwhile"),
}


def refusal(refused: FileRefused) -> str:
    """Why a file was not taken, in the reader's words."""
    if isinstance(refused, StatementRefused):
        return _(SENTENCES[refused.why]).format(line=refused.line)
    return import_words.said(refused.statement) if refused.statement else str(refused)


def rows(desk: Desk, lines: list[Line]) -> tuple[BankRow, ...]:
    """Lines as they are shown, each with what this person may do about it."""
    names = who(line.decided_by for line in lines if line.decided_by not in ("", "rule"))
    return tuple(_row(desk, line, names.get(line.decided_by, "")) for line in lines)


def _row(desk: Desk, line: Line, by: str) -> BankRow:
    acts = desk.seat.may_act
    is_open = line.state in (LineState.PROPOSED, LineState.QUEUED)
    confirms = acts and is_open and line.kind is not MatchKind.NONE
    undoes = acts and (
        (line.state == LineState.MATCHED and line.kind is not MatchKind.CHECKOUT)
        or (line.state == LineState.IGNORED and Reason.BY_HAND in line.reasons)
    )
    customer_url = desk.url("customer", customer=line.customer_id) if line.customer_id else ""
    return BankRow(
        id=line.id,
        state=str(_OF_ONE[line.state]),
        tone=_TONES[line.state],
        on=line.value_on,
        amount=line.amount,
        text=line.text,
        payer=line.payer_name,
        what=str(_KINDS.get(line.kind, "")),
        reasons=tuple(str(REASONS[reason]) for reason in line.reasons),
        customer=line.customer,
        customer_url=customer_url,
        shares=tuple(
            BankShare(
                part.number,
                customer_url,
                part.paid,
                part.withheld,
                name(rule_names.TAXES, part.tax),
            )
            for part in line.shares
        ),
        payments=tuple(
            BankPaid(one.customer, desk.url("customer", customer=one.customer_id), one.amount, one.value_on)
            for one in line.payments
        ),
        left=line.left if line.kind is MatchKind.INVOICES and line.left.minor > 0 else None,
        decision=line.decision_id or 0,
        decided=by,
        note=line.note,
        url=desk.url("bank_line", line=line.id),
        confirm_url=desk.url("bank_confirmation", line=line.id) if confirms else "",
        undo_url=desk.url("bank_undo", line=line.id) if undoes else "",
    )
