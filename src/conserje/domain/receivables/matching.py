# SPDX-License-Identifier: Apache-2.0
"""Whose money a line of the bank is and what it pays, with a score and its reasons.

The score is how well the payer is known (at most 60) and how well the amount fits (at most 50). From `CERTAIN` on, a
line is applied by itself, from `LIKELY` on it is proposed, below it waits for a person; so does what fits two ways
equally well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conserje.domain.kit.text import compact
from conserje.domain.receivables import amount_fit, payer_fit, reference
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.amount_fit import Fit
from conserje.domain.receivables.candidates import Asked, Booked, Candidates, Credit
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.withheld import Withheld

CERTAIN: Final = 90
LIKELY: Final = 60
# Two customers closer than this are a doubt: a person looks, even when one of them fits better.
APART: Final = 15
_FULL: Final = 100
_KNOWN_FITS: Final = 38
_KNOWN_DAYS: Final = timedelta(days=10)
_PAYOUT_DAYS: Final = timedelta(days=31)
_MOST_FEE_PER_CENT: Final = 10


class LineState(StrEnum):
    """Where a line of the bank stands."""

    MATCHED = "matched"
    PROPOSED = "proposed"
    QUEUED = "queued"
    IGNORED = "ignored"


class MatchKind(StrEnum):
    """What is done with a line: money for a checkout or for invoices, payments booked before, or nothing."""

    CHECKOUT = "checkout"
    INVOICES = "invoices"
    KNOWN = "known"
    PAYOUT = "payout"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Match:
    """What a line is taken for. `shares` are of one customer's invoices; what they leave over is unallocated cash.

    `withheld` are (invoice, part) of taxes kept back. `payment_ids` are booked payments that this line only confirms.
    """

    score: int
    reasons: tuple[Reason, ...]
    shares: tuple[Share, ...] = ()
    kind: MatchKind = MatchKind.NONE
    customer_id: int | None = None
    withheld: tuple[tuple[int, Withheld], ...] = ()
    payment_ids: tuple[int, ...] = ()
    reference: str = ""

    @property
    def state(self) -> LineState:
        """What the score comes to."""
        if self.kind is MatchKind.NONE:
            return LineState.IGNORED if Reason.MONEY_OUT in self.reasons else LineState.QUEUED
        if self.score >= CERTAIN:
            return LineState.MATCHED
        return LineState.PROPOSED if self.score >= LIKELY else LineState.QUEUED


def match(line: Credit, *, candidates: Candidates, left: Mapping[int, int] | None = None) -> Match:
    """What `line` is taken for. `left` is what is still open of invoices, in minor units, where it differs."""
    if line.is_return:
        return Match(0, (Reason.RETURNED,))
    if line.amount.minor <= 0:
        return Match(0, (Reason.MONEY_OUT,))
    named = set(reference.found_in(text=f"{line.text} {line.end_to_end_id}"))
    asked = [item for item in candidates.asked if item.reference in named]
    if asked:
        return _for_checkout(line, asked)
    options = [
        *_known(line, candidates),
        *_payouts(line, candidates),
        *_invoices(line, candidates, left or {}),
    ]
    return _best(options)


def match_all(lines: Sequence[Credit], *, candidates: Candidates) -> dict[str, Match]:
    """Every line by its key, whatever their order: what is certain takes its part first, the rest sees what is left."""
    ordered = sorted(lines, key=lambda line: (line.value_on, line.key))
    left = {item.invoice_id: item.open.minor for item in candidates.owed}
    used: set[int] = set()
    found: dict[str, Match] = {}
    for line in ordered:
        one = match(line, candidates=candidates, left=left)
        if one.state is LineState.MATCHED and used.isdisjoint(one.payment_ids):
            found[line.key] = one
            used.update(one.payment_ids)
            for share in one.shares:
                left[share.invoice_id] -= share.amount.minor
            for invoice_id, part in one.withheld:
                left[invoice_id] -= part.minor
    for line in ordered:
        if line.key not in found:
            one = match(line, candidates=candidates, left=left)
            found[line.key] = replace(one, score=min(one.score, CERTAIN - 1))
    return found


def _for_checkout(line: Credit, asked: Sequence[Asked]) -> Match:
    if len({item.reference for item in asked}) > 1:
        return Match(0, (Reason.REFERENCE, Reason.AMBIGUOUS))
    (only,) = {item.reference: item for item in asked}.values()
    told = Match(0, (Reason.REFERENCE,), customer_id=only.customer_id, reference=only.reference)
    if only.doubtful:
        return replace(told, reasons=(Reason.REFERENCE, Reason.CHECKOUT_IN_DOUBT))
    if only.amount != line.amount:
        return replace(told, reasons=(Reason.REFERENCE, Reason.AMOUNT_DIFFERS))
    return replace(
        told, score=_FULL, kind=MatchKind.CHECKOUT, reasons=(Reason.REFERENCE, Reason.EXACT_AMOUNT)
    )


def _invoices(line: Credit, candidates: Candidates, left: Mapping[int, int]) -> Iterator[Match]:
    for customer_id, evidence in payer_fit.customers(line, candidates=candidates).items():
        mine = candidates.by_customer.get(customer_id, ())
        payer = candidates.payer.get(customer_id)
        taxes = payer.taxes if payer else ()
        fit = amount_fit.best(line, owed=mine, left=left, named=evidence.named, taxes=taxes)
        if fit is None or (evidence.is_weak and fit.reason not in amount_fit.FITTING):
            continue
        yield _told(customer_id, evidence.score, evidence.reasons, fit)
    alone = candidates.by_amount.get(line.amount, ())
    if len(alone) == 1 and left.get(alone[0].invoice_id, alone[0].open.minor) == line.amount.minor:
        share = Share(alone[0].invoice_id, line.amount)
        fit = Fit(Reason.EXACT_AMOUNT, (share,))
        yield _told(alone[0].customer_id, payer_fit.NOBODY, (Reason.ONLY_ONE_OF_AMOUNT,), fit)


def _told(customer_id: int, who: int, reasons: tuple[Reason, ...], fit: Fit) -> Match:
    return Match(
        score=min(_FULL, who + fit.points),
        reasons=(*reasons, fit.reason, *fit.also),
        shares=fit.shares,
        kind=MatchKind.INVOICES,
        customer_id=customer_id,
        withheld=fit.withheld,
    )


def _known(line: Credit, candidates: Candidates) -> Iterator[Match]:
    """Payments of as much that somebody wrote down before the bank told of them."""
    near = {
        item.payment_id: item
        for key in payer_fit.numbers_in(line.text)
        for item in candidates.booked_by_number.get(key, ())
    }
    people = payer_fit.customers(line, candidates=candidates)
    scores = {item.payment_id: payer_fit.NUMBER for item in near.values()}
    for customer_id, evidence in people.items():
        for item in candidates.booked_by_customer.get(customer_id, ()):
            near[item.payment_id] = item
            scores[item.payment_id] = max(scores.get(item.payment_id, 0), evidence.score)
    for item in near.values():
        if item.amount == line.amount and abs(item.value_on - line.value_on) <= _KNOWN_DAYS:
            same = bool(line.end_to_end_id) and line.end_to_end_id == item.external_id
            score = _FULL if same else min(CERTAIN - 1, scores[item.payment_id] + _KNOWN_FITS)
            yield Match(
                score,
                (Reason.BOOKED_BEFORE, Reason.EXACT_AMOUNT),
                kind=MatchKind.KNOWN,
                customer_id=item.customer_id,
                payment_ids=(item.payment_id,),
            )


def _payouts(line: Credit, candidates: Candidates) -> Iterator[Match]:
    """Payments of a gateway that it pays out together, less its fees. It pays in order, whole days at a time."""
    said = compact(f"{line.text} {line.payer_name}")
    for gateway in candidates.gateways:
        if compact(gateway) not in said:
            continue
        waiting = [
            item
            for item in candidates.booked
            if item.source == gateway
            and item.amount.currency == line.amount.currency
            and timedelta(0) <= line.value_on - item.value_on <= _PAYOUT_DAYS
        ]
        yield from _paid_out(line, waiting)


def _paid_out(line: Credit, waiting: Sequence[Booked]) -> Iterator[Match]:
    days = sorted({item.value_on for item in waiting})
    for first in range(len(days)):
        for last in range(first, len(days)):
            inside = [item for item in waiting if days[first] <= item.value_on <= days[last]]
            whole = sum(item.amount.minor for item in inside)
            fee = whole - line.amount.minor
            if fee < 0 or fee * 100 > whole * _MOST_FEE_PER_CENT:
                continue
            exact = fee == 0
            score = CERTAIN - 1 if exact else LIKELY + 15 - (fee * 100 // whole) - 3 * first
            yield Match(
                max(score, LIKELY - 1),
                (Reason.GATEWAY_NAMED, Reason.PAYOUT_EXACT if exact else Reason.PAYOUT_LESS_FEES),
                kind=MatchKind.PAYOUT,
                payment_ids=tuple(sorted(item.payment_id for item in inside)),
            )


def _best(options: Sequence[Match]) -> Match:
    if not options:
        return Match(0, (Reason.NOBODY_KNOWN,))
    ranked = sorted(options, key=lambda one: (-one.score, one.kind, one.customer_id or 0, one.payment_ids))
    best, rivals = ranked[0], [one for one in ranked[1:] if _effect(one) != _effect(ranked[0])]
    if not rivals:
        return best
    if rivals[0].score == best.score:
        return Match(min(best.score, LIKELY - 1), (*best.reasons, Reason.AMBIGUOUS))
    if best.score - rivals[0].score < APART and best.score >= CERTAIN:
        return replace(best, score=CERTAIN - 1, reasons=(*best.reasons, Reason.RIVAL))
    return best


def _effect(one: Match) -> tuple[object, ...]:
    return one.kind, one.customer_id, one.shares, one.withheld, one.payment_ids
