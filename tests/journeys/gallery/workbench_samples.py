# SPDX-License-Identifier: Apache-2.0
"""Workbench screens with obviously invented people and sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from tests.journeys.gallery import (
    bank_samples,
    data_samples,
    import_samples,
    law_samples,
    letterbox_samples,
    payment_samples,
    permission_samples,
    plan_samples,
    recovery_samples,
    row_samples,
    unsure_samples,
    words_samples,
)
from tests.journeys.gallery.customer_sample import ALLOW, GAP, ZONE, customer

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option, Pager
from conserje.workbench import home_pages, pages

TODAY = date(2026, 11, 24)
LANGUAGES = (Option("es", "Español", chosen=True), Option("en", "English"), Option("pt-br", "Português"))
FRAME = pages.Frame("tallerejemplo", "Taller Ejemplo", "Ana Ruiz", TODAY, "home", 6, True, LANGUAGES)


def chart(currency: str, minors: tuple[int, ...], shares: tuple[int, ...]) -> pages.AgeingChart:
    """The ageing of one currency."""
    buckets = tuple(
        pages.AgeingBucket(str(band), Money(currency, minor), share, 3 * band + 1, f"?age={band}")
        for band, (minor, share) in enumerate(zip(minors, shares, strict=True))
    )
    return pages.AgeingChart(currency, Money(currency, sum(minors)), buckets, TODAY)


PESOS = chart("COP", (8421000000, 3808000000, 1190000000, 0, 476000050), (61, 27, 9, 0, 3))
DOLLARS = chart("USD", (0, 320000, 850000, 1500000, 0), (0, 12, 32, 56, 0))
EUROS = chart("EUR", (145050, 0, 0, 0, 0), (100, 0, 0, 0, 0))
HOME = home_pages.HomePage(
    FRAME,
    (
        pages.Figure("Por cobrar", "#open", (PESOS.total, DOLLARS.total)),
        pages.Figure(
            "Vencido",
            "#overdue",
            (Money("COP", 5474000050), DOLLARS.total),
            note="39 % de los pesos, todo lo que está en dólares",
            tone="late",
        ),
        pages.Figure("Cobrado este mes", "#paid", (Money("COP", 4120000000),), note="18 pagos"),
        pages.Figure("Contactos de hoy", "#today", count=14, note="6 por aprobar, 2 esperan por la Ley 2300"),
    ),
    (PESOS, DOLLARS),
    (
        home_pages.Attention(6, "mensajes por aprobar antes de las 16:00", "#drafts", "rest"),
        home_pages.Attention(2, "respuestas sin contestar; la más antigua es de ayer", "#replies", "late"),
        home_pages.Attention(
            11, "clientes sin permiso de contacto conocido: no se les escribe", "#permission", "stop"
        ),
    ),
)


def rows() -> tuple[pages.CustomerRow, ...]:
    """Customers as lists hold them: short and endless names, one and three currencies."""
    first = pages.CustomerRow(
        "Ficticia Comercial S.A.S.",
        "#c1",
        (Money("COP", 380800000),),
        (Money("COP", 380800000),),
        1,
        12,
        "2 · Seguimiento",
        date(2026, 12, 3),
        "Llamada de cortesía",
        (("rest", "aviso mañana"),),
    )
    long = replace(
        first,
        name="Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        open=(Money("COP", 8421000000), Money("USD", 1500000), Money("EUR", 145050)),
        overdue=(Money("USD", 1500000),),
        invoices=42,
        days=67,
        stage="4 · Resolución",
        next_on=date(2026, 11, 25),
        next_what="Espera a una persona",
        chips=(("stop", "en desacuerdo: US$4.000,00"), ("late", "respuesta sin contestar")),
    )
    calm = replace(
        first,
        name="Panadería de Mentira",
        overdue=(),
        days=-5,
        stage="Preventiva",
        chips=(),
        next_what="Recordatorio",
    )
    quiet = replace(
        calm,
        name="Invento Digital Ltda.",
        next_on=None,
        next_what="En pausa hasta el 4 dic",
        days=9,
        overdue=first.open,
    )
    return (first, long, calm, quiet)


def receivables() -> pages.ReceivablesPage:
    """The list with filters and three currencies."""
    filters = (
        Option("all", "Todos", "?f=all", chosen=True, count=140),
        Option("overdue", "Vencidos", "?f=overdue", count=52),
        Option("hold", "En pausa", "?f=hold", count=7),
        Option("permission", "Sin permiso", "?f=permission", count=11),
        Option("reply", "Respuesta pendiente", "?f=reply", count=2),
    )
    frame = replace(FRAME, section="receivables")
    pager = Pager(1, 50, 140, next_url="?page=2")
    many = tuple(
        replace(one, name=f"{one.name} {at}" if at else one.name) for at in range(4) for one in rows()
    )
    return pages.ReceivablesPage(frame, many, (PESOS, DOLLARS, EUROS), pager, 140, filters=filters)


def drafts() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of messages that wait."""
    at = datetime(2026, 11, 25, 9, 40, tzinfo=ZONE)
    frame = replace(FRAME, section="drafts")
    row = pages.DraftRow(
        1,
        "Ficticia Comercial S.A.S.",
        "FE-1042 · Rediseño del sitio, fase 2 · Taller Ejemplo",
        "Laura Pérez",
        "email",
        at,
        "Etapa 1",
        (Money("COP", 380800000),),
        "#d1",
    )
    yield (
        "w-drafts",
        "workbench/drafts/list.html",
        pages.DraftsPage(
            frame,
            (row, replace(row, amounts=(Money("USD", 320000), Money("COP", 119000000)))),
            approve_all_url="#all",
        ),
    )
    yield "w-drafts-none", "workbench/drafts/list.html", pages.DraftsPage(replace(frame, drafts=0), ())
    yield (
        "w-draft",
        "workbench/drafts/show.html",
        pages.DraftPage(
            frame,
            "Ficticia Comercial S.A.S.",
            "#c1",
            "email",
            "Taller Ejemplo <cuentas@tallerejemplo.example>",
            ("Laura Pérez <laura@ficticia.example>",),
            row.subject,
            "about:blank",
            at,
            "1 · Recordatorio amable",
            "Buenos días, Laura:\n\nLe escribo de Taller Ejemplo.",
            ("FE-1042.pdf", "FE-1042.xml"),
            (ALLOW, GAP),
            ("Pagos sin registrar desde el 20 de noviembre: confirme que esta factura sigue abierta.",),
            "#approve",
            "#refuse",
            "",
            "#next",
            words_url="#words",
            own_words=True,
        ),
    )


