# SPDX-License-Identifier: Apache-2.0
"""Pages of vouchers, mandates, gateways and refunds, in the states that a reader meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from tests.journeys.gallery.portal_samples import BRAND, TODAY

from conserje.domain.kit.money import Money
from conserje.portal.mandate_pages import AnnouncedCharge, HeldCard, MandatePage
from conserje.portal.pages import ResultPage
from conserje.ui.listing import Option
from conserje.workbench.pages import Frame
from conserje.workbench.ways_pages import RefundPage, SettingField, WayRow, WaysPage

AMOUNT = Money("COP", 380800000)
TERMS = (
    "Autorizo a Taller Ejemplo S.A.S. a cobrar en esta tarjeta lo que yo acepte pagar, y nada más.",
    "Cada cobro se anuncia en esta página con al menos cinco días hábiles, con su valor y su fecha.",
)


def portal() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of what a customer sees."""
    show = "portal/mandate/show.html"
    waiting = ResultPage(BRAND, TODAY, "waiting", AMOUNT, ("FE-1042",), reference="REF-1", until=TODAY)
    yield "result-waiting", "portal/payment/result.html", waiting
    yield "result-waiting-no-day", "portal/payment/result.html", replace(waiting, until=None)
    none = MandatePage(BRAND, TODAY, (), (), TERMS, can_give=True, updating=False, attempt="a")
    card = HeldCard("1", "Visa 4242", "Cada factura en su fecha.", TODAY, date(2030, 12, 31), True)
    charges = (AnnouncedCharge("1", "FE-1042", AMOUNT, TODAY), AnnouncedCharge("2", "FE-1043", AMOUNT, TODAY))
    yield "mandate-none", show, none
    yield "mandate-nowhere", show, replace(none, can_give=False)
    yield (
        "mandate-held",
        show,
        replace(none, can_give=False, held=(card,), message="Listo. Su tarjeta quedó registrada."),
    )
    yield "mandate-announced", show, replace(none, can_give=False, held=(card,), charges=charges)
    yield "mandate-card", show, replace(none, held=(card,), updating=True, warning="No se cambió nada.")


def workbench(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of what the creditor sees."""
    fields = (
        SettingField(
            "base_url", "Address of the gateway", "http://127.0.0.1", "http://127.0.0.1", True, False, False
        ),
        SettingField("api_key", "API key", "", "", False, True, True),
    )
    methods = (Option("card", "Tarjeta", chosen=True), Option("cash", "Efectivo"))
    ready = WayRow("demo", "Demo", "COP, MXN", fields, methods, is_set_up=True, is_offered=True)
    fresh = replace(ready, name="otra", title="Otra", is_set_up=False, is_offered=False)
    yield "w-ways", "workbench/ways/show.html", WaysPage(frame, (ready, fresh), "#act")
    yield (
        "w-ways-reader",
        "workbench/ways/show.html",
        WaysPage(frame, (replace(ready, is_offered=False),), ""),
    )
    yield "w-ways-none", "workbench/ways/show.html", WaysPage(frame, (), "#act")
    zero = Money("COP", 0)
    applied = (Option("1", "FE-1042: $ 3.808.000"), Option("2", "FE-1043: $ 1.190.000"))
    back = RefundPage(frame, 7, "Demo", AMOUNT, zero, applied, "k")
    yield "w-refund", "workbench/ways/refund.html", back
    yield (
        "w-refund-wrong",
        "workbench/ways/refund.html",
        replace(back, under_way=AMOUNT, applied=(), typed="9", wrong="Escriba un valor."),
    )
