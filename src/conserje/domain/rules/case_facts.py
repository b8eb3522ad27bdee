# SPDX-License-Identifier: Apache-2.0
"""The facts of a worked case: what a person wrote, as values that the gate judges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.briefing import concerns
from conserje.domain.rules.facts import (
    Circumstances,
    Consent,
    ContactOutcome,
    CreditorKind,
    CreditorRole,
    DebtKind,
    DebtorType,
    Intent,
    Particulars,
    PastContact,
    Permission,
    Place,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.notices import ActFacts
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.vocabulary import Act, Condition

_MORE = frozenset({"creditor_kind", "debt_kind", "debt_place", "creditor_place", "states", "debts"})
_CUSTOMER = _MORE | {
    "country",
    "subdivision",
    "zones",
    "debtor_type",
    "creditor_role",
    "consent",
    "other_hours_until",
    "time_barred",
    "insolvent",
    "deceased_or_minor",
}
_CONTACT = frozenset({"channel", "purpose", "recipient", "opened_by_customer", "place"})
_CIRCUMSTANCES = frozenset({"debts", "elsewhere_creditor", "inbound", "place"})
_PAST = _CIRCUMSTANCES | {"at", "channel", "purpose", "outcome"}
_ACT = frozenset({"kind", "noticed_on", "noticed_by", "defaulted_on", "small_debt", "proven", "owed"})


class CaseError(ValueError):
    """A case cannot be read; the message names it and the key."""


def known(entry: Any, *, allowed: frozenset[str], case: Mapping[str, Any]) -> None:
    """Raise `CaseError` for a key that nobody reads."""
    if not isinstance(entry, Mapping):
        raise CaseError(f"Case '{case.get('name')}': '{entry}' must be a mapping of keys to values.")
    for key in entry:
        if key not in allowed:
            raise CaseError(
                f"Case '{case.get('name')}': unknown key '{key}'. Known: {', '.join(sorted(allowed))}."
            )


def moment(value: Any, *, tz: ZoneInfo) -> datetime:
    """An aware instant in UTC; a value without an offset is local to `tz`."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (found if found.tzinfo else found.replace(tzinfo=tz)).astimezone(UTC)


def facts_of(case: Mapping[str, Any], *, packs: tuple[Pack, ...]) -> tuple[Intent, Subject, ZoneInfo]:
    """The contact and the customer of a case, and the zone its times are local to."""
    facts = dict(case.get("customer") or {})
    known(facts, allowed=_CUSTOMER, case=case)
    wanted = dict(case.get("contact") or {})
    known(wanted, allowed=_CONTACT, case=case)
    intent = Intent(
        channel=Channel(wanted.get("channel", "email")),
        purpose=Purpose(wanted.get("purpose", "collection")),
        recipient=RecipientRole(wanted.get("recipient", "debtor")),
        opened_by_customer=bool(wanted.get("opened_by_customer", False)),
        place=Place(wanted.get("place", "personal")),
    )
    own = next((pack.zones for pack in packs if _is_of(pack, facts) and pack.zones), ("UTC",))
    zones = tuple(facts.get("zones", own[:1]))
    tz = zone(zones[0] if zones else own[0])
    return intent, _subject(case, facts, zones, intent, packs), tz


def concerned(case: Mapping[str, Any], *, packs: tuple[Pack, ...]) -> tuple[Pack, ...]:
    """The packs that speak about the customer of a case, whatever the purpose; the first if none does."""
    intent, subject, _ = facts_of(case, packs=packs)
    purposes = (intent.purpose, *Purpose)
    found = [pack for pack in packs if any(concerns(pack=pack, subject=subject, purpose=p) for p in purposes)]
    return tuple(found) or packs[:1]


