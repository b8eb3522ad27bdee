# SPDX-License-Identifier: Apache-2.0
"""What is owed, invoice by invoice: amounts with their parts, pauses, files, and what paying it now pays."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from conserje.domain.kit.money import Money, total
from conserje.domain.outreach.case import Block, BlockKind, Case, Due
from conserje.portal.pages import AmountLine, CurrencyGroup, Document, OpenInvoice, PaidInvoice, Pause
from conserje.portal.visit import Visit
from conserje.services.arrangements import agreement, word
from conserje.services.receivables import account, gateway
from conserje.services.receivables.account import InvoiceStanding, Paper
from conserje.services.receivables.gateway import Offer
from conserje.ui.labels import method
from conserje.ui.listing import Option, Pager

PAGE_SIZE = 20
# Of what may have been paid already nobody is offered to pay it again.
_PERHAPS_PAID = ("processing", "doubted")
_DOCUMENT_KINDS = {"application/pdf": "PDF", "application/xml": "XML", "text/xml": "XML"}


@dataclass(frozen=True, slots=True)
class Account:
    """Everything owed and paid by a reader, before it is cut into pages.

    `open` comes without what only a page shows of an invoice (its parts and files): that is in `rows`, by its id.
    `not_found_on` is the day of a payment we were told of lately and could not find.
    """

    open: tuple[OpenInvoice, ...]
    paid: tuple[PaidInvoice, ...]
    offers: tuple[Offer, ...]
    rows: Mapping[str, InvoiceStanding]
    country: str = ""
    tax_id: str = ""
    not_found_on: date | None = None

    def of(self, currency: str) -> tuple[OpenInvoice, ...]:
        """The open invoices of one currency."""
        return tuple(item for item in self.open if item.open.currency == currency)

    def currencies(self) -> tuple[str, ...]:
        """The currencies something is open in, the largest number of invoices first."""
        counts: dict[str, int] = defaultdict(int)
        for item in self.open:
            counts[item.open.currency] += 1
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the invoices of a reader: pauses and the words they rest on, what an agreement leaves to pay,
    where they are in the reader's own house, and the next day of a plan.
    """

    blocks: Sequence[Block]
    said: Mapping[tuple[BlockKind, int], date]
    to_pay: Mapping[int, int]
    stands: Mapping[int, str]
    planned_on: date


def read(visit: Visit, case: Case) -> Account:
    """The account of a reader; `case` is the one that was decided on, so both say the same."""
    who = {"creditor_id": visit.creditor_id, "customer_id": visit.customer_id}
    rows = account.invoices(**who)
    spoken = any(block.kind in (BlockKind.PROMISE, BlockKind.CLAIMED_PAID) for block in case.blocks)
    agreed = any(block.kind is BlockKind.AGREEMENT for block in case.blocks)
    told = word.told_us(**who, now=visit.now)
    around = _Around(
        blocks=[block for block in case.blocks if block.until is None or block.until >= visit.today],
        said={(item.kind, item.ref): item.on for item in word.given(**who)} if spoken else {},
        to_pay=agreement.to_pay(**who) if agreed else {},
        stands=told.stands,
        planned_on=min((due.due_on for due in case.dues if due.late_after is not None), default=visit.today),
    )
    dues: dict[int, list[Due]] = defaultdict(list)
    for due in case.dues:
        dues[due.invoice_id].append(due)
    return Account(
        open=tuple([_open(visit, row, dues[row.id], around) for row in rows if row.open]),
        paid=tuple(_paid(visit, row) for row in reversed(rows) if not row.open),
        offers=gateway.offers(creditor_id=visit.creditor_id),
        rows={str(row.id): row for row in rows},
        country=case.subject.country or visit.creditor.country,
        tax_id=visit.opened.tax_id,
        not_found_on=told.not_found_on,
    )


def groups(
    visit: Visit, found: Account, *, pages: Mapping[str, int], chosen: Collection[str] | None = None
) -> tuple[CurrencyGroup, ...]:
    """The account in groups of one currency. `pages` says which page of each; `chosen` are ticks to keep."""
    return tuple(
        _group(visit, found, currency, page=pages.get(currency, 1), chosen=chosen)
        for currency in found.currencies()
    )


def proposed(invoices: Sequence[OpenInvoice]) -> tuple[OpenInvoice, ...]:
    """What the large button pays: what is asked for; when all of it is on pause, whatever may be paid all the same."""
    payable = tuple(item for item in invoices if item.payable)
    return tuple(item for item in payable if item.ticked) or payable


