# SPDX-License-Identifier: Apache-2.0
"""The letterbox with obviously invented people: everything that can wait, and nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from tests.journeys.gallery.customer_sample import ZONE

from conserje.domain.kit.money import Money
from conserje.workbench.letterbox_pages import ClaimRow, EnquiryRow, LetterboxPage
from conserje.workbench.pages import Frame

AT = datetime(2026, 11, 24, 9, 40, tzinfo=ZONE)


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of the letterbox in its states."""
    show = "workbench/letterbox/show.html"
    message = EnquiryRow(
        id=1,
        customer="Ficticia Comercial S.A.S.",
        customer_url="#c1",
        contact="Laura Pérez",
        kind="message",
        label="Mensaje",
        words="¿Me reenvían la orden de compra?\nGracias",
        asked_at=AT,
        answer_by=date(2026, 11, 25),
        left="1 día",
        tone="rest",
        answer_url="#a1",
        lift_url="",
    )
    wrong = replace(
        message, id=2, kind="wrong_person", label="Persona equivocada", contact="", words="", lift_url="#l2"
    )
    late = replace(message, id=3, kind="complaint", label="Reclamo", left="2 días de atraso", tone="late")
    claim = ClaimRow(
        customer="Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        customer_url="#c2",
        invoice="FE-1042",
        open=Money("COP", 380800000),
        paid_on=date(2026, 11, 23),
        how="PSE",
        words="CUS 123456",
        made_at=AT,
        file_name="soporte.png",
        file_url="#f1",
        picture_url="#f1",
        answer_url="#q1",
    )
    bare = replace(claim, invoice="", open=None, paid_on=None, how="", words="", file_url="", picture_url="")
    pdf = replace(claim, file_name="soporte.pdf", picture_url="")
    yield "w-letterbox", show, LetterboxPage(frame, (late, message, wrong), (claim, pdf, bare))
    seen = replace(message, answer_url=""), replace(claim, answer_url="")
    yield "w-letterbox-looking", show, LetterboxPage(frame, (seen[0],), (seen[1],))
    yield "w-letterbox-empty", show, LetterboxPage(frame, (), ())
