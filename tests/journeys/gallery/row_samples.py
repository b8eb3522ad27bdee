# SPDX-License-Identifier: Apache-2.0
"""The rows behind the figures, and a contact made elsewhere, with obviously invented people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from tests.journeys.gallery.customer_sample import ZONE

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option
from conserje.workbench.pages import ElsewherePage, Frame
from conserje.workbench.row_pages import ContactRow, ContactsPage, MessagePage, PaymentRow, PaymentsPage

AT = datetime(2026, 11, 24, 9, 40, tzinfo=ZONE)
PAID = Money("COP", 380800000)
LONG = "Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P."


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of payments, contacts, a message, and writing down a contact made elsewhere."""
    yield from _payments(replace(frame, section="home"))
    yield from _contacts(replace(frame, section="home"))
    channels = (Option("call", "llamada"), Option("letter", "carta"))
    outcomes = (Option("spoke", "Conversamos"), Option("no_answer", "Sin conversación"))
    page = ElsewherePage(
        replace(frame, section="receivables"),
        LONG,
        "#c1",
        channels,
        outcomes,
        {"channel": "letter", "at": "2026-11-24T09:00", "outcome": "spoke", "direction": "inbound"},
        "2026-11-24T10:00",
    )
    show = "workbench/elsewhere/show.html"
    yield "w-elsewhere", show, page
    yield "w-elsewhere-wrong", show, replace(page, error="Ese momento todavía no llega.")


def _payments(frame: Frame) -> Iterator[tuple[str, str, object]]:
    show = "workbench/rows/payments.html"
    rows = (
        PaymentRow(LONG, "#c1", AT.date(), PAID, "PSE", Money("COP", 1000000), "#refund"),
        PaymentRow("Sofía Ejemplo", "#c2", AT.date(), Money("USD", -120000), "devolución"),
    )
    page = PaymentsPage(
        frame,
        date(2026, 11, 1),
        date(2026, 11, 30),
        rows,
        (PAID, Money("USD", -120000)),
        (("Banco", AT.date()), ("Pasarela", AT.date())),
        "#previous",
        "#next",
        "#state",
    )
    yield "w-payments", show, page
    yield "w-payments-none", show, replace(page, rows=(), sums=(), recorded=(), next_url="", state_url="")


def _contacts(frame: Frame) -> Iterator[tuple[str, str, object]]:
    show = "workbench/rows/contacts.html"
    sent = ContactRow(
        LONG, "#c1", AT, "Carta amistosa", "Amistosa", "email", "delivered", "Laura Pérez, Marcos Díaz"
    )
    held = replace(sent, state="suppressed", channel="whatsapp", reason="Ya se le escribió esta semana.")
    coming = replace(sent, state="planned", channel="call", to="")
    yield "w-contacts", show, ContactsPage(frame, "#book", (sent, held), (coming,))
    yield "w-contacts-none", show, ContactsPage(frame, "#book", ())
    message = MessagePage(
        frame, "FE-1042 · Rediseño del sitio, fase 2", AT, "about:blank", "Buenos días, Laura:\n..."
    )
    yield "w-message", "workbench/rows/message.html", message
