# SPDX-License-Identifier: Apache-2.0
"""Taxes that payers keep back from invoices. Nobody is judged by them: what came in is compared with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from conserje.domain.rules.rule import Rule


class TaxBase(StrEnum):
    """The amount of an invoice that a tax is reckoned on."""

    NET = "net"
    TAX = "tax"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldTax(Rule):
    """A payer may keep back `tax` once from an invoice, at one of `rates` (fractions of one) of its `base`."""

    tax: str
    base: TaxBase
    rates: tuple[Fraction, ...]
