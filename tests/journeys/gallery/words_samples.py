# SPDX-License-Identifier: Apache-2.0
"""The screen of a person's own words: with what stands against them, with only taste against them, and with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conserje.workbench.draft_pages import Against, Findings, RefusedWordsPage, WordsPage
from conserje.workbench.pages import Frame

_BODY = """Buenos días, Laura: le escribo de Taller Ejemplo por “Rediseño del sitio, fase 2” (factura FE-1042).

::: balance

::: pay

¿Por qué no ha pagado? Su liquidación está en [la página](@).

::: next

::: signature
"""
_WHY = Against(
    before="¿",
    words="Por qué no ha pagado",
    after="? Su liquidación está en [la página](@).",
    what="Pregunta por qué no se pagó. Ofrezca una fecha o una forma de pago.",
    rule="CO.X1",
    basis="law",
    put="body:150:ask_reason_for_default",
    instead="¿Qué fecha o qué forma de pago le sirve más?",
    source="CO-2",
    note="Art. 7. Offering ways to pay is allowed.",
    pack="CO 2026.11.0",
)
_TASTE = Against(
    before="¿Por qué no ha pagado? Su ",
    words="liquidación",
    after=" está en [la página](@).",
    what="Una palabra que esta casa no usa con sus clientes.",
    rule="HOUSE.forbidden_word",
    basis="house",
    put="body:180:forbidden_word",
    instead="pago con descuento",
    may_stand=True,
)
_SUBJECT = Against(
    before="",
    words="Deuda vencida",
    after=" FE-1042",
    what="Cualquiera que vea la pantalla podría leerlo. Lo que se debe se dice adentro.",
    rule="HOUSE.exposed_debt",
    basis="house",
    put="subject:0:exposed_debt",
    instead="El detalle y las opciones, en un solo lugar",
    in_subject=True,
)


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of the screen in its three states."""
    page = WordsPage(
        frame=frame,
        customer="Ficticia Comercial S.A.S.",
        draft_url="#d1",
        subject="Deuda vencida FE-1042",
        body=_BODY,
        lang="es-CO",
        findings=Findings(
            (_SUBJECT, _WHY, _TASTE),
            ("Falta la línea ::: statement: devuélvala, toda carta la necesita.",),
            True,
            False,
        ),
        save_url="#save",
        look_url="#look",
        preview_url="#preview",
        take_back_url="#back",
        own=True,
        refused=True,
        next_id=2,
    )
    yield "w-words", "workbench/drafts/words.html", page
    taste = replace(
        page, findings=Findings((_TASTE,), (), False, True, "Así lo llama el cliente."), refused=False
    )
    yield "w-words-taste", "workbench/drafts/words.html", taste
    good = replace(
        page, subject="FE-1042 · Rediseño del sitio", findings=Findings((), (), False, False), refused=False
    )
    yield "w-words-good", "workbench/drafts/words.html", replace(good, take_back_url="", own=False)
    refused = RefusedWordsPage(
        frame=frame,
        url="#send",
        back_url="#back",
        field="words",
        words="¿Por qué no ha pagado? Su liquidación está en la página.",
        kept=(("outcome", "partly"),),
        against=(_WHY, _TASTE),
        may_stand=False,
    )
    yield "w-refused-words", "workbench/refused_words.html", refused
    tasted = replace(refused, against=(_TASTE,), may_stand=True)
    yield "w-refused-taste", "workbench/refused_words.html", tasted
