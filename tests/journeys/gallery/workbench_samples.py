# SPDX-License-Identifier: Apache-2.0
"""Workbench screens with obviously invented people and sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option, Pager
from conserje.workbench import pages

TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("America/Bogota")
LANGUAGES = (Option("es", "Español", chosen=True), Option("en", "English"), Option("pt-br", "Português"))
FRAME = pages.Frame("tallerejemplo", "Taller Ejemplo", "Ana Ruiz", TODAY, "home", 6, True, LANGUAGES)
ALLOW = pages.Rule(
    "co.window.weekday",
    "allow",
    "Martes, 9:40 en Bogotá: dentro de la ventana de lunes a viernes de 7:00 a 19:00.",
    "CO 2026.11.0",
    "law",
    "Ley 2300 de 2023, art. 3",
    "https://www.funcionpublica.gov.co/",
)
GAP = pages.Rule(
    "strategy.gap",
    "defer_until",
    "El último contacto fue hace 2 días y la estrategia deja al menos 7.",
    "estrategia 3",
    "policy",
)
DENY = pages.Rule(
    "co.channel.one_per_week",
    "deny",
    "Esta semana ya se le escribió por correo: no se usa otro canal en la misma semana.",
    "CO 2026.11.0",
    "law",
    "Ley 2300 de 2023, art. 3",
)


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
HOME = pages.HomePage(
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
        pages.Attention(6, "mensajes por aprobar antes de las 16:00", "#drafts", "rest"),
        pages.Attention(2, "respuestas sin contestar; la más antigua es de ayer", "#replies", "late"),
        pages.Attention(
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


def customer() -> pages.CustomerPage:
    """A customer with everything at once."""
    at = datetime(2026, 11, 24, 9, 15, tzinfo=ZONE)
    email = pages.Permission(
        "email",
        "laura.perez.cuentas.por.pagar@ficticia-comercial.example",
        "granted",
        "Contrato de servicios",
        date(2026, 3, 3),
    )
    chat = pages.Permission("whatsapp", "+57 300 000 0012", "unknown", "Estaba en la hoja, sin autorización")
    laura = pages.ContactCard("Laura Pérez", "Cuentas por pagar", (email, chat), "español", "Bogotá", "10:40")
    marcos = pages.ContactCard(
        "Marcos Díaz",
        "Gerente",
        (
            replace(
                email, address="marcos@ficticia.example", consent="revoked", evidence="Lo pidió en el portal"
            ),
        ),
    )
    timeline = (
        pages.Event(
            at,
            "touch",
            "Recordatorio por WhatsApp",
            "No salió: esta semana ya hubo un correo.",
            "whatsapp",
            "suppressed",
            why=(DENY, ALLOW),
            decision="d-000418",
        ),
        pages.Event(
            at - timedelta(days=2),
            "promise",
            "Pagará el viernes 4 de diciembre",
            "Lo dijo en el portal.",
            actor="Laura Pérez",
            by_rule=False,
            amount=Money("COP", 119000000),
        ),
        pages.Event(
            at - timedelta(days=7),
            "touch",
            "FE-1042 · Rediseño del sitio, fase 2",
            "Etapa 1, recordatorio amable.",
            "email",
            "delivered",
            why=(ALLOW,),
            decision="d-000377",
            body_url="#m",
        ),
        pages.Event(
            at - timedelta(days=9), "payment", "Pago recibido por PSE", amount=Money("COP", 297500000)
        ),
        pages.Event(
            at - timedelta(days=14),
            "touch",
            "Recordatorio preventivo",
            "El buzón no existe.",
            "email",
            "failed",
            why=(ALLOW,),
            body_url="#m",
        ),
    )
    projection = (
        pages.ProjectedStep(
            date(2026, 12, 3),
            "Llamada de cortesía",
            "etapa 2",
            "call",
            datetime(2026, 12, 3, 10, 10, tzinfo=ZONE),
            ("Laura Pérez",),
            reason="7 días después del último contacto, hábil, dentro de la ventana.",
            why=(ALLOW,),
        ),
        pages.ProjectedStep(
            date(2026, 12, 10),
            "Comunicación formal con opciones",
            "etapa 3",
            "email",
            None,
            ("Laura Pérez", "Marcos Díaz"),
            "needs_human",
            "Marcos pidió no recibir correos: decide una persona.",
            (GAP, DENY),
            "#preview",
        ),
        pages.ProjectedStep(
            date(2027, 1, 6),
            "Última carta",
            "etapa 4",
            "email",
            None,
            ("Laura Pérez",),
            "defer_until",
            "El 5 de enero está dentro del receso.",
            (GAP,),
        ),
    )
    invoices = (
        pages.InvoiceRow(
            "FE-1042",
            "Rediseño del sitio, fase 2",
            date(2026, 11, 12),
            Money("COP", 380800000),
            Money("COP", 380800000),
        ),
        pages.InvoiceRow(
            "FE-1043",
            "Mantenimiento mensual",
            date(2026, 11, 20),
            Money("COP", 119000000),
            Money("COP", 238000000),
            ("rest", "prometida"),
        ),
    )
    arrangements = (
        pages.Arrangement(
            "promise", "FE-1043", date(2026, 11, 22), date(2026, 12, 4), Money("COP", 119000000)
        ),
        pages.Arrangement(
            "hold", "Esperar el acta de entrega", date(2026, 11, 20), None, None, "Lo pidió Laura por correo."
        ),
    )
    balance = pages.Balance(
        Money("COP", 0), Money("COP", 499800000), Money("COP", 50000), Money("COP", 499750000)
    )
    banner = pages.Banner(
        "En pausa por promesa de pago", "rest", date(2026, 12, 4), "La FE-1042 sí sigue su curso."
    )
    stop = pages.Banner("Marcos Díaz pidió no recibir correos", "stop")
    return pages.CustomerPage(
        replace(FRAME, section="receivables"),
        "Ficticia Comercial S.A.S.",
        "Empresa",
        (balance,),
        (laura, marcos),
        timeline,
        invoices,
        projection,
        arrangements,
        (banner, stop),
        "NIT 900.000.001-0",
        "Etapa 2",
        12,
        "Colombia",
        ("CO 2026.11.0", "XX 2026.10.0"),
        "Empresas, versión 3",
        (("Zona", "America/Bogota"),),
        older_url="?before=1",
        invoices_url="#all",
        portal_url="#portal",
    )


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
        ),
    )


def every() -> Iterator[tuple[str, str, object]]:
    """All workbench screens."""
    yield "w-home", "workbench/home/show.html", HOME
    yield (
        "w-home-empty",
        "workbench/home/show.html",
        replace(HOME, is_empty=True, figures=(), ageing=(), attention=()),
    )
    yield "w-receivables", "workbench/receivables/list.html", receivables()
    searched = replace(receivables(), rows=(), ageing=(), query="xyz")
    yield "w-receivables-none", "workbench/receivables/list.html", searched
    yield "w-customer", "workbench/customer/show.html", customer()
    bare = replace(
        customer(),
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
