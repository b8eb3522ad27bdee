# SPDX-License-Identifier: Apache-2.0
"""The sections of `pack.yaml`: which keys each kind of rule has, and how their values become domain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from conserje.countries.strict_yaml import PackError, line_of, mapping, refuse_unknown
from conserje.countries.values import (
    category,
    counts,
    local_date,
    minute,
    money,
    number,
    pairs,
    percent,
    percents,
    positive,
    reading,
    ruling,
    scope,
    slug,
    slugs,
    steps,
    text,
    texts,
    truth,
    whole_amount,
    whole_percent,
    word,
    words,
)
from conserje.domain.ports.channel import Channel
from conserje.domain.rules import ceilings, duties, rule, taxes
from conserje.domain.rules import vocabulary as terms
from conserje.domain.rules.facts import Place, Purpose, RecipientRole
from conserje.domain.rules.pack import Statement

Convert = Callable[[Any], Any]
Key = tuple[str, Convert]
_COMMON: dict[str, Key] = {
    "basis": ("basis", word(terms.Basis)),
    "confidence": ("confidence", word(terms.Confidence)),
    "effective_from": ("effective_from", local_date),
    "effective_to": ("effective_to", local_date),
    "source": ("source", texts),
    "note": ("note", text),
    "applies_to": ("applies_to", scope),
    "reading": ("reading", reading),
}
_CHANNELS: Key = ("channels", words(Channel))
_PURPOSES: Key = ("purposes", words(Purpose))
_COUNTS: Key = ("counts", counts)
_BREADTH: Key = ("breadth", word(terms.Breadth))
_DAYS: Key = ("days", positive)
_DAY_COUNT: Key = ("day_count", word(terms.DayCount))

# section -> (rule class, YAML key -> (field, converter)).
SECTIONS: dict[str, tuple[type[rule.Rule], dict[str, Key]]] = {
    "windows": (
        rule.ContactWindow,
        {
            "channels": _CHANNELS,
            "days": ("days", words(terms.DayKind)),
            "from": ("opens_minute", minute),
            "to": ("closes_minute", minute),
            "closed": ("closed", truth),
        },
    ),
    "caps": (
        rule.Cap,
        {
            "channels": _CHANNELS,
            "kind": ("kind", word(terms.CapKind)),
            "max": ("maximum", positive),
            "per": ("per", word(terms.Period)),
            "rolling_days": ("rolling_days", positive),
            "week": ("week", word(terms.WeekKind)),
            "counts": _COUNTS,
            "breadth": _BREADTH,
            "separately": ("separately", truth),
            "unanswered": ("unanswered", truth),
            "places": ("places", words(Place)),
        },
    ),
    "cooldowns": (
        rule.Cooldown,
        {
            "after": ("after", words(Channel)),
            "channels": _CHANNELS,
            "gap_days": ("gap_days", positive),
            "counts": _COUNTS,
            "breadth": _BREADTH,
            "inbound": ("inbound", truth),
        },
    ),
    "consents": (rule.ConsentRule, {"channels": _CHANNELS}),
    "other_hours": (rule.OtherHoursRule, {}),
    "revocations": (
        rule.RevocationRule,
        {"channels": _CHANNELS, "together": ("together", truth), "within_days": ("within_days", positive)},
    ),
    "recipients": (
        rule.RecipientRule,
        {"roles": ("roles", words(RecipientRole)), "allowed": ("allowed", truth)},
    ),
    "forbidden_channels": (rule.ForbiddenChannel, {"channels": _CHANNELS}),
    "conditions": (
        rule.ConditionRule,
        {
            "condition": ("condition", word(terms.Condition)),
            "ruling": ("ruling", ruling),
            "purposes": _PURPOSES,
        },
    ),
    "forbidden_content": (rule.ForbiddenContent, {"category": ("category", category)}),
    "mandatory_texts": (
        rule.MandatoryText,
        {
            "slot": ("slot", slug),
            "when": ("when", word(terms.TextWhen)),
            "purposes": _PURPOSES,
            "channels": _CHANNELS,
            "place": ("place", word(terms.TextPlace)),
            "condition": ("condition", word(terms.Condition)),
        },
    ),
    "exemptions": (
        rule.Exemption,
        {
            "purposes": _PURPOSES,
            "lifts": ("lifts", words(terms.Lift)),
            "lifts_when_opened": ("lifts_when_opened", words(terms.Lift)),
        },
    ),
    "notices": (
        rule.Notice,
        {
            "act": ("act", word(terms.Act)),
            "days": _DAYS,
            "day_count": _DAY_COUNT,
            "count": ("count", positive),
            "channels": _CHANNELS,
            "different_days": ("different_days", truth),
            "only_small": ("only_small", truth),
            "within_days": ("within_days", positive),
            "deadline_months": ("deadline_months", positive),
            "requires": ("requires", slugs),
            "minimum": ("minimum", money),
        },
    ),
    "fee_ceilings": (
        ceilings.FeeCeiling,
        {
            "kind": ("kind", word(ceilings.FeeKind)),
            "currency": ("currency", text),
            "unit": ("unit", slug),
            "percent": ("steps", whole_percent),
            "amount_minor": ("steps", whole_amount),
            "steps": ("steps", steps),
            "not_before_days": ("not_before_days", positive),
            "automatic": ("automatic", truth),
            "per": ("per", slug),
        },
    ),
    "interest_ceilings": (
        ceilings.InterestCeiling,
        {
            "kind": ("kind", word(ceilings.InterestKind)),
            "percent": ("rate", percent),
            "factor": ("factor", number),
            "reference": ("reference", slug),
            "period": ("period", word(ceilings.RatePeriod)),
            "half_year": ("half_year", truth),
        },
    ),
    "withholdings": (
        taxes.WithheldTax,
        {
            "tax": ("tax", slug),
            "base": ("base", word(taxes.TaxBase)),
            "percents": ("rates", percents),
        },
    ),
    "limitations": (
        duties.Limitation,
        {
            "action": ("action", slug),
            "years": ("years", positive),
            "months": ("months", positive),
            "effect": ("effect", word(terms.Effect)),
            "interrupted_by": ("interrupted_by", slugs),
        },
    ),
    "data_rights": (
        duties.DataTerm,
        {
            "right": ("right", word(duties.DataRight)),
            "days": _DAYS,
            "day_count": _DAY_COUNT,
            "extension_days": ("extension_days", positive),
            "authority": ("authority", text),
        },
    ),
    "records": (
        duties.RecordTerm,
        {
            "what": ("what", word(duties.RecordKind)),
            "years": ("years", positive),
            "after": ("after", word(duties.KeepFrom)),
            "at_most": ("at_most", truth),
        },
    ),
    "statements": (Statement, {"kind": ("kind", slug), "details": ("details", pairs)}),
}


def read_section(section: str, entries: Any, *, pack_id: str, since: date, place: str) -> tuple[Any, ...]:
    """The rules of one section. `since` is the pack's date for rules that give none. Raises `PackError`."""
    if not isinstance(entries, list):
        raise PackError(f"{place}, {section} must be a list of rules.")
    return tuple(_read_rule(section, entry, pack_id, since, place) for entry in entries)


