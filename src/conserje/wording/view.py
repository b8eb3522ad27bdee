# SPDX-License-Identifier: Apache-2.0
"""From the facts of a letter to what its templates read: cleaned texts, and the few judgements words depend on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from conserje.domain.kit.money import Money, total
from conserje.domain.kit.once import once_for
from conserje.wording import formats
from conserje.wording.colours import palette
from conserje.wording.names import addressee, greeting
from conserje.wording.shelf import LetterError, language, words
from conserje.wording.values import BalanceValues, InvoiceValues

ROWS: Final = 30
_YEAR_IS_CLEAR: Final = 150
_ADDED: Final = itemgetter("total", "open", "paid", "credited", "interest", "fees")
_NO_TEXT: Final = frozenset((Money, date, int, bool, type(None)))
_NO_TEXTS: Final = (Money, Money | None, date, int)
PLACED: Final = (
    "creditor_identity",
    "obligation_reference",
    "amount_breakdown",
    "how_to_change_channel_or_stop",
    "data_controller_and_rights",
    "complaint_body",
)
# Cleaned where their amounts are looked at, so that each is copied once.
_WITH_AMOUNTS: Final = frozenset(("invoices", "balances"))
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+"
)


def view(values: Mapping[str, Any], *, kind: str, locale: str) -> dict[str, Any]:
    """The names a template of `kind` may use: those of `LetterValues`, and the ones `derived` adds.

    Texts lose line breaks and invisible characters, so that no value can start a header, a line or a paragraph.
    Raises `LetterError` when a key is missing or amounts do not add up.
    """
    plain = {key: item if key in _WITH_AMOUNTS else _clean(item) for key, item in values.items()}
    try:
        plain.update(derived(plain, locale=locale))
    except KeyError as error:
        raise LetterError(
            f"The letter {kind!r} in {locale!r} has no value for {error}: fill it in (wording/values.py lists them)."
        ) from error
    return plain


def derived(plain: Mapping[str, Any], *, locale: str) -> dict[str, Any]:
    """What follows from the values: greeting, reference, what is attached, what comes next in words, and flags."""
    table = words(locale)
    invoices = [_invoice(item, locale) for item in plain["invoices"]]
    payment = plain["payment"]
    name = plain["contact"]["name"]
    return {
        "language": language(locale),
        "greeting": greeting(name=name, locale=locale, hour=plain["local_hour"]),
        "addressee": addressee(name=name, locale=locale),
        "words": _single_words(locale),
        "brand": palette(plain["creditor"]["colour"]),
        "creditor": _creditor(plain["creditor"], locale),
        "plural": plain["customer"]["kind"] == "company",
        "count": len(invoices),
        "several": len(invoices) > 1,
        "invoices": invoices[:ROWS],
        "invoice": invoices[0] if invoices else None,
        "more_count": max(0, len(invoices) - ROWS),
        "upcoming_numbers": [item["number"] for item in invoices if item["days_late"] < 0],
        "balances": [_balance(item, _BALANCE) for item in plain["balances"]],
        "reference": _reference(invoices, table),
        "topic": invoices[0]["subject"] if len(invoices) == 1 else "",
        "about": _about(invoices, table),
        "attached": _attached(plain["attachments"], invoices),
        "help": _help(plain, invoices, table),
        "next": _next(plain["next"], table),
        "announced": _with_channel(plain["announced"], table),
        "payment": {**payment, "reference": _reference(payment["invoices"], table)} if payment else None,
        "history": [_contact(item, table) for item in plain["history"]],
        "mandatory": _placed(plain["mandatory"]),
        "mandatory_rest": _rest(plain["mandatory"]),
        "offers": sum(
            bool(plain["options"][key]) for key in ("pay", "choose_date", "plan", "settle", "disagree")
        ),
    }


# What follows from a part that many letters share is shared too, and read-only as that part is.
@once_for(MappingProxyType)
def _creditor(plain: Mapping[str, Any], locale: str) -> Mapping[str, Any]:
    return MappingProxyType({**plain, "tax_id": _tax_id(plain["tax_id"], words(locale))})


@once_for(MappingProxyType)
def _placed(mandatory: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({slot: mandatory.get(slot, "") for slot in PLACED})


@once_for(MappingProxyType)
def _rest(mandatory: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(text for slot, text in mandatory.items() if slot not in PLACED and text)


def cleaned(text: str) -> str:
    """A text as letters show it: on one line, without what cannot be seen."""
    return str(_clean(text))


def _clean(value: Any) -> Any:
    """Every character that `_UNPRINTABLE` names is unprintable for Python too, which tells it faster."""
    kind = type(value)
    if kind is str and value.isprintable():
        return value.strip()
    if kind in _NO_TEXT:
        return value
    if kind is list or kind is tuple:
        return [_clean(item) for item in value]
    if isinstance(value, str):
        return value.strip() if value.isprintable() else _UNPRINTABLE.sub(" ", value).strip()
    if kind is MappingProxyType:
        return _cleaned_once(value)
    if kind is dict or isinstance(value, Mapping):
        return {
            key: item
            if (kind := type(item)) in _NO_TEXT
            else item.strip()
            if kind is str and item.isprintable()
            else _clean(item)
            for key, item in value.items()
        }
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value


@once_for(MappingProxyType)
def _cleaned_once(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is handed in read-only is the same for many letters (who writes, where links lead): cleaned once."""
    return MappingProxyType(_clean(dict(value)))


