# SPDX-License-Identifier: Apache-2.0
"""The page of one obviously invented customer, with everything at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conserje.domain.kit.money import Money
from conserje.workbench import pages

ZONE = ZoneInfo("America/Bogota")
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


def contacts() -> tuple[pages.ContactCard, ...]:
    """One who may be written to, and one who asked not to be."""
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
    return laura, marcos


def timeline() -> tuple[pages.Event, ...]:
    """What happened, newest first."""
    at = datetime(2026, 11, 24, 9, 15, tzinfo=ZONE)
    return (
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


def projection() -> tuple[pages.ProjectedStep, ...]:
    """What comes next: one that will leave, one for a person, one put off."""
    return (
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


def invoices() -> tuple[pages.InvoiceRow, ...]:
    """One that takes its course and one that was promised."""
    return (
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


def arrangements() -> tuple[pages.Arrangement, ...]:
    """A promise and a pause."""
    return (
        pages.Arrangement(
            "promise", "FE-1043", date(2026, 11, 22), date(2026, 12, 4), Money("COP", 119000000)
        ),
        pages.Arrangement(
            "hold", "Esperar el acta de entrega", date(2026, 11, 20), None, None, "Lo pidió Laura por correo."
        ),
    )


def customer(frame: pages.Frame) -> pages.CustomerPage:
    """A customer with everything at once."""
    balance = pages.Balance(
        Money("COP", 0), Money("COP", 499800000), Money("COP", 50000), Money("COP", 499750000)
    )
    banner = pages.Banner(
        "En pausa por promesa de pago", "rest", date(2026, 12, 4), "La FE-1042 sí sigue su curso."
    )
    stop = pages.Banner("Marcos Díaz pidió no recibir correos", "stop")
    return pages.CustomerPage(
        frame,
        "Ficticia Comercial S.A.S.",
        "Empresa",
        (balance,),
        contacts(),
        timeline(),
        invoices(),
        projection(),
        arrangements(),
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