def _homes() -> Iterator[tuple[str, str, object]]:
    """The first screen: as usual, stopped, without a book."""
    yield "w-home", "workbench/home/show.html", replace(HOME, stop_url="#stop")
    fuse = home_pages.StopNotice(
        "email",
        "Detenido: correo",
        datetime(2026, 11, 24, 9, 15, tzinfo=ZONE),
        "se detuvo por sí solo",
        "Un cliente iba a recibir un cuarto mensaje en una hora, y eso no puede estar bien. No lo recibió.",
        "Cuando la causa esté resuelta, reanúdelo aquí, o en el servidor con conserje stop lift.",
    )
    person = replace(
        fuse,
        channel="",
        what="Todo está detenido: no sale nada",
        by="Ana Ruiz",
        why="Estamos corrigiendo los correos del Consorcio Internacional de Importaciones",
    )
    yield "w-home-stopped", "workbench/home/show.html", replace(HOME, stops=(fuse, person), lift_url="#lift")
    yield (
        "w-home-empty",
        "workbench/home/show.html",
        replace(HOME, is_empty=True, figures=(), ageing=(), attention=()),
    )


def every() -> Iterator[tuple[str, str, object]]:
    """All workbench screens."""
    yield from _homes()
    yield "w-receivables", "workbench/receivables/list.html", receivables()
    searched = replace(receivables(), rows=(), ageing=(), query="xyz")
    yield "w-receivables-none", "workbench/receivables/list.html", searched
    yield "w-customer", "workbench/customer/show.html", customer(replace(FRAME, section="receivables"))
    bare = replace(
        customer(replace(FRAME, section="receivables")),
        banners=(),
        timeline=(),
        projection=(),
        contacts=(),
        arrangements=(),
        invoices=(),
        balances=(),
        older_url="",
    )
    yield "w-customer-bare", "workbench/customer/show.html", bare
    yield from drafts()
    yield from words_samples.every(replace(FRAME, section="drafts"))
    yield from bank_samples.every(FRAME)
    yield from unsure_samples.every(FRAME)
    yield from letterbox_samples.every(FRAME)
    yield from data_samples.desk(FRAME)
    yield from row_samples.every(FRAME)
    yield from recovery_samples.desk(FRAME)
    yield from import_samples.every(FRAME)
    yield from law_samples.every(FRAME)
    yield from permission_samples.every(FRAME)
    yield from payment_samples.workbench(FRAME)
    yield from plan_samples.workbench(replace(FRAME, section="receivables"))
    clock = pages.ClockPage(
        replace(FRAME, section="clock"),
        date(2026, 11, 25),
        date(2027, 11, 24),
        "#mail",
        (Option("c1", "Laura Pérez", "#p1"),),
        (Option("", "La factura olvidada: Ficticia Comercial", "#c1"),),
        ("2 correos entregados", "1 pago recibido: US$3.200,00"),
    )
    yield "w-clock", "workbench/clock/show.html", clock
