# SPDX-License-Identifier: Apache-2.0
"""Pages of payment plans with obviously invented people and sums, in the portal and on the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from tests.journeys.gallery import portal_samples

from conserje.domain.kit.money import Money
from conserje.portal.dispute_pages import AmountLine, TextShown
from conserje.portal.plan_pages import PlanChoosePage, PlanLine, PlanPage
from conserje.ui.listing import Option
from conserje.workbench.pages import Frame
from conserje.workbench.plan_pages import (
    OfferPage,
    PlanRow,
    PlansPage,
    PolicyField,
    PolicyPage,
    PromisePage,
)

TODAY, BRAND = portal_samples.TODAY, portal_samples.BRAND
AMOUNT = Money("USD", 850_000)
DAYS = (date(2026, 12, 1), date(2027, 1, 4), date(2027, 2, 1))
PARTS = tuple(Money("USD", minor) for minor in (283_333, 283_333, 283_334))
TEXT = TextShown(
    "Acuerdo de pago en cuotas",
    (
        "Entre Taller Ejemplo S.A.S., NIT 900.000.000-0, y Comercial Ficticia S.A.S.",
        "La suma es exacta: no hay recargo.",
    ),
    ("Cuota", "Fecha de pago", "Valor"),
    tuple(AmountLine(f"Cuota {at + 1}", PARTS[at], DAYS[at]) for at in range(3)),
    ("Si una cuota no llega, pasa una sola vez al final del plan.",),
    "0" * 64,
)
NUMBERS = (
    Option("2", "2 cuotas"),
    Option("3", "3 cuotas", chosen=True),
    Option("8", "8 cuotas · responde una persona"),
)
SPACINGS = (Option("weekly", "Cada semana"), Option("monthly", "Cada mes", chosen=True))
CHOOSE = PlanChoosePage(
    brand=BRAND,
    today=TODAY,
    amount=AMOUNT,
    numbers=NUMBERS,
    spacings=SPACINGS,
    first_on=DAYS[0],
    latest=date(2026, 12, 29),
    values={"currency": "USD", "number": "3", "spacing": "monthly"},
)
LINES = tuple(
    PlanLine(index + 1, index + 1, DAYS[index], PARTS[index], money, state)
    for index, (money, state) in enumerate(
        ((Money("USD", 0), "paid"), (PARTS[1], "next"), (PARTS[2], "coming"))
    )
)
SHOWN = PlanPage(
    brand=BRAND,
    today=TODAY,
    state="active",
    amount=AMOUNT,
    open=Money("USD", 566_667),
    invoices=("FE-8500",),
    lines=LINES,
    next=LINES[1],
    can_pay=True,
    attempt="a",
    changes=2,
    change_days=10,
    text=TEXT,
    signed=("Laura Pérez (Comercial Ficticia S.A.S.), el martes 17 de noviembre de 2026 a las 10:00",),
)
WAITING = replace(SHOWN, state="proposed", can_pay=False, changes=0)
LATE = replace(
    SHOWN,
    lines=(replace(LINES[1], state="late", moved_from_on=DAYS[0]), replace(LINES[2], state="part")),
    next=replace(LINES[1], state="late"),
    warning="Esa fecha queda muy lejos.",
)


def portal() -> Iterator[tuple[str, str, Any]]:
    """Name, template and page of each state in the portal."""
    choose, show = "portal/plan/choose.html", "portal/plan/show.html"
    yield "plan-choose", choose, CHOOSE
    yield "plan-sign", choose, replace(CHOOSE, text=TEXT, name_wrong="Escriba su nombre para aceptar.")
    yield (
        "plan-ask",
        choose,
        replace(
            CHOOSE,
            text=TEXT,
            asks=True,
            currencies=(Option("USD", "US$ 8.500", chosen=True), Option("COP", "$ 1.000.000")),
        ),
    )
    yield (
        "plan-offer",
        choose,
        replace(CHOOSE, text=TEXT, offer="7", offered_until=DAYS[0], warning="Algo cambió."),
    )
    yield "plan-none", choose, replace(CHOOSE, amount=None)
    yield "plan", show, SHOWN
    yield "plan-waiting", show, WAITING
    yield "plan-late", show, LATE
    paid = tuple(replace(line, state="paid", open=Money("USD", 0)) for line in LINES)
    yield (
        "plan-kept",
        show,
        replace(SHOWN, state="kept", lines=paid, next=None, can_pay=False, by_mandate=True),
    )


def workbench(frame: Frame) -> Iterator[tuple[str, str, Any]]:
    """The same on the desk."""
    row = PlanRow(
        id=1,
        customer="Comercial Ficticia S.A.S.",
        customer_url="#customer",
        state="en vigor",
        tone="done",
        amount=AMOUNT,
        open=Money("USD", 566_667),
        what="3 cuotas, cada mes",
        why="",
        invoices=("FE-8500",),
        lines=tuple(zip(DAYS, PARTS, (line.open for line in LINES), strict=True)),
        active=True,
        act_url="#act",
    )
    asked = replace(
        row, waits="proposal", active=False, why="Más cuotas que las que se acuerdan.", offer_url="#offer"
    )
    missed = replace(row, waits="referred", why="Faltó una segunda cuota.")
    yield "plans", "workbench/plans/list.html", PlansPage(frame, (asked, missed), policy_url="#policy")
    of_one = PlansPage(frame, (row,), "Comercial Ficticia S.A.S.", "#customer", "#offer", "#policy")
    yield "plans-of-customer", "workbench/plans/list.html", of_one
    yield "plans-none", "workbench/plans/list.html", PlansPage(frame, (), policy_url="#policy")
    yield from forms(frame)


def forms(frame: Frame) -> Iterator[tuple[str, str, Any]]:
    """Offering a plan, the policy, and a promise."""
    offer = OfferPage(
        frame=frame,
        customer="Comercial Ficticia S.A.S.",
        customer_url="#customer",
        currencies=(Option("USD", "US$ 8.500", chosen=True),),
        spacings=SPACINGS,
        values={
            "number": "3",
            "spacing": "monthly",
            "first_on": "2026-12-01",
            "until": "2026-12-04",
            "currency": "USD",
        },
    )
    yield "plan-offer-form", "workbench/plans/offer.html", replace(offer, error="Llene todos los campos.")
    seen = replace(
        offer, lines=tuple(zip(DAYS, PARTS, strict=True)), amount=AMOUNT, costs_days=38, beyond="Más cuotas."
    )
    yield "plan-offer-seen", "workbench/plans/offer.html", seen
    yield "plan-offer-nothing", "workbench/plans/offer.html", replace(offer, currencies=())
    field = PolicyField("number_max", "Máximo de cuotas", "Con más, se propone a una persona.", "6")
    policy = PolicyPage(
        frame=frame,
        version=2,
        kinds=(Option("company", "Empresa", chosen=True), Option("person", "Persona")),
        spacings=SPACINGS,
        fields=(field,),
        amounts=(PolicyField("least", "Planes desde este valor", "Vacío: cualquiera.", "100"),),
        currency="COP",
        costs_days=76,
        may_change=True,
    )
    yield "plan-policy", "workbench/plans/policy.html", policy
    yield (
        "plan-policy-viewer",
        "workbench/plans/policy.html",
        replace(policy, may_change=False, error="Revise."),
    )
    promise = PromisePage(
        frame=frame,
        customer="Comercial Ficticia S.A.S.",
        customer_url="#customer",
        invoices=(Option("1", "FE-1 · US$ 8.500"),),
        rails=(Option("card", "Con tarjeta"),),
        error="Ese día ya pasó.",
    )
    yield "promise-note", "workbench/plans/promise.html", promise