def act_of(case: Mapping[str, Any]) -> ActFacts:
    """What is known about an act that needs a notice first."""
    act = case["act"]
    known(act, allowed=_ACT, case=case)
    Act(act["kind"])
    customer = case.get("customer") or {}
    owed = act.get("owed")
    return ActFacts(
        noticed_on=_dates(act.get("noticed_on") or []),
        defaulted_on=act["defaulted_on"],
        small_debt=act.get("small_debt", True),
        noticed_by=[Channel(name) for name in act.get("noticed_by") or []],
        proven=frozenset(act.get("proven") or []),
        owed=None if owed is None else Money(currency=owed["currency"], minor=owed["minor"]),
        debtor=DebtorType(customer.get("debtor_type", "natural_consumer")),
        creditor=CreditorRole(customer.get("creditor_role", "first_party")),
    )


def _dates(listed: list[Any]) -> list[date]:
    for item in listed:
        if type(item) is not date:
            raise ValueError(f"'{item}' is not a date such as 2026-11-30")
    return listed


def _is_of(pack: Pack, facts: Mapping[str, Any]) -> bool:
    country, part = facts.get("country"), str(facts.get("subdivision", ""))
    return (country is None or pack.country == country) and (
        not pack.subdivision or part == pack.subdivision or part.startswith(f"{pack.subdivision}-")
    )


def _subject(
    case: Mapping[str, Any],
    facts: Mapping[str, Any],
    zones: tuple[str, ...],
    intent: Intent,
    packs: tuple[Pack, ...],
) -> Subject:
    tz = zone(zones[0]) if zones else zone(next((pack.zones[0] for pack in packs if pack.zones), "UTC"))
    consent = facts.get("consent", {intent.channel.value: "granted"})
    asked = facts.get("other_hours_until")
    past = sorted((_past(entry, tz, case) for entry in case.get("history") or []), key=lambda item: item.at)
    return Subject(
        country=facts.get("country", next((pack.country for pack in packs if pack.country), "")),
        subdivision=str(facts.get("subdivision", "")),
        zones=zones,
        debtor_type=DebtorType(facts.get("debtor_type", "natural_consumer")),
        creditor_role=CreditorRole(facts.get("creditor_role", "first_party")),
        permissions=tuple(Permission(Channel(name), Consent(value)) for name, value in consent.items()),
        past=tuple(past),
        time_barred=facts.get("time_barred", False),
        insolvent=facts.get("insolvent", False),
        deceased_or_minor=facts.get("deceased_or_minor", False),
        other_hours_until=None if asked is None else moment(asked, tz=tz),
        particulars=_particulars(facts),
    )


def _particulars(facts: Mapping[str, Any]) -> Particulars | None:
    if _MORE.isdisjoint(facts):
        return None
    return Particulars(
        creditor_kind=CreditorKind(facts.get("creditor_kind", "unknown")),
        debt_kind=DebtKind(facts.get("debt_kind", "unknown")),
        debt_place=facts.get("debt_place", ""),
        creditor_place=facts.get("creditor_place", ""),
        states=frozenset(Condition(name) for name in facts.get("states") or []),
        debts=tuple(str(name) for name in facts.get("debts") or []),
    )


def _past(entry: Mapping[str, Any], tz: ZoneInfo, case: Mapping[str, Any]) -> PastContact:
    known(entry, allowed=_PAST, case=case)
    circumstances = None
    if not _CIRCUMSTANCES.isdisjoint(entry):
        circumstances = Circumstances(
            debts=tuple(str(name) for name in entry.get("debts") or []),
            elsewhere_creditor=bool(entry.get("elsewhere_creditor", False)),
            inbound=bool(entry.get("inbound", False)),
            place=Place(entry.get("place", "personal")),
        )
    return PastContact(
        at=moment(entry["at"], tz=tz),
        channel=Channel(entry["channel"]),
        purpose=Purpose(entry.get("purpose", "collection")),
        outcome=ContactOutcome(entry.get("outcome", "delivered")),
        circumstances=circumstances,
    )
