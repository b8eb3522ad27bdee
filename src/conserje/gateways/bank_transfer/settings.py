# SPDX-License-Identifier: Apache-2.0
"""The creditor's accounts, one on a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conserje.domain.ports.settings import SettingsRefused, setting
from conserje.gateways.bank_transfer.numbers import compact, folded, is_right
from conserje.gateways.bank_transfer.vocabulary import CURRENCIES, KINDS

COLUMNS: Final = ("currency", "country", "bank", "kind", "number", "holder", "tax number")
MOST_ACCOUNTS: Final = 20
LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `country` (ISO 3166, or empty) is that of the payers it is for; `number` as it is shown."""

    currency: str
    country: str
    bank: str
    kind: str
    number: str
    holder: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """The accounts as written. What cannot be an account raises `SettingsRefused`, saying which line and why."""

    accounts: str = setting(
        "Accounts, one on each line",
        hint="COP; CO; Bancolombia; ahorros; 123-456789-01; Taller Ejemplo S.A.S.; NIT 900.000.000-0",
    )

    def __post_init__(self) -> None:
        if not read_accounts(self.accounts):
            raise SettingsRefused("Write at least one account.")


def read_accounts(text: str) -> tuple[Account, ...]:
    """The accounts in `text`, in its order. Raises `SettingsRefused` naming the line that is none."""
    lines = [(place, line) for place, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > MOST_ACCOUNTS:
        raise SettingsRefused(f"There are {len(lines)} accounts; up to {MOST_ACCOUNTS} can be shown.")
    return tuple(_account(place, line) for place, line in lines)


def _account(place: int, line: str) -> Account:
    parts = [part.strip() for part in line.split(";")]
    if len(parts) != len(COLUMNS):
        raise SettingsRefused(
            f"Line {place} has {len(parts)} parts. Write {len(COLUMNS)} with ; between them: {', '.join(COLUMNS)}."
        )
    currency, country, bank, kind, number, holder, tax_id = parts
    if currency.upper() not in CURRENCIES:
        raise SettingsRefused(
            f"Line {place}: {currency} is no currency we know. Known: {', '.join(CURRENCIES)}."
        )
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise SettingsRefused(
            f"Line {place}: the country is two letters (CO, MX), or nothing for payers of any."
        )
    if not bank or not holder or any(len(part) > LONGEST or not part.isprintable() for part in parts):
        raise SettingsRefused(
            f"Line {place}: the bank and the holder are needed, in up to {LONGEST} signs each."
        )
    ours = KINDS.get(folded(kind))
    if ours is None:
        raise SettingsRefused(f"Line {place}: {kind} is no kind of account. Known: {', '.join(KINDS)}.")
    if not is_right(ours, number if ours == "alias" else compact(number)):
        raise SettingsRefused(
            f"Line {place}: {number} is not a {kind} number. Compare it with the bank's paper."
        )
    return Account(currency.upper(), country.upper(), bank, ours, number, holder, tax_id)
