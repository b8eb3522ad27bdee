# SPDX-License-Identifier: Apache-2.0
"""Pages about disputes, agreements, settlements and fiscal papers, with obviously invented people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.journeys.gallery.customer_sample import ZONE
from tests.journeys.gallery.portal_samples import BRAND, TODAY

from conserje.domain.kit.money import Money
from conserje.portal import dispute_pages as portal
from conserje.portal import history_pages as history
from conserje.ui.listing import Option
from conserje.workbench import dispute_pages as desk
from conserje.workbench.pages import Frame

AT = datetime(2026, 11, 24, 9, 40, tzinfo=ZONE)
BY = date(2026, 11, 27)
OPEN, PAY, REST = Money("USD", 1_500_000), Money("USD", 1_300_000), Money("USD", 200_000)
LONG = (
    "La segunda fase no estaba en el alcance que firmamos.\n"
    "https://ejemplo.example/una-direccion-larguisima-que-no-tiene-donde-partirse-porque-es-una-sola-palabra"
)
PARAGRAPHS = (
    "Taller Ejemplo S.A.S. y Ficticia Comercial S.A.S. revisaron juntos la factura FE-1042, de la que hoy están"
    " abiertos US$ 15.000,00, y acuerdan lo que sigue.",
    "Ficticia Comercial S.A.S. paga US$ 13.000,00 a más tardar el 27 de noviembre de 2026.",
    "Ficticia Comercial S.A.S. recibe además un crédito de US$ 2.000,00 para trabajos futuros.",
)
HEAD = ("Concepto", "Fecha", "Valor")
TEXT = portal.TextShown(
    "Acuerdo sobre la factura FE-1042",
    PARAGRAPHS,
    HEAD,
    (
        portal.AmountLine("Abierto hoy", OPEN),
        portal.AmountLine("Se paga", PAY, BY),
        portal.AmountLine("Crédito para trabajos futuros", REST),
    ),
    (),
    "ab" * 32,
)
KINDS = tuple(
    Option(code, word)
    for code, word in (
        ("scope", "lo acordado"),
        ("quality", "lo entregado"),
        ("already_paid", "ya está pagada"),
    )
)


def of_portal() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each page for the customer."""
    yield from _opening()
    yield from _threads()
    yield from _agreed()


def _opening() -> Iterator[tuple[str, str, object]]:
    new = portal.NewDisputePage(
        BRAND,
        TODAY,
        (Option("1", "FE-1042 · Rediseño del sitio · US$ 15.000,00", chosen=True),),
        KINDS,
        (),
        BY,
    )
    yield "p-dispute", "portal/dispute/new.html", new
    link = portal.DisputeLink(
        "#d", "FE-1042", "lo acordado", REST, TODAY, "en pausa mientras la revisamos", "rest"
    )
    wrong = {
        "invoice": "Elija una factura.",
        "amount": "Escriba el valor.",
        "kind": "Elija.",
        "file": "No es un PDF.",
    }
    yield (
        "p-dispute-wrong",
        "portal/dispute/new.html",
        replace(new, known=(link,), errors=wrong, words="Mis palabras", amount="mil"),
    )
    yield "p-dispute-none", "portal/dispute/new.html", replace(new, invoices=())


def _threads() -> Iterator[tuple[str, str, object]]:
    said = (
        portal.Said(
            "Usted", True, AT, LONG, (portal.FileLink("acta-de-entrega-con-un-nombre-largo.pdf", "#f"),)
        ),
        portal.Said("Taller Ejemplo", False, AT + timedelta(hours=2), "Gracias. Lo miramos hoy."),
    )
    thread = portal.ThreadPage(
        brand=BRAND,
        today=TODAY,
        invoice="FE-1042",
        subject="Rediseño del sitio (fase 2)",
        about="lo acordado",
        part=Money("USD", 400_000),
        open=OPEN,
        lines=said,
        answer_by=TODAY + timedelta(days=1),
        propose_by=BY,
        closed_on=None,
        outcome="",
        proposal=None,
        past=(),
        agreed=(),
        message_url="#message",
        key="k",
        form=portal.ProposalForm("#propose", OPEN, TODAY, BY),
        message="Lo recibimos.",
    )
    template = "portal/dispute/thread.html"
    yield "p-thread", template, thread
    theirs = portal.ProposalShown(7, False, BY, TEXT, accept_url="#accept")
    yield "p-thread-proposed", template, replace(thread, proposal=theirs, answer_by=None, message="")
    typed = replace(
        thread.form, seen="7", pay="13000", credit="1", discount="", pay_by="2026-11-27", is_open=True
    )
    yield (
        "p-thread-wrong",
        template,
        replace(thread, proposal=theirs, form=typed, message="", warning="Los tres valores deben sumar."),
    )
    mine = portal.ProposalShown(8, True, BY, TEXT, withdraw_url="#withdraw")
    yield "p-thread-mine", template, replace(thread, proposal=mine, form=None, past=("Usted: 1 ahora",))
    yield (
        "p-thread-closed",
        template,
        replace(
            thread,
            answer_by=None,
            propose_by=None,
            closed_on=TODAY,
            outcome="Se llegó a un acuerdo",
            agreed=(portal.FileLink(TEXT.title, "#a"),),
            message_url="",
            form=None,
        ),
    )


