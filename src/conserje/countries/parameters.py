# SPDX-License-Identifier: Apache-2.0
"""The dated amounts and rates that a law refers to, from the folder `parameters/` beside its pack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from conserje.countries.strict_yaml import PackError, line_of, read, refuse_unknown
from conserje.countries.values import local_date, percent, slug, texts, word
from conserje.domain.kit.money import Money
from conserje.domain.rules.ceilings import DatedAmount, DatedRate, RatePeriod
from conserje.domain.rules.vocabulary import Confidence

_KEYS = frozenset({"name", "currency", "period", "values", "expected", "note"})
_VALUE_KEYS = frozenset({"from", "to", "minor", "percent", "source", "confidence"})


def read_parameters(folder: Path) -> tuple[tuple[DatedAmount, ...], tuple[DatedRate, ...]]:
    """Amounts (files with `currency`) and rates (files with `period`). Raises `PackError`."""
    amounts: list[DatedAmount] = []
    rates: list[DatedRate] = []
    for path in sorted(folder.glob("*.yaml")):
        entry = read(path)
        refuse_unknown(entry, known=_KEYS, place=path.name)
        if ("currency" in entry) == ("period" in entry):
            raise PackError(f"{path.name}: an amount has 'currency', a rate has 'period'; give one of them.")
        dated = [_value(entry, value, path.name) for value in entry.get("values") or []]
        for before, after in pairwise(dated):
            place = f"{path.name} {entry['name']}"
            check_succession(before.effective_to, after.effective_from, place)
        amounts += [item for item in dated if isinstance(item, DatedAmount)]
        rates += [item for item in dated if isinstance(item, DatedRate)]
    return tuple(amounts), tuple(rates)


def named_parameters(folder: Path) -> frozenset[str]:
    """Names of the files' amounts and rates, those without a value yet included."""
    return frozenset(str(read(path).get("name")) for path in folder.glob("*.yaml"))


def check_succession(ended: date | None, begins: date, place: str) -> None:
    """Raise `PackError` unless one version ends the day before the next begins."""
    if ended is None or ended >= begins:
        raise PackError(f"{place}: its versions overlap at {begins}.")
    if ended + timedelta(days=1) != begins:
        raise PackError(f"{place}: nothing holds between {ended} and {begins}.")


def _value(entry: Mapping[str, Any], value: Mapping[str, Any], name: str) -> DatedAmount | DatedRate:
    place = f"{name}, values"
    refuse_unknown(value, known=_VALUE_KEYS, place=place)
    try:
        start, end = local_date(value["from"]), local_date(value["to"])
        source, confidence = texts(value["source"]), word(Confidence)(value["confidence"])
        called = slug(entry["name"])
        if end < start:
            raise ValueError(f"it ends on {end}, before it begins")
        if "currency" in entry:
            amount = Money(currency=str(entry["currency"]), minor=int(value["minor"]))
            return DatedAmount(called, amount, start, end, source, confidence)
        period = word(RatePeriod)(entry["period"])
        return DatedRate(called, percent(value["percent"]), period, start, end, source, confidence)
    except KeyError as error:
        raise PackError(f"{place}{line_of(value)}: {error} is missing.") from None
    except (ValueError, TypeError) as error:
        raise PackError(f"{place}{line_of(value)}: {error}.") from None
