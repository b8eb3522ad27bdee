# SPDX-License-Identifier: Apache-2.0
"""The rules of card networks as dated data: how often a card may be tried, which refusals end it, what codes mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from conserje.domain.kit.days import is_zone


class NetworkRefused(ValueError):
    """The data of a network does not hold together: says what and where."""


class Meaning(StrEnum):
    """What a code says of the charge, from the strictest to the mildest."""

    STOP = "stop"
    UPDATE_CARD = "update_card"
    AUTHENTICATE = "authenticate"
    GENERIC = "generic"
    TECHNICAL = "technical"
    FUNDS = "funds"

    @property
    def strictness(self) -> int:
        """Larger is stricter."""
        return -list(Meaning).index(self)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries of one card in `window`, or in a calendar month of `month_zone` when there is no window.

    `by_amount` counts those of the same amount; `approval_resets` counts from the last approval on. `countries` are
    those of the issuer that it binds, empty for all; a card of unknown country is bound by it too. `highest` is the
    most that may be configured in place of `most`.
    """

    id: str
    most: int
    window: timedelta | None
    month_zone: str = ""
    by_amount: bool = False
    approval_resets: bool = False
    countries: frozenset[str] = frozenset()
    highest: int = 0

    def binds(self, country: str) -> bool:
        """Whether cards issued in `country` ("" when unknown) are bound."""
        return not self.countries or not country or country in self.countries


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """One network's rules from `valid_from` on. `never` are response codes and `advice_never` advice codes after which
    the card is not tried again; `delays` how long an advice code makes us wait; `source` and `confidence` tell
    where the figures are from.
    """

    network: str
    valid_from: date
    limits: tuple[Limit, ...]
    never: frozenset[str]
    advice_never: frozenset[str]
    delays: Mapping[str, timedelta]
    codes: Mapping[str, Meaning]
    advices: Mapping[str, Meaning]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Networks:
    """Every network's versions, each in the order of its dates; `names` are what gateways call them."""

    versions: Mapping[str, tuple[NetworkRules, ...]]
    names: Mapping[str, str]
    _joined: dict[tuple[date, ...], NetworkRules] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def known(self, name: str) -> str:
        """Our word for a network a gateway names, "" when it is none that we know."""
        return self.names.get(name.strip().casefold(), "")

    def on(self, day: date, *, network: str) -> NetworkRules:
        """The rules of `network` in force on `day`. An unknown network is held to all of them at once."""
        versions = self.versions.get(network)
        if versions:
            return _on(versions, day)
        every = [_on(one, day) for one in self.versions.values()]
        key = tuple(one.valid_from for one in every)
        return self._joined.setdefault(key, self._joined.get(key) or _strictest(every))


def configured(networks: Networks, *, most: Mapping[str, int]) -> Networks:
    """The same with other figures for some limits, by id. Raises `NetworkRefused` for one that is not open to it."""
    known = {
        limit.id: limit for versions in networks.versions.values() for one in versions for limit in one.limits
    }
    for name, figure in most.items():
        if name not in known or not 0 < figure <= max(known[name].highest, known[name].most):
            raise NetworkRefused(
                f"Limit '{name}' cannot be {figure}: it is unknown or above what the network may allow."
            )
    return Networks(
        {
            name: tuple(
                replace(
                    one, limits=tuple(replace(item, most=most.get(item.id, item.most)) for item in one.limits)
                )
                for one in versions
            )
            for name, versions in networks.versions.items()
        },
        networks.names,
    )


def read(files: Iterable[Mapping[str, Any]]) -> Networks:
    """Networks from their plain data, one mapping a network; raises `NetworkRefused`."""
    versions: dict[str, tuple[NetworkRules, ...]] = {}
    names: dict[str, str] = {}
    for data in files:
        try:
            name = str(data["network"])
            found = tuple(_rules(name, item) for item in data["versions"])
            names |= {str(word).casefold(): name for word in (name, *data.get("names", ()))}
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise NetworkRefused(
                f"A network's rules cannot be read: {error!r}. Compare them with visa.yaml."
            ) from error
        if not found or [one.valid_from for one in found] != sorted(one.valid_from for one in found):
            raise NetworkRefused(f"Network '{name}' needs versions in the order of their dates.")
        versions[name] = found
    return Networks(versions, names)


def _rules(name: str, item: Mapping[str, Any]) -> NetworkRules:
    meanings = {str(code): Meaning(word) for word, codes in item.get("codes", {}).items() for code in codes}
    advices = {str(code): Meaning(word) for word, codes in item.get("advices", {}).items() for code in codes}
    never = frozenset(str(code) for code in item.get("never", ()))
    return NetworkRules(
        network=name,
        valid_from=date.fromisoformat(str(item["valid_from"])),
        limits=tuple(_limit(one) for one in item["limits"]),
        never=never,
        advice_never=frozenset(str(code) for code in item.get("advice_never", ())),
        delays={
            str(code): timedelta(hours=int(hours)) for code, hours in item.get("delay_hours", {}).items()
        },
        codes=meanings | dict.fromkeys(never, Meaning.STOP),
        advices=advices,
        source=str(item["source"]),
        confidence=str(item["confidence"]),
    )


def _limit(item: Mapping[str, Any]) -> Limit:
    hours, zone = item.get("hours"), str(item.get("month_in", ""))
    if (hours is None) == (not zone) or (zone and not is_zone(zone)) or int(item["most"]) < 1:
        raise NetworkRefused(
            f"Limit '{item['id']}' needs hours or month_in (a time zone), and a positive figure."
        )
    return Limit(
        id=str(item["id"]),
        most=int(item["most"]),
        window=None if hours is None else timedelta(hours=int(hours)),
        month_zone=zone,
        by_amount=item.get("by") == "amount",
        approval_resets=bool(item.get("approval_resets")),
        countries=frozenset(item.get("countries", ())),
        highest=int(item.get("highest", 0)),
    )


def _on(versions: tuple[NetworkRules, ...], day: date) -> NetworkRules:
    come = [one for one in versions if one.valid_from <= day]
    return come[-1] if come else versions[0]


def _strictest(every: list[NetworkRules]) -> NetworkRules:
    """All rules at once: each limit, each code that ends a card, and of two meanings the stricter."""
    codes: dict[str, Meaning] = {}
    advices: dict[str, Meaning] = {}
    delays: dict[str, timedelta] = {}
    for one in every:
        for table, given in ((codes, one.codes), (advices, one.advices)):
            for code, meaning in given.items():
                table[code] = max(meaning, table.get(code, meaning), key=lambda item: item.strictness)
        for code, delay in one.delays.items():
            delays[code] = max(delay, delays.get(code, delay))
    return NetworkRules(
        network="",
        valid_from=max(one.valid_from for one in every),
        limits=tuple(limit for one in every for limit in one.limits),
        never=frozenset().union(*(one.never for one in every)),
        advice_never=frozenset().union(*(one.advice_never for one in every)),
        delays=delays,
        codes=codes,
        advices=advices,
        source="every network together",
        confidence="assumed",
    )
