# SPDX-License-Identifier: Apache-2.0
"""Pages of the customer's own acts: the code, messages, a wrong person, a colleague, papers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType

from tests.journeys.gallery.portal_samples import BRAND, TODAY

from conserje.domain.kit.money import Money
from conserje.portal import act_pages as pages
from conserje.ui.listing import Option


def codes() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of asking for a code, in its states."""
    show = "portal/code/show.html"
    addresses = (Option("1", "l•••@ficticia.example", chosen=True), Option("2", "m•••@ficticia.example"))
    ask = pages.CodePage(BRAND, TODAY, addresses, kept="sealed", typed=True)
    yield "code-ask", show, ask
    yield "code-sent", show, replace(ask, sent_to="l•••@ficticia.example", chosen="1")
    wrong = "Ese no es el código, o ya no sirve. Puede escribirlo otra vez o pedir uno nuevo."
    yield "code-wrong", show, replace(ask, sent_to="l•••@ficticia.example", chosen="1", wrong=wrong)
    yield "code-nowhere", show, replace(ask, addresses=(), typed=False)


def words() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of what is written to the creditor and what it answers."""
    said = pages.Said("message", "¿Me reenvían la OC?\nGracias", date(2026, 11, 18), date(2026, 11, 19))
    answered = replace(said, answered_on=date(2026, 11, 19), answer="Claro, va adjunta en el correo de hoy.")
    talk = pages.TalkPage(BRAND, TODAY, date(2026, 11, 25), (said, answered))
    yield "talk", "portal/talk/talk.html", replace(talk, message="Lo recibimos.")
    yield "talk-empty", "portal/talk/talk.html", replace(talk, said=(), error="Escriba algo primero.")
    yield "complaint", "portal/talk/complaint.html", replace(talk, said=())
    yield (
        "complaint-no-authority",
        "portal/talk/complaint.html",
        replace(talk, said=(), brand=replace(BRAND, complaint_url="", complaint_authority="")),
    )
    states = (
        Option("received", "recibida"),
        Option("accepted", "aceptada"),
        Option("missing", "falta algo", True),
    )
    progress = pages.ProgressPage(BRAND, TODAY, "FE-1042 · Rediseño del sitio, fase 2", states)
    yield "progress", "portal/progress/show.html", progress
    yield "progress-wrong", "portal/progress/show.html", replace(progress, error="Diga qué falta.")
    text = "Buenos días, Laura: le escribo de Taller Ejemplo.\n\nSaldo: $ 3.808.000 COP"
    at = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
    yield "message", "portal/message/show.html", pages.MessagePage(BRAND, TODAY, at, "email", "FE-1042", text)


def people() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of another person than the one who was written to."""
    wrong = pages.WrongPersonPage(BRAND, TODAY, "l•••@ficticia.example")
    yield "wrong-person", "portal/wrong_person/show.html", wrong
    yield "wrong-person-no-address", "portal/wrong_person/show.html", replace(wrong, shown="")
    yield "wrong-person-done", "portal/wrong_person/show.html", replace(wrong, done=True)
    passed = pages.PassOnPage(BRAND, TODAY)
    yield "pass-on", "portal/pass_on/show.html", replace(passed, sent_to="m•••@ficticia.example")
    errors = MappingProxyType({"name": "Escriba el nombre.", "email": "Escriba un correo."})
    yield "pass-on-wrong", "portal/pass_on/show.html", replace(passed, values=errors, errors=errors)


def papers() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of what can be taken away."""
    line = pages.PaperLine("#r", Money("COP", 380800000), date(2026, 11, 20), "PSE")
    yield "papers", "portal/papers/show.html", pages.PapersPage(BRAND, TODAY, (line, replace(line, how="")))
    refused = pages.RefusedPage(BRAND, TODAY, ("FE-1042", "FE-1043"))
    yield "papers-not-yet", "portal/papers/refused.html", refused
    yield "papers-nothing-paid", "portal/papers/refused.html", replace(refused, open=())


def every() -> Iterator[tuple[str, str, object]]:
    """All of them."""
    yield from codes()
    yield from words()
    yield from people()
    yield from papers()
