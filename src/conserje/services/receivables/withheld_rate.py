# SPDX-License-Identifier: Apache-2.0
"""Which taxes a creditor's customers may keep back: those of their country's pack, or as the creditor states them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from conserje.data.receivables.models import WithheldRate
from conserje.domain.receivables.withheld import Kind, kinds
from conserje.domain.rules.taxes import TaxBase
from conserje.services.journal import entry as journal
from conserje.services.outreach.law import stack_for
from conserje.services.receivables.refusals import Refused, UnknownRow
from conserje.services.tenancy.act import act, step

_TAX: Final = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_PERCENT: Final = re.compile(r"^\d{1,3}(?:\.\d{1,9})?$")
_MOST: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The rates of one tax as a creditor states them; `percents` as texts ("2.5"), until `until` or until ended."""

    country: str
    tax: str
    base: TaxBase
    percents: tuple[str, ...]
    since: date
    until: date | None = None
    reason: str = ""
    by: str = ""
    id: int = 0
    ended_at: datetime | None = None

    @property
    def kind(self) -> Kind:
        """As payments are compared with it."""
        rates = tuple(Fraction(text) * Fraction(1, 100) for text in self.percents)
        return Kind(self.tax, self.base, rates, self.since, self.until, stated=True)


class RateRefused(Refused):
    """These rates cannot be stated; the message says why."""


@act
def state(*, creditor_id: int, rates: Stated, now: datetime) -> int:
    """Count these rates instead of the pack's; returns their number. Raises `RateRefused`."""
    _check(rates)
    row = WithheldRate.objects.create(
        creditor_id=creditor_id,
        country=rates.country.upper(),
        tax=rates.tax,
        base=rates.base.value,
        percents=list(rates.percents),
        reason=rates.reason.strip(),
        since=rates.since,
        until=rates.until,
        stated_by=rates.by,
        stated_at=now,
    )
    _tell(row, "stated", rates.by, now)
    return row.id


@act
def end(*, creditor_id: int, rate_id: int, by: str, now: datetime) -> None:
    """The pack's rates count again, at once. Raises `UnknownRow`."""
    row = (
        WithheldRate.objects.select_for_update()
        .filter(creditor_id=creditor_id, id=rate_id, ended_at=None)
        .first()
    )
    if row is None:
        raise UnknownRow(f"There are no rates {rate_id} in force.")
    row.ended_by, row.ended_at = by, now
    row.save(update_fields=["ended_by", "ended_at"])
    _tell(row, "ended", by, now)


@step
def every(*, creditor_id: int) -> list[Stated]:
    """All that a creditor stated, the newest first, ended ones too."""
    rows = WithheldRate.objects.filter(creditor_id=creditor_id).order_by("-id")
    return [
        Stated(
            country=row.country,
            tax=row.tax,
            base=TaxBase(row.base),
            percents=tuple(row.percents),
            since=row.since,
            until=row.until,
            reason=row.reason,
            by=row.stated_by,
            id=row.id,
            ended_at=row.ended_at,
        )
        for row in rows
    ]


@step
def of_countries(*, creditor_id: int, countries: Iterable[str]) -> Mapping[str, tuple[Kind, ...]]:
    """What payers of each country may keep back; one query whatever their number."""
    standing = [item for item in every(creditor_id=creditor_id) if item.ended_at is None]
    return {
        country: (
            *kinds(rules=[rule for pack in stack_for(country=country).packs for rule in pack.withholdings]),
            *_of(standing, country),
        )
        for country in set(countries)
    }


def _of(standing: Sequence[Stated], country: str) -> tuple[Kind, ...]:
    return tuple(item.kind for item in standing if item.country == country.upper())


def _check(rates: Stated) -> None:
    if len(rates.country) != 2 or not rates.country.isalpha():
        raise RateRefused("Name the customers' country by its two letters, such as CO.")
    if not _TAX.match(rates.tax):
        raise RateRefused("Name the tax in small letters, such as retefuente or reteica_bogota.")
    shares = [Fraction(text) if _PERCENT.match(text) else Fraction(0) for text in rates.percents]
    if not 0 < len(shares) <= _MOST or not all(0 < share <= 100 for share in shares):
        raise RateRefused(f"Give 1 to {_MOST} rates as percentages above 0, such as 2.5.")
    if rates.until is not None and rates.until < rates.since:
        raise RateRefused("They end before they begin: give a later last day.")
    if not rates.reason.strip() or not rates.by.strip():
        raise RateRefused("Say where the rates are read, and who answers for them.")


def _tell(row: WithheldRate, what: str, by: str, now: datetime) -> None:
    payload = {
        "country": row.country,
        "tax": row.tax,
        "base": row.base,
        "percents": list(row.percents),
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }
    journal.write(
        creditor_id=row.creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"receivables.withheld_rate.{what}",
                actor=by,
                subject_kind="withheld_rate",
                subject_id=row.id,
                payload=payload,
            )
        ],
    )