def _read_rule(section: str, entry: Mapping[str, Any], pack_id: str, since: date, place: str) -> rule.Rule:
    kind, keys = SECTIONS[section]
    mapping(entry, place=f"{place}, {section}: each rule")
    place = f"{place}, {section} {entry.get('id', '(without id)')}"
    refuse_unknown(entry, known=frozenset({"id", *_COMMON, *keys}), place=place)
    if not str(entry.get("id", "")).startswith(f"{pack_id}."):
        raise PackError(f"{place}{line_of(entry, 'id')}: a rule id begins with '{pack_id}.'.")
    values: dict[str, Any] = {"id": entry["id"], "effective_from": since}
    for key, (name, convert) in {**_COMMON, **keys}.items():
        if key in entry:
            if name in values and name != "effective_from":
                raise PackError(f"{place}{line_of(entry, key)}: '{key}' says again what another key says.")
            try:
                values[name] = convert(entry[key])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise PackError(f"{place}{line_of(entry, key)}: '{key}' is wrong: {error}.") from None
    try:
        made = kind(**values)
    except TypeError as error:
        raise PackError(f"{place}{line_of(entry)} is incomplete: {error}.") from None
    wrong = _wrong(made)
    if wrong:
        raise PackError(f"{place}{line_of(entry)}: {wrong}")
    return made


def _wrong(made: rule.Rule) -> str:
    """What cannot be in a rule although each of its values can."""
    if made.basis is terms.Basis.LAW and not made.source:
        return "a rule of law needs its source."
    if made.effective_to is not None and made.effective_to < made.effective_from:
        return f"it ends on {made.effective_to}, before it begins."
    if isinstance(made, rule.ContactWindow) and made.opens_minute >= made.closes_minute:
        return "'from' must be before 'to'."
    if isinstance(made, rule.ContactWindow) and made.closed and made.closes_minute - made.opens_minute < 1440:
        return "a window that is closed has no 'from' and 'to'; it shuts whole days."
    if isinstance(made, rule.Cap) and (made.per is terms.Period.ROLLING) != bool(made.rolling_days):
        return "'rolling_days' goes with 'per: rolling', and only with it."
    if (
        isinstance(made, rule.Cap)
        and made.kind is terms.CapKind.SINGLE_CHANNEL
        and made.per is not terms.Period.WEEK
    ):
        return "'kind: single_channel' goes with 'per: week'."
    if isinstance(made, ceilings.FeeCeiling):
        return _wrong_fee(made)
    if isinstance(made, ceilings.InterestCeiling):
        refers = made.kind in (ceilings.InterestKind.REFERENCE_PLUS, ceilings.InterestKind.REFERENCE_TIMES)
        return "" if refers == bool(made.reference) else "'reference' goes with a kind that refers to one."
    if isinstance(made, duties.Limitation) and not (made.years or made.months):
        return "give 'years' or 'months'."
    return ""


def _wrong_fee(made: ceilings.FeeCeiling) -> str:
    kinds = ceilings.FeeKind
    figures = {kinds.PERCENT, kinds.MARGINAL_TRANCHES, kinds.FIXED, kinds.FIXED_BY_DEBT}
    if (made.kind in figures) != bool(made.steps):
        return "'percent', 'amount_minor' or 'steps' go with a kind that has figures."
    if made.kind in (kinds.FIXED, kinds.FIXED_BY_DEBT) and not made.currency:
        return "an amount needs its 'currency'."
    return ""
