# SPDX-License-Identifier: Apache-2.0
"""The lines of the invented book: 140 invoices of every kind a Colombian sheet holds, as exact figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from conserje.testing.book.names import BookCustomer

INVOICES: Final = 140
FORGOTTEN, STARTUP, SCOPE = (
    "Almacenes Olvido Ejemplar S.A.S.",
    "Despegue Ficticio S.A.S.",
    "Constructora Imaginaria S.A.",
)
STORY_CUSTOMERS: Final = (FORGOTTEN, STARTUP, SCOPE)

_PROJECTS: Final = (
    "Rediseño del sitio, fase 1",
    "Rediseño del sitio, fase 2",
    "Campaña de temporada",
    "Manual de marca",
    "Mantenimiento mensual",
    "Catálogo impreso",
    "Video institucional",
    "Tienda en línea",
    "Capacitación del equipo",
    "Consultoría de procesos",
    "Empaques nuevos",
    "Señalización de sede",
)
_IVA_PER_CENT: Final = 19
_RETEFUENTE_PER_CENT: Final = 4


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of the sheet. Amounts in minor units of `currency`; `open_minor` is what is still owed by it.

    A negative `total_minor` is a credit note. Lines of one number with several due dates are one invoice.
    """

    number: str
    customer: BookCustomer
    issued_on: date
    due_on: date
    subject: str
    purchase_order: str
    currency: str
    net_minor: int
    tax_minor: int
    withheld_minor: int
    paid_minor: int
    paid_on: date | None = None
    notes: str = ""

    @property
    def total_minor(self) -> int:
        """Net and tax."""
        return self.net_minor + self.tax_minor

    @property
    def open_minor(self) -> int:
        """The balance the sheet shows."""
        return self.total_minor - self.withheld_minor - self.paid_minor


def lines(rng: Random, *, customers: tuple[BookCustomer, ...], today: date) -> tuple[BookLine, ...]:
    """Every line, by number: the three stories, instalments, settled ones, a credit note, the plain rest."""
    made: list[BookLine] = _stories(customers, today)
    others = customers[len(STORY_CUSTOMERS) :]
    for index in range(INVOICES - len(made)):
        customer = others[index % len(others)] if index < len(others) else rng.choice(others)
        line = _plain(rng, f"FE-{_number(index)}", customer, today)
        made.extend(_with_parts(line) if index in (20, 55, 90) else [_seasoned(rng, index, line, today)])
    made.append(_credit_note(made[7], today))
    return tuple(sorted(made, key=lambda line: (line.number, line.due_on)))


def plain_lines(rng: Random, *, customers: tuple[BookCustomer, ...], today: date) -> tuple[BookLine, ...]:
    """One plain unpaid line in pesos for each of the 140 invoices."""
    made = []
    for index in range(INVOICES):
        customer = customers[index % len(customers)] if index < len(customers) else rng.choice(customers)
        line = _plain(rng, f"FV-{2001 + index}", customer, today)
        made.append(
            replace(
                line,
                currency="COP",
                net_minor=line.net_minor if line.currency == "COP" else line.net_minor * 4000,
            )
        )
    return tuple(made)


def _number(index: int) -> int:
    taken = (1042, 1051, 1060)
    number = 1001 + index
    for fixed in taken:
        number += 1 if number >= fixed else 0
    return number


def _stories(customers: tuple[BookCustomer, ...], today: date) -> list[BookLine]:
    told = (
        ("FE-1042", 12, "Rediseño del sitio, fase 2", "OC-311", 320_000, ""),
        ("FE-1051", 15, "Plataforma de reservas", "", 850_000, ""),
        (
            "FE-1060",
            30,
            "Sistema de obra, etapa final",
            "OC-774",
            1_500_000,
            "Revisan el alcance de 4.000,00",
        ),
    )
    by_name = {customer.name: customer for customer in customers}
    made = []
    for name, (number, late, subject, order, net, notes) in zip(STORY_CUSTOMERS, told, strict=True):
        due_on = today - timedelta(days=late)
        issued_on = due_on - timedelta(days=30)
        made.append(
            BookLine(
                number, by_name[name], issued_on, due_on, subject, order, "USD", net, 0, 0, 0, notes=notes
            )
        )
    return made


def _plain(rng: Random, number: str, customer: BookCustomer, today: date) -> BookLine:
    late = rng.choice((-25, -14, -6, -3, 0, 2, 4, 6, 9, 13, 18, 24, 33, 41, 52, 66, 80)) + rng.randrange(
        -2, 1
    )
    due_on = today - timedelta(days=late)
    issued_on = due_on - timedelta(days=rng.choice((15, 30, 30, 30, 45, 60)))
    dollars = customer.is_company and rng.randrange(16) == 0
    net = rng.randrange(8, 90) * 10_000 if dollars else rng.randrange(6, 260) * 50_000 * 100
    tax = 0 if dollars else net * _IVA_PER_CENT // 100
    order = f"OC-{rng.randrange(100, 999)}" if customer.is_company and rng.randrange(2) else ""
    currency = "USD" if dollars else "COP"
    return BookLine(
        number, customer, issued_on, due_on, rng.choice(_PROJECTS), order, currency, net, tax, 0, 0
    )


def _seasoned(rng: Random, index: int, line: BookLine, today: date) -> BookLine:
    """A share of the lines is partly paid, withheld or settled, as in any real book."""
    if index % 8 == 3 and line.currency == "COP" and line.customer.is_company:
        line = replace(line, withheld_minor=line.net_minor * _RETEFUENTE_PER_CENT // 100)
    if index % 7 == 5:
        paid_on = min(today - timedelta(days=rng.randrange(1, 9)), line.due_on)
        part = (
            (line.total_minor - line.withheld_minor) // 200 * 100
            if line.currency == "COP"
            else line.total_minor // 4
        )
        return replace(line, paid_minor=part, paid_on=max(paid_on, line.issued_on))
    if index % 23 == 11:
        return replace(
            line,
            paid_minor=line.total_minor - line.withheld_minor,
            paid_on=max(line.issued_on, today - timedelta(days=5)),
        )
    return line


def _with_parts(line: BookLine) -> list[BookLine]:
    """The same invoice on three lines, a month apart: what is due on each."""
    parts = []
    for position in range(3):
        due_on = line.due_on + timedelta(days=30 * position)
        net = (
            line.net_minor // 300 * 100
            if position < 2
            else line.net_minor - 2 * (line.net_minor // 300 * 100)
        )
        tax = (
            line.tax_minor // 300 * 100
            if position < 2
            else line.tax_minor - 2 * (line.tax_minor // 300 * 100)
        )
        parts.append(replace(line, due_on=due_on, net_minor=net, tax_minor=tax))
    return parts


def _credit_note(line: BookLine, today: date) -> BookLine:
    on = today - timedelta(days=4)
    net = -(line.net_minor // 1000 * 100)
    return replace(
        line,
        number="NC-12",
        issued_on=on,
        due_on=on,
        subject=f"Nota crédito a {line.number}",
        net_minor=net,
        tax_minor=net * _IVA_PER_CENT // 100 if line.tax_minor else 0,
        withheld_minor=0,
        paid_minor=0,
        paid_on=None,
        notes="",
    )