@lru_cache(maxsize=64)
def _single_words(locale: str) -> Mapping[str, str]:
    return MappingProxyType({name: word for name, word in words(locale).items() if isinstance(word, str)})


def _texts(kind: type) -> tuple[tuple[str, ...], int]:
    """Which of the keys of a kind of values may hold text, and how many keys it has."""
    hints = get_type_hints(kind)
    return tuple(name for name, hint in hints.items() if hint not in _NO_TEXTS), len(hints)


_INVOICE: Final = _texts(InvoiceValues)
_BALANCE: Final = _texts(BalanceValues)


def _tax_id(text: str, table: Mapping[str, Any]) -> str:
    return f"{table['tax_id_label']} {text}" if text[:1].isdigit() else text


def _invoice(item: Mapping[str, Any], locale: str) -> dict[str, Any]:
    style = "day" if abs(item["days_late"]) < _YEAR_IS_CLEAR else "day_long"
    shown = _balance(item, _INVOICE)
    shown["upcoming"] = item["days_late"] < 0
    shown["due"] = formats.day(item["due_on"], style, locale)
    part = item["part"]
    shown["part"] = words(locale)["part"].format(**part) if part else ""
    shown["moves_on"] = part["moves_on"] if part else None
    return shown


def _balance(item: Mapping[str, Any], known: tuple[tuple[str, ...], int]) -> dict[str, Any]:
    """The amounts with their flags. What the parts do not explain (withholdings, a disputed part) is `adjusted`.

    `known` is the `_texts` of its kind; an item with other keys is cleaned whole.
    """
    texts, keys = known
    shown: dict[str, Any] = dict(item) if len(item) == keys else _clean(item)
    for name in texts:
        text = shown[name]
        if text:
            shown[name] = text.strip() if type(text) is str and text.isprintable() else _clean(text)
    currency, whole, open_, paid, credited, interest, fees = _minor(shown)
    parts = whole - paid - credited + interest + fees
    if parts < open_:
        raise LetterError(
            f"The open amount {item['open']} is more than its parts {Money(currency, parts)} explain: correct the "
            "values, nobody may be asked for more than the letter shows."
        )
    shown["adjusted"] = Money(currency, parts - open_)
    shown["charges"] = Money(currency, interest + fees)
    shown["has_parts"] = shown["net"] is not None and shown["tax"] is not None
    shown["has_paid"] = paid != 0
    shown["has_credited"] = credited != 0
    shown["has_adjusted"] = parts != open_
    shown["has_charges"] = interest != 0 or fees != 0
    return shown


