# SPDX-License-Identifier: Apache-2.0
"""Screens about contacts of which something is not known, with obviously invented people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.journeys.gallery.customer_sample import ZONE

from conserje.domain.kit.money import Money
from conserje.ui.listing import Pager
from conserje.workbench.pages import Frame
from conserje.workbench.unsure_pages import (
    AlertRow,
    BookPage,
    DoubtedPage,
    InDoubtPage,
    InDoubtRow,
    ParkedRow,
    UnsurePage,
    UnsureRow,
)

AT = datetime(2026, 11, 24, 9, 40, tzinfo=ZONE)
SOUGHT = "una promesa, un aviso de pago o un pago hechos desde su enlace"


def rows() -> tuple[UnsureRow, ...]:
    """Before the first look, between looks with an endless name, and after the last look."""
    first = UnsureRow(
        1,
        "Ficticia Comercial S.A.S.",
        "#c1",
        "Recordatorio amable",
        "FE-1042 · Rediseño del sitio, fase 2 · Taller Ejemplo",
        "laura@ficticia.example",
        "email",
        AT,
        "El servidor del cliente recibió el mensaje y no respondió a tiempo.",
        SOUGHT,
        None,
        AT + timedelta(minutes=5),
        "#m1",
    )
    long = replace(
        first,
        id=2,
        customer="Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        to="departamento.de.cuentas.por.pagar.internacionales@consorcio-imaginario-del-caribe.example",
        happened="Nuestro propio proceso se detuvo mientras entregaba el mensaje.",
        looked_at=AT + timedelta(days=1),
        next_look_at=AT + timedelta(days=2),
    )
    old = replace(
        long, id=3, customer="Panadería de Mentira", to="p@pan.example", next_look_at=None, subject=""
    )
    return first, long, old


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each."""
    frame = replace(frame, section="home")
    parked = ParkedRow(
        4,
        "Invento Digital Ltda.",
        "#c4",
        "Carta formal",
        AT,
        "No se pudo escribir su carta. Revise los datos del cliente y los de su marca.",
        "Se escribe una vez más por sí solo. Si también falla, corrija lo que esté mal e inténtelo otra vez.",
    )
    pager = Pager(1, 50, 51, next_url="?page=2")
    list_ = "workbench/unsure/list.html"
    yield "w-unsure", list_, UnsurePage(frame, rows(), (parked,), pager, "#resolve", "#retry")
    yield "w-unsure-looking", list_, UnsurePage(frame, rows()[:1])
    yield "w-unsure-none", list_, UnsurePage(frame, ())
    yield from _in_doubt(frame)
    yield from _book(frame)


def _in_doubt(frame: Frame) -> Iterator[tuple[str, str, object]]:
    second = InDoubtRow(
        "Ficticia Comercial S.A.S.",
        "#c1",
        Money("COP", 185000000),
        "FE-1042, FE-1043",
        "wompi",
        AT,
        "Esas facturas ya estaban pagadas: este es un segundo pago por el mismo valor.",
        "Pregunte al cliente si prefiere que se le devuelva o que se aplique a otra factura.",
    )
    wrong = replace(
        second,
        customer="Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        why="La pasarela confirmó un valor distinto del que se pidió.",
        to_do="No se registró nada. Búsquelo en la lista de pagos de la propia pasarela.",
    )
    yield (
        "w-in-doubt",
        "workbench/in_doubt/list.html",
        InDoubtPage(frame, (second, replace(wrong, open_url="#found"), replace(wrong, decide_url="#decide"))),
    )
    doubted = DoubtedPage(
        frame,
        wrong.customer,
        "#c2",
        wrong.why,
        wrong.amount,
        "FE-1042, FE-1043",
        "Wompi",
        "CJACDEFGHJ",
        AT,
        recordable=True,
        latest=AT.date(),
    )
    one = "workbench/in_doubt/one.html"
    yield "w-doubted", one, doubted
    silent = "Se pidió un cobro y nadie respondió: tal vez se hizo."
    yield "w-doubted-card", one, replace(doubted, why=silent, by_card=True)
    typed = {"number": "", "amount": "mucho", "on": ""}
    refused = {
        "number": "Escriba el número que la pasarela le dio al pago.",
        "amount": "Escriba un valor.",
        "on": "Escriba el día en que llegó el dinero.",
    }
    yield "w-doubted-wrong", one, replace(doubted, typed=typed, wrong=refused)
    booked = "La pasarela dice que volvió más dinero del que los libros pueden seguir."
    yield "w-doubted-booked", one, replace(doubted, why=booked, recordable=False)
    yield "w-doubted-looking", one, replace(doubted, may_decide=False)
    yield "w-in-doubt-none", "workbench/in_doubt/list.html", InDoubtPage(frame, ())


def _book(frame: Frame) -> Iterator[tuple[str, str, object]]:
    ends = (("Enviado", 118), ("No llegó", 2), ("No salió, con su motivo", 9), ("No sabemos si llegó", 1))
    whole = BookPage(frame, date(2026, 11, 24), 136, ends, (("Espera aprobación", 6),), 0, (), "#before")
    book = "workbench/contact_book/show.html"
    yield "w-book", book, whole
    late = AlertRow(
        3,
        "mensajes debieron salir hace más de 15 minutos y no han salido",
        AT,
        "Se corrige por sí solo hasta donde se puede; se vuelve a mirar antes de dos minutos.",
        (("Ficticia Comercial S.A.S.", "#c1"), ("Panadería de Mentira", "#c2")),
    )
    wrong = AlertRow(
        1,
        "contacto no concuerda con el registro de contactos de la organización",
        AT,
        "Esto no se corrige por sí solo: debe mirarlo una persona.",
    )
    yield "w-book-missing", book, replace(whole, missing=3, due=139, alerts=(late, wrong), next_url="#after")
