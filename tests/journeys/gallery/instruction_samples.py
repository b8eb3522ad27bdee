# SPDX-License-Identifier: Apache-2.0
"""How to pay where the gateway has no page: an account, two of them, a code to scan, and what has ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from tests.journeys.gallery.shop import BRAND, TODAY

from conserje.domain.kit.money import Money
from conserje.portal.instruction_pages import InstructionsPage, Line
from conserje.ui import qr

PIX = (
    "00020101021226930014br.gov.bcb.pix2571pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25"
    "5204000053039865802BR5914Oficina Modelo6009Sao Paulo62070503***6304"
)


def way(bank: str, kind: str, number: str) -> tuple[Line, ...]:
    """The lines of one account."""
    return (
        Line("Banco", bank),
        Line(kind, number, copyable=True),
        Line("A nombre de", "Taller Ejemplo S.A.S.", copyable=True),
        Line("Identificación tributaria", "NIT 900.000.000-0", copyable=True),
    )


def every() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each state."""
    template = "portal/payment/instructions.html"
    transfer = InstructionsPage(
        brand=BRAND,
        today=TODAY,
        amount=Money("COP", 380800000),
        ways=(way("Bancolombia", "Cuenta de ahorros", "123-456789-01"),),
        reference="CJACDEFGHJ",
        invoices=("FE-1042", "FE-1043"),
        until=date(2026, 11, 29),
    )
    yield "instructions-transfer", template, transfer
    two = (*transfer.ways, way("Banco de Bogotá", "Cuenta corriente", "000-123456"))
    yield "instructions-two-accounts", template, replace(transfer, ways=two)
    scan = replace(
        transfer,
        amount=Money("BRL", 12345),
        ways=((Line("Pix, copia y pega", PIX + "ABCD", copyable=True, long=True),),),
        reference="",
        qr=qr.draw(PIX + "ABCD"),
    )
    yield "instructions-scan", template, scan
    yield "instructions-over", template, replace(transfer, ways=(), reference="", over=True)
