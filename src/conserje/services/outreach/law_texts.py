# SPDX-License-Identifier: Apache-2.0
"""The texts that a customer's law wants in a letter, filled with who writes, for whom, and about what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from conserje.domain.kit.money import Money
from conserje.domain.kit.once import once_for
from conserje.services.outreach import law
from conserje.wording.formats import joined, money
from conserje.wording.render import one_stop
from conserje.wording.sandbox import Template, parse, render

# Every letter says these in its own blocks: who writes, which invoices, the amount with its parts, how to stop.
BUILT_IN: Final = frozenset(
    {"creditor_identity", "obligation_reference", "amount_breakdown", "how_to_change_channel_or_stop"}
)
# Only the law's own words name who writes for somebody else.
_BUILT_IN_FOR_OTHERS: Final = BUILT_IN - {"creditor_identity"}
_NUMBERS_NAMED = 10
_UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who writes, as the texts name them. `collector` is empty when the creditor writes itself."""

    creditor: tuple[tuple[str, str], ...]
    collector: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]


Invoices = Sequence[Mapping[str, Any]]


def texts(
    *, speaker: Speaker, country: str, slots: tuple[str, ...], locale: str, invoices: Invoices, sums: Invoices
) -> Mapping[str, str]:
    """Each slot's text that the letter's own blocks do not say already, by slot.

    `invoices` and `sums` are those of the letter: what is spoken of, and its amounts by currency. Raises `LookupError`
    when nobody has words for a slot.
    """
    said = _said_alike(speaker, country, slots, locale)
    own = [slot for slot, text in said.items() if text is None]
    if not own:
        return said  # type: ignore[return-value]
    values = {**_who(speaker), "obligation": _obligation(invoices, locale), "amount": _amount(sums, locale)}
    result = dict(said)
    for slot in own:
        result[slot] = one_stop(render(_template(country, slot, locale), values, where=f"{country}/{slot}"))
    return result  # type: ignore[return-value]


@once_for(Speaker)
def _said_alike(
    speaker: Speaker, country: str, slots: tuple[str, ...], locale: str
) -> Mapping[str, str | None]:
    """The texts that are the same in every letter of a creditor; None for those that speak of the letter's invoices."""
    built_in = _BUILT_IN_FOR_OTHERS if speaker.collector else BUILT_IN
    result: dict[str, str | None] = {}
    for slot in slots:
        if slot in built_in:
            continue
        words = law.mandatory_text(country=country, slot=slot, locale=locale)
        result[slot] = None
        if "obligation." not in words and "amount." not in words:
            where = f"{country}/{slot}"
            result[slot] = one_stop(render(_template(country, slot, locale), _who(speaker), where=where))
    return MappingProxyType(result)


@lru_cache(maxsize=1024)
def _template(country: str, slot: str, locale: str) -> Template:
    words = law.mandatory_text(country=country, slot=slot, locale=locale)
    return parse(words, locale=locale, html=False, where=f"{country}/{slot}")


@lru_cache(maxsize=256)
def _who(speaker: Speaker) -> dict[str, Any]:
    return {
        "creditor": dict(speaker.creditor),
        "collector": dict(speaker.collector) or None,
        "links": dict(speaker.links),
    }


def _obligation(invoices: Invoices, locale: str) -> dict[str, str]:
    numbers = [str(item["number"]) for item in invoices]
    more = len(numbers) - _NUMBERS_NAMED
    named = [*numbers[:_NUMBERS_NAMED], *([f"+{more}"] if more > 0 else [])]
    subjects = dict.fromkeys(str(item["subject"]) for item in invoices if item["subject"])
    return {
        "reference": joined(named, locale),
        "subject": next(iter(subjects)) if len(subjects) == 1 else "",
    }


def _amount(sums: Invoices, locale: str) -> dict[str, str]:
    """Each part over all currencies; where tax is not known apart, the principal holds it and the tax is not told."""

    def told(part: Callable[[Mapping[str, Any]], Money | None]) -> str:
        found = [part(item) for item in sums]
        return joined([_UNKNOWN if one is None else money(one, locale) for one in found], locale)

    return {
        "balance": told(lambda item: item["open"]),
        "principal": told(lambda item: item["net"] or item["total"]),
        "tax": told(lambda item: item["tax"]),
        "paid": told(lambda item: item["paid"]),
        "interest": told(lambda item: item["interest"]),
        "fees": told(lambda item: item["fees"]),
    }
