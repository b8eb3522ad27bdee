# SPDX-License-Identifier: Apache-2.0
"""Failed payments on the desk, and the page of cancelling, with obviously invented people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.journeys.gallery.customer_sample import ZONE

from conserje.domain.kit.money import Money
from conserje.portal.cancel_pages import CancelPage
from conserje.portal.pages import Brand
from conserje.workbench.pages import Frame
from conserje.workbench.recovery_pages import Choice, FailedListPage, FailedPage, FailedRow, Figure, TryRow

AT = datetime(2026, 11, 24, 9, 40, tzinfo=ZONE)
PRICE = Money("COP", 4_990_000)


def _row() -> FailedRow:
    return FailedRow(
        "#f1",
        "Sofía Ejemplo",
        "Café del mes",
        PRICE,
        AT,
        "Se intenta en silencio",
        "plan",
        "Fondos insuficientes: de nuevo en un mejor día",
        AT + timedelta(days=6),
        "",
    )


def desk(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """The list with figures and without, one that goes on and one that has ended."""
    long = replace(
        _row(),
        customer="Consorcio Internacional de Suscripciones Imaginarias del Caribe S.A. E.S.P.",
        next_try_at=None,
        why_not="No hay certeza de conocer todos los intentos con esta tarjeta; por eso no se intenta.",
        state="Se le ha escrito",
    )
    choices = (Choice("Se intenta en silencio", "#s", True), Choice("Recuperado", "#r", False))
    figures = (Figure("Un reintento en silencio", 3, PRICE, "#a"), Figure("En pausa", 1, PRICE, "#b"))
    list_ = "workbench/recovery/list.html"
    yield "w-failed", list_, FailedListPage(frame, (_row(), long), choices, figures, recovered=3, of=6)
    yield "w-failed-none", list_, FailedListPage(frame, (), choices)
    tries = (
        TryRow(AT, "La pasarela", "Fondos insuficientes: de nuevo en un mejor día", "rest", "51"),
        TryRow(AT + timedelta(days=6), "Nosotros", "Aprobado", "done", ""),
    )
    page = FailedPage(frame, _row(), "#c1", "visa •••• 4242", "", tries[:1], "#list", "#act")
    yield "w-failed-one", "workbench/recovery/show.html", page
    ended = replace(page, reason="Un reintento en silencio", tries=tries, act_url="")
    yield "w-failed-ended", "workbench/recovery/show.html", ended


def portal(brand: Brand, today: date) -> Iterator[tuple[str, str, object]]:
    """Before the button, after it, and where there is nothing to cancel."""
    show = "portal/cancel/show.html"
    yield "cancel", show, CancelPage(brand, today, ("Café del mes",), open=True)
    yield "cancel-done", show, CancelPage(brand, today, ("Café del mes",), done=True, cancelled_on=today)
    yield "cancel-none", show, CancelPage(brand, today)
