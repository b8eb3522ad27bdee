# SPDX-License-Identifier: Apache-2.0
"""Requests about data, on the customer's page and on the desk, with obviously invented people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from tests.journeys.gallery.customer_sample import ZONE
from tests.journeys.gallery.shop import BRAND, TODAY

from conserje.portal.data_pages import DataPage, Request, Right
from conserje.ui.listing import Option
from conserje.workbench.data_pages import CustomerDataPage, RequestPage, RequestRow, RequestsPage
from conserje.workbench.pages import Frame

AT = datetime(2026, 11, 20, 9, 40, tzinfo=ZONE)
RIGHTS = (
    Right("access", "Conocer mis datos", "Le enviamos todo lo que tenemos sobre usted.", asked=True),
    Right("rectify", "Corregir mis datos", "Díganos qué dato y cómo debe quedar.", asked=False),
    Right("erase", "Borrar mis datos", "Lo que la ley obliga a conservar se queda.", asked=False),
)
OPEN = Request(
    "Conocer mis datos", AT.date(), date(2026, 12, 4), "SIC", True, "faltan archivos viejos", None, "", ""
)
ANSWERED = Request(
    "Corregir mis datos", AT.date(), date(2026, 12, 4), "SIC", False, "", TODAY, "concedida", "Listo, Laura."
)
LONG = "Corrijan mi correo:\nuna-direccion-larguisima-que-no-tiene-donde-partirse@subdominio.ejemplo.example"


def portal() -> Iterator[tuple[str, str, object]]:
    """Nothing asked yet, something asked and answered, and nothing chosen."""
    show = "portal/data/show.html"
    page = DataPage(BRAND, TODAY, RIGHTS, (OPEN, ANSWERED), message="La recibimos.")
    yield "data-asked", show, page
    first = tuple(replace(one, asked=False) for one in RIGHTS)
    yield "data", show, replace(page, rights=first, requests=(), message="")
    yield "data-wrong", show, replace(page, message="", error="Elija qué desea solicitar.", words=LONG)


def desk(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """The list, one request that may be granted, one that may not, one answered, and a customer's."""
    row = RequestRow(
        "Borrar sus datos",
        "Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        "#c1",
        "#r1",
        AT,
        "en su página",
        LONG,
        date(2026, 12, 11),
        date(2026, 12, 21),
        "quedan 13 días hábiles",
        "rest",
        "CO.D1",
        "SIC",
        False,
        "",
        None,
        "",
        "",
    )
    late = replace(row, what="Conocer sus datos", left="2 días de atraso", tone="late", words="")
    yield "w-data", "workbench/data/list.html", RequestsPage(frame, (late, row))
    yield "w-data-none", "workbench/data/list.html", RequestsPage(frame, ())
    outcomes = (Option("granted", "Conceder"), Option("refused", "Negar"), Option("partial", "En parte"))
    show = "workbench/data/show.html"
    page = RequestPage(
        frame,
        row,
        outcomes,
        ("Hay facturas abiertas.", "La ley obliga a conservar los libros."),
        date(2036, 11, 20),
        "CO.R1",
        file_url="#file",
        answer_url="#answer",
        extend_url="#extend",
    )
    yield "w-data-kept", show, page
    yield "w-data-erases", show, replace(page, why_not=(), kept_until=None, erases=True)
    done = replace(row, answered_at=AT, outcome="Concedida", answer="Listo.", left="", extended=True)
    done = replace(done, extension_reason="faltan archivos viejos")
    yield "w-data-answered", show, RequestPage(frame, done, (), file_url="#file")
    rights = (Option("access", "Conocer sus datos"), Option("erase", "Borrar sus datos"))
    of_one = "workbench/data/customer.html"
    customer = CustomerDataPage(frame, row.customer, "#c1", (row, done), rights, "#html", "#json", "#ask")
    yield "w-data-customer", of_one, customer
    yield "w-data-customer-none", of_one, replace(customer, rows=(), ask_url="")
