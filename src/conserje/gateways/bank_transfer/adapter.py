# SPDX-License-Identifier: Apache-2.0
"""Tells the customer where to transfer and with which reference. It hears of no money: the bank's file does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    InstructionLine,
    Instructions,
    StartFailed,
)
from conserje.domain.ports.http import Http, RawRequest
from conserje.gateways.bank_transfer.numbers import compact
from conserje.gateways.bank_transfer.settings import Account, TransferSettings, read_accounts
from conserje.gateways.bank_transfer.vocabulary import EXPONENTS

# A reference as the books give it, and the last day: all there is to know of an attempt.
_EXTERNAL_ID: Final = re.compile(r"([A-Z0-9]{4,35})\.([0-9]{8})")
_REFERENCE: Final = re.compile(r"[A-Z0-9]{4,35}")


@dataclass(frozen=True, slots=True)
class BankTransfer:
    """The creditor's own accounts. Its charges wait until a bank line or a person tells that they are paid."""

    name: str = "bank_transfer"
    settings_type: type = TransferSettings
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            currencies=frozenset(EXPONENTS),
            methods=("transfer",),
            exponents=EXPONENTS,
            states=frozenset({ChargeState.WAITING, ChargeState.UNKNOWN}),
        )
    )

    def origins(self, settings: Any) -> tuple[str, ...]:
        """It has no pages."""
        return ()

    def currencies_taken(self, settings: Any) -> frozenset[str]:
        """Those of its accounts."""
        return frozenset(account.currency for account in read_accounts(settings.accounts))

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Instructions | StartFailed:
        """The accounts that fit, and the reference of this attempt."""
        if not _REFERENCE.fullmatch(request.reference) or request.amount.minor <= 0 or request.until is None:
            return StartFailed("request_unusable", retry=False)
        country = request.payer.country if request.payer else ""
        accounts = fitting(
            read_accounts(settings.accounts), currency=request.amount.currency, country=country
        )
        if not accounts:
            return StartFailed("no_account_in_currency", retry=False)
        until = request.until.date()
        lines = [InstructionLine("reference", request.reference, copyable=True)]
        lines += [line for account in accounts for line in _lines(account)]
        return Instructions(f"{request.reference}.{until:%Y%m%d}", tuple(lines), until)

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """Waiting, always: nobody here sees the account."""
        found = _EXTERNAL_ID.fullmatch(external_id)
        until = _day(found.group(2)) if found else None
        if found is None or until is None:
            return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, "not_ours")
        return ChargeFact(
            external_id, "", found.group(1), ChargeState.WAITING, None, "transfer", None, until=until
        )

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Nobody sends it hooks."""
        return False

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """Nothing."""
        return ()

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Each number was checked when it was written down; here, that none stands there twice."""
        seen: set[tuple[str, str, str]] = set()
        twice = []
        for account in read_accounts(settings.accounts):
            known = (account.currency, account.country, compact(account.number))
            if known in seen:
                twice.append(f"The account {account.number} stands there twice. Remove one of the lines.")
            seen.add(known)
        return tuple(twice)


def fitting(accounts: tuple[Account, ...], *, currency: str, country: str) -> tuple[Account, ...]:
    """The accounts in `currency` for payers of `country`; where none is, those for any; where none is, all in it."""
    taken = tuple(account for account in accounts if account.currency == currency)
    own = tuple(account for account in taken if country and account.country == country.upper())
    return own or tuple(account for account in taken if not account.country) or taken


def _lines(account: Account) -> Iterator[InstructionLine]:
    yield InstructionLine("bank", account.bank)
    yield InstructionLine(account.kind, account.number, copyable=True)
    yield InstructionLine("holder", account.holder, copyable=True)
    if account.tax_id:
        yield InstructionLine("tax_id", account.tax_id, copyable=True)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ADAPTER = BankTransfer()
