# SPDX-License-Identifier: Apache-2.0
"""The screens of the bank, with obviously invented payers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from conserje.domain.kit.money import Money
from conserje.ui.listing import Pager
from conserje.workbench.bank_pages import (
    BankCustomer,
    BankInvoice,
    BankLinePage,
    BankPage,
    BankPaid,
    BankRow,
    BankShare,
    BankTab,
)
from conserje.workbench.pages import Frame

ON = date(2026, 11, 17)


def cop(minor: int) -> Money:
    return Money("COP", minor)


def rows() -> tuple[BankRow, ...]:
    """A proposal, one net of tax with an endless text, a payout, and one of which nothing is known."""
    proposed = BankRow(
        1,
        "Propuesta",
        "late",
        ON,
        cop(185000000),
        "TRANSFERENCIA",
        "FICTICIA COMERCIAL SAS",
        "Un pago",
        ("el pagador se llama como el cliente", "el valor es exactamente lo pendiente"),
        "Ficticia Comercial S.A.S.",
        "#c1",
        (BankShare("FE-1042", "#c1", cop(185000000)),),
        decision=9,
        url="#1",
        confirm_url="#confirm",
    )
    net = replace(
        proposed,
        id=2,
        text="ABONO/TRANSFERENCIA/INTERBANCARIA/" + "REF0000123456789" * 6,
        shares=(BankShare("FE-1043", "#c1", cop(368000000), cop(12800000), "retención en la fuente"),),
        left=cop(150000),
        confirm_url="",
    )
    payout = replace(
        proposed,
        id=3,
        what="El desembolso de pagos que ya están en los libros: no se registra nada más",
        customer="",
        shares=(),
        payments=tuple(BankPaid(f"Cliente {n}", f"#c{n}", cop(n * 100000), ON) for n in (1, 2)),
    )
    unknown = replace(
        proposed,
        id=4,
        state="Por decidir",
        payer="",
        text="",
        what="",
        reasons=("nada indica de quién es el dinero",),
        customer="",
        shares=(),
        confirm_url="",
    )
    return proposed, net, payout, unknown


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each."""
    frame = replace(frame, section="bank")
    labels = ("Propuestas", "Por decidir", "Aplicadas", "Descartadas")
    tabs = tuple(
        BankTab(label, f"#{place}", place * 3, place == 1, (cop(918000000), Money("USD", 120000)))
        for place, label in enumerate(labels)
    )
    list_ = "workbench/bank/list.html"
    yield "w-bank", list_, BankPage(frame, tabs, rows(), True, Pager(1, 50, 51, next_url="?page=2"))
    yield "w-bank-none", list_, BankPage(frame, tabs, (), True)
    none = tuple(replace(tab, count=0, came_in=()) for tab in tabs)
    yield "w-bank-empty", list_, BankPage(frame, none, (), True, is_empty=True)
    fault = "El saldo inicial y las líneas no dan el saldo final: falta algo. Descargue otra vez el extracto."
    yield "w-bank-refused", list_, BankPage(frame, tabs, rows()[:1], True, fault=fault, bank_account="031-1")
    yield "w-bank-looking", list_, BankPage(frame, tabs, rows()[3:], False)
    line = "workbench/bank/line.html"
    found = (
        BankCustomer("Ficticia Comercial S.A.S.", "#c1"),
        BankCustomer("Consorcio Internacional de Importaciones Imaginarias del Caribe S.A. E.S.P.", "#c2"),
    )
    invoices = (
        BankInvoice(1, "FE-1042", cop(185000000), ON, ticked=True),
        BankInvoice(2, "FE-1043-INTERNACIONAL-2026-0000001", cop(368000000), ON),
    )
    yield (
        "w-bank-line",
        line,
        BankLinePage(
            frame,
            rows()[3],
            "#bank",
            "ficticia",
            found,
            True,
            "Ficticia Comercial S.A.S.",
            1,
            invoices,
            "#apply",
            "#omit",
        ),
    )
    nobody = BankLinePage(
        frame, rows()[3], "#bank", "zzz", searched=True, apply_url="#apply", omit_url="#omit"
    )
    yield "w-bank-line-nobody", line, nobody
    done = replace(
        rows()[1], state="Aplicada", tone="done", undo_url="#undo", decided="Ana Ruiz", note="dos pagos"
    )
    yield "w-bank-line-done", line, BankLinePage(frame, done, "#bank")