def _agreed() -> Iterator[tuple[str, str, object]]:
    agreed = portal.AgreementPage(
        BRAND,
        TODAY,
        "accepted",
        TEXT,
        ("Taller Ejemplo, el 24 de noviembre", "Ficticia, el 24 de noviembre"),
        PAY,
        BY,
        TEXT.hash,
        REST,
        pdf_url="#pdf",
        message="Queda acordado. Gracias.",
    )
    show = "portal/agreement/show.html"
    yield "p-agreement", show, agreed
    yield "p-agreement-done", show, replace(agreed, state="carried_out", message="", pdf_url="")
    yield "p-agreement-lapsed", show, replace(agreed, state="lapsed", message="")
    yield "p-agreement-erased", show, replace(agreed, text=None, signed=(), message="")
    ways = (portal.SettlementWay(1, PAY, REST, BY, TEXT), portal.SettlementWay(3, PAY, REST, BY, TEXT))
    settle = "portal/settlement/show.html"
    yield "p-settlement", settle, portal.SettlementPage(BRAND, TODAY, ways)
    yield "p-settlement-agreed", settle, portal.SettlementPage(BRAND, TODAY, (), "Ya no se ofrece.", "#a")
    yield "p-settlement-none", settle, portal.SettlementPage(BRAND, TODAY, ())
    things = (
        history.Thing(TODAY, "Acordamos que paga US$ 13.000,00 hasta el 27 nov 2026."),
        history.Thing(TODAY, "Intentamos cargar US$ 2.833,33 a Visa •••• 4242 y no pasó."),
    )
    told = "portal/history/show.html"
    yield "p-history", told, history.HistoryPage(BRAND, TODAY, things)
    yield "p-history-none", told, history.HistoryPage(BRAND, TODAY, ())


def of_workbench(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each screen."""
    frame = replace(frame, section="home")
    yield from _disputes(frame)
    yield from _policies(frame)


def _disputes(frame: Frame) -> Iterator[tuple[str, str, object]]:
    row = desk.DisputeRow(
        "#d",
        "Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        "#c",
        "FE-1042",
        "lo acordado",
        Money("USD", 400_000),
        OPEN,
        AT,
        "responder a más tardar el 25 nov",
        "late",
    )
    ended = replace(row, part=None, closed_at=AT, outcome="Se llegó a un acuerdo")
    list_ = "workbench/disputes/list.html"
    yield (
        "w-disputes",
        list_,
        desk.DisputesPage(frame, (row, replace(row, owes="le toca al cliente", tone="")), (ended,)),
    )
    yield "w-disputes-none", list_, desk.DisputesPage(frame, (), ())
    yield from _dispute(frame, row, ended)


def _dispute(frame: Frame, row: desk.DisputeRow, ended: desk.DisputeRow) -> Iterator[tuple[str, str, object]]:
    amounts = tuple(desk.AmountLine(line.label, line.amount, line.on) for line in TEXT.amounts)
    proposal = desk.ProposalShown(
        7,
        False,
        TEXT.title,
        PARAGRAPHS,
        HEAD,
        amounts,
        (),
        TEXT.hash,
        BY,
        Money("USD", 400_000),
        accept_url="#accept",
    )
    said = (
        desk.Said("El cliente", AT, LONG, (desk.Link("acta.pdf", "#f"),)),
        desk.Said("Usted", AT, "Gracias."),
    )
    form = _form()
    ends = (Option("accepted", "El cliente tiene razón"), Option("rejected", "La factura queda como está"))
    page = desk.DisputePage(
        frame,
        row,
        said,
        ("El cliente: 1 ahora",),
        (),
        proposal,
        form,
        "#message",
        "k",
        "#close",
        ends,
        "No suma.",
    )
    show = "workbench/disputes/show.html"
    yield "w-dispute", show, page
    ours = replace(proposal, is_ours=True, accept_url="", withdraw_url="#withdraw")
    yield "w-dispute-ours", show, replace(page, proposal=ours, form=None, warning="", past=())
    fresh = replace(
        page,
        proposal=None,
        form=replace(form, seen="", values=dict.fromkeys(form.values, ""), sum=None),
        warning="",
        past=(),
    )
    yield "w-dispute-new", show, fresh
    yield (
        "w-dispute-closed",
        show,
        desk.DisputePage(
            frame, ended, said, (), (("US$ 13.000,00 a más tardar el 27 nov (cumplido)", "#pdf"),)
        ),
    )


def _form() -> desk.ProposalForm:
    return desk.ProposalForm(
        "#propose",
        OPEN,
        TODAY,
        BY,
        "7",
        {"pay": "13000", "credit": "1", "discount": "", "pay_by": ""},
        Money("USD", 1_300_100),
    )


def _policies(frame: Frame) -> Iterator[tuple[str, str, object]]:
    stages = (Option("escalation", "Escalamiento"), Option("final", "Final", chosen=True))
    policy = desk.SettlementPolicyPage(
        frame, True, stages, (("45", "10"), ("", "")), "15", "3", "COP", "", may_change=True
    )
    settle = "workbench/settlements/show.html"
    yield "w-settlements", settle, policy
    yield "w-settlements-wrong", settle, replace(policy, in_force=False, warning="Entre 1 y 12 cuotas.")
    paper = desk.FiscalRow(
        "Nota crédito electrónica (DIAN)", "Ficticia", "#c", "FE-1042", REST, AT, "", None, "#n", 3
    )
    done = replace(paper, number="NC-55", recorded_at=AT, record_url="", id=4)
    yield "w-fiscal", "workbench/fiscal/list.html", desk.FiscalPage(frame, (paper,), (done,))
    yield "w-fiscal-none", "workbench/fiscal/list.html", desk.FiscalPage(frame, (), ())