def seen(invoices: Iterable[OpenInvoice]) -> str:
    """A mark of what there is to pay; another account, another mark."""
    text = ",".join(f"{item.id}:{pays(item).minor}:{item.payable:d}" for item in invoices)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pays(invoice: OpenInvoice) -> Money:
    """What paying the invoice pays."""
    return invoice.open if invoice.pays is None else invoice.pays


def _group(
    visit: Visit, found: Account, currency: str, *, page: int, chosen: Collection[str] | None
) -> CurrencyGroup:
    invoices = found.of(currency)
    first = min(max(page - 1, 0) * PAGE_SIZE, (len(invoices) - 1) // PAGE_SIZE * PAGE_SIZE)
    shown = invoices[first : first + PAGE_SIZE]
    can_pay = gateway.taking(offers=found.offers, currency=currency) is not None
    ticks = {item.id for item in proposed(invoices)} if chosen is None else chosen
    return CurrencyGroup(
        currency=currency,
        open=_sum(currency, (item.open for item in invoices)),
        overdue=_sum(currency, (item.open for item in invoices if item.due_on < visit.today)),
        pay_all=_sum(currency, (pays(item) for item in proposed(invoices))),
        invoices=tuple(_shown(visit, found, shown, ticks)),
        count=len(invoices),
        can_pay=can_pay,
        other_ways=()
        if can_pay
        else (_("Use the bank account that stands on the invoice, and name its number."),),
        pager=_pager(currency, first, len(invoices)),
        calm=not any(item.ticked and item.payable for item in invoices),
        attempt=secrets.token_urlsafe(12),
        seen=seen(invoices),
        ways=_ways(visit, found, proposed(invoices)),
    )


def late_days(visit: Visit, invoices: Iterable[OpenInvoice]) -> int:
    """How long the oldest of `invoices` is past due, below 0 before its date."""
    return max(((visit.today - item.due_on).days for item in invoices), default=0)


def _ways(visit: Visit, found: Account, invoices: Sequence[OpenInvoice]) -> tuple[Option, ...]:
    """The gateways to choose among; none when there is one at most. Another amount may have fewer of them."""
    if not invoices:
        return ()
    amount = _sum(invoices[0].open.currency, (pays(item) for item in invoices))
    late = late_days(visit, invoices)
    choices = gateway.choices(
        offers=found.offers, amount=amount, country=found.country, tax_id=found.tax_id, late_days=late
    )
    if len(choices) < 2:
        return ()
    return tuple(
        Option(
            choice.offer.access.gateway,
            ", ".join(method(name) for name in choice.methods if method(name)) or choice.offer.access.gateway,
            chosen=number == 0,
        )
        for number, choice in enumerate(choices)
    )


def _shown(
    visit: Visit, found: Account, invoices: Iterable[OpenInvoice], ticks: Collection[str]
) -> Iterator[OpenInvoice]:
    """The invoices of a page with their parts and files, and with these ticked."""
    # One address for all, and each with its own number: a page has many.
    progress = visit.url("progress", invoice="0").removesuffix("0/")
    pay_label = _("Pay %(number)s")
    for item in invoices:
        row = found.rows[item.id]
        yield replace(
            item,
            ticked=item.id in ticks,
            lines=_lines(row),
            documents=_documents(visit, row.papers),
            progress_url=f"{progress}{item.id}/",
            pay_label=pay_label % {"number": item.number},
        )


def _pager(currency: str, first: int, count: int) -> Pager | None:
    if count <= PAGE_SIZE:
        return None
    page = first // PAGE_SIZE + 1
    last = min(first + PAGE_SIZE, count)
    return Pager(
        first=first + 1,
        last=last,
        total=count,
        previous_url=f"?{currency}={page - 1}#open-{currency}" if first else "",
        next_url=f"?{currency}={page + 1}#open-{currency}" if last < count else "",
    )


def _open(visit: Visit, row: InvoiceStanding, dues: Sequence[Due], around: _Around) -> OpenInvoice:
    pause = _pause(row, around)
    dated = sorted(dues, key=lambda due: (due.due_on, due.position)) if len(dues) > 1 else dues
    due_on = dated[0].due_on if dated else row.due_on
    later = tuple([(due.due_on, Money(due.currency, due.open_minor)) for due in dated if due.due_on > due_on])
    asked = row.open if pause is None or pause.part is None else row.open - pause.part
    turn = pause is None or pause.part is not None
    if dated and dated[0].late_after is not None and turn:
        # Of an invoice in a plan, paying it pays the instalments whose turn it is; of a later one, all of it.
        now = sum(due.open_minor for due in dated if due.due_on <= max(around.planned_on, visit.today))
        turn = now > 0
        asked = Money(row.open.currency, min(now, asked.minor)) if now else asked
    agreed_minor = around.to_pay.get(row.id)
    if agreed_minor is not None:
        asked = Money(row.open.currency, agreed_minor)
    return OpenInvoice(
        id=str(row.id),
        number=row.number,
        open=row.open,
        due_on=due_on,
        issued_on=row.issued_on,
        subject=row.subject,
        purchase_order=row.purchase_order,
        more_due=later,
        pause=pause,
        ticked=turn,
        payable=asked.minor > 0 and (pause is None or pause.kind not in _PERHAPS_PAID),
        pays=asked,
        progress=around.stands.get(row.id, ""),
    )


def _paid(visit: Visit, row: InvoiceStanding) -> PaidInvoice:
    return PaidInvoice(
        number=row.number,
        subject=row.subject,
        total=row.total,
        settled_on=row.settled_on,
        how=method(row.method),
        documents=_documents(visit, row.papers),
    )


def _lines(row: InvoiceStanding) -> tuple[AmountLine, ...]:
    zero = Money(row.total.currency, 0)
    made = (
        (AmountLine("net", row.net), AmountLine("tax", row.tax))
        if row.net is not None and row.tax is not None
        else (AmountLine("net", row.total, _("Invoice total")),)
    )
    taken = (
        AmountLine("paid", -row.paid),
        *((AmountLine("credited", -row.credited),) if row.credited else ()),
        *((AmountLine("withheld", -row.withheld),) if row.withheld else ()),
        *((AmountLine("given_up", -row.given_up, _("No longer asked for")),) if row.given_up else ()),
    )
    return (*made, *taken, AmountLine("interest", zero), AmountLine("fees", zero))


def _documents(visit: Visit, papers: Sequence[Paper]) -> tuple[Document, ...]:
    return tuple(
        Document(
            label=_("Invoice"),
            kind=_DOCUMENT_KINDS.get(paper.media_type, paper.file_name.rpartition(".")[2].upper()[:5]),
            url=visit.url("document", paper=str(paper.id), name=paper.file_name.replace("/", "-")),
        )
        for paper in papers
    )


def _pause(row: InvoiceStanding, around: _Around) -> Pause | None:
    if row.processing:
        return Pause("processing")
    mine = [block for block in around.blocks if block.invoice_id in (None, row.id)]
    if not mine:
        return None
    whole = [block for block in mine if block.amount_minor is None or block.amount_minor >= row.open.minor]
    if whole:
        # A payment in doubt is said before anything else: it also keeps the invoice from being paid again.
        return _paused(min(whole, key=lambda block: block.kind is not BlockKind.DOUBTED), around.said)
    parts = sum(block.amount_minor or 0 for block in mine)
    if not parts:
        return None
    kind = "waiting" if all(block.kind is BlockKind.PAYING for block in mine) else "disputed"
    until = max((block.until for block in mine if block.until is not None), default=None)
    return Pause(kind, until=until, part=Money(row.open.currency, min(parts, row.open.minor)))


def _paused(block: Block, said: Mapping[tuple[BlockKind, int], date]) -> Pause:
    kind = {
        BlockKind.PROMISE: "scheduled",
        BlockKind.CLAIMED_PAID: "already_paid",
        BlockKind.DISPUTE: "disputed",
        BlockKind.AGREEMENT: "agreed",
        BlockKind.HOLD: "held",
        BlockKind.RETRYING: "retrying",
        BlockKind.PAYING: "waiting",
        BlockKind.CONTESTED: "disputed",
        BlockKind.DOUBTED: "doubted",
        BlockKind.PLAN: "held",
        BlockKind.ENQUIRY: "asked",
    }[block.kind]
    return Pause(kind, on=said.get((block.kind, block.ref)), until=block.until)


def _sum(currency: str, amounts: Iterable[Money]) -> Money:
    return total(amounts, currency=currency)