def _minor(item: Mapping[str, Any]) -> tuple[str, int, int, int, int, int, int]:
    """The currency of the `_ADDED` amounts, and each in minor units. Raises `CurrencyMismatch`."""
    whole, open_, paid, credited, interest, fees = amounts = _ADDED(item)
    currency: str = whole.currency
    for amount in amounts:
        if amount.currency != currency:
            total(amounts, currency=currency)
    return currency, whole.minor, open_.minor, paid.minor, credited.minor, interest.minor, fees.minor


def _reference(invoices: Sequence[Mapping[str, Any]], table: Mapping[str, Any]) -> str:
    """How people call these invoices in a subject: "FE-1042 y 2 facturas más"."""
    numbers = [item["number"] for item in invoices]
    if not numbers:
        return ""
    pattern = {1: "one", 2: "two"}.get(len(numbers), "many")
    second = numbers[1] if len(numbers) > 1 else ""
    text: str = table["reference"][pattern]
    return text.format(first=numbers[0], second=second, rest=len(numbers) - 1)


def _about(invoices: Sequence[Mapping[str, Any]], table: Mapping[str, Any]) -> str:
    """What it is about, to stand after "por": the project first, the invoice in brackets."""
    if not invoices:
        return ""
    pattern: Mapping[str, str] = table["about"]
    if len(invoices) > 1:
        return pattern["many"].format(count=len(invoices))
    item = invoices[0]
    number = (
        pattern["part"].format(number=item["number"], part=item["part"]) if item["part"] else item["number"]
    )
    key = ("subject" if item["subject"] else "number") + ("_order" if item["purchase_order"] else "")
    return pattern[key].format(subject=item["subject"], number=number, order=item["purchase_order"])


def _attached(names: Sequence[str], invoices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What travels with the letter: `all` when every invoice has a document here; `formats` such as PDF, XML."""
    sent = set(names)
    covered = [any(document in sent for document in item["documents"]) for item in invoices]
    formats = dict.fromkeys(PurePath(name).suffix.lstrip(".").upper() for name in names)
    return {
        "any": bool(names),
        "all": bool(covered) and all(covered),
        "count": len(names),
        "names": list(names),
        "formats": [name for name in formats if name],
    }


def _help(
    plain: Mapping[str, Any], invoices: Sequence[Mapping[str, Any]], table: Mapping[str, Any]
) -> list[str]:
    options, offered = plain["options"], table["help"]
    found = [offered["copy"]]
    if any(item["purchase_order"] for item in invoices) or plain["customer"]["kind"] == "company":
        found.append(offered["order"])
    if options["wrong_person"]:
        found.append(offered["person"])
    if options["plan"]:
        found.append(offered["plan"])
    return found


def _next(item: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """`does`: what happens next, as a verb phrase ("le dejamos un solo mensaje por WhatsApp")."""
    does = ""
    if item["kind"] == "contact":
        through = table["through"].get(item["channel"], "")
        stage = str(item["letter"] or "").removesuffix("_second")
        phrase = table["does"].get(stage) or table["does"].get(item["channel"])
        if phrase is None:
            raise LetterError(
                f"The word table has no phrase for channel {item['channel']!r}: add it under `does`."
            )
        does = phrase.format(through=through).strip(" ,")
    return {**item, "does": does, "formal": item["letter"] in ("formal", "formal_second", "final")}


def _with_channel(item: Mapping[str, Any] | None, table: Mapping[str, Any]) -> dict[str, Any] | None:
    return None if item is None else {**item, "through": table["through"].get(item["channel"], "")}


def _contact(item: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    outcome = table["outcomes"].get(item["outcome"], {})
    return {
        **item,
        "channel": table["channels"].get(item["channel"], item["channel"]),
        "outcome": outcome.get(item["channel"], outcome.get("default", "")),
    }
