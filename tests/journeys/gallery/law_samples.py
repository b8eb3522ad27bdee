# SPDX-License-Identifier: Apache-2.0
"""The law console, the weekly safety figures and the page of the digest, with invented rules and people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.journeys.gallery.customer_sample import ALLOW, GAP, ZONE

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option
from conserje.workbench import law_pages, safety_pages
from conserje.workbench.own_rule_pages import OwnRow, OwnRulesPage
from conserje.workbench.pages import Frame
from conserje.workbench.today_pages import TodayDraft, TodayPage

MONDAY = date(2026, 11, 16)
AT = datetime(2026, 11, 20, 19, 30, tzinfo=ZONE)
SAYS = "Se puede contactar de 07:00 a 19:00: de lunes a viernes. Por: correo, mensaje de texto y WhatsApp."
ROW = law_pages.PackRow("CO", "2026.11.0", "Colombia", "#co", 47, date(2027, 5, 31), False, 5231)
OTHERS = (
    replace(
        ROW,
        id="LATAM_STRICT",
        place="Estado Plurinacional de Bolivia",
        customers=0,
        stands_in=True,
        late=True,
    ),
    replace(ROW, id="US-NY-NYC", place="Estados Unidos NY-NYC", customers=0, signed_off=True),
)


def choice(name: str, label: str, *words: str) -> law_pages.Choice:
    """A select with its first word chosen."""
    options = tuple(Option(word, word, chosen=at == 0) for at, word in enumerate(words))
    return law_pages.Choice(name, label, options)


TRIAL = law_pages.Trial(
    "#try",
    (
        choice("channel", "Canal", "correo", "mensaje de texto"),
        choice("purpose", "Para qué", "recordatorio de un saldo vencido"),
        choice("recipient", "A quién", "el cliente", "un fiador"),
    ),
    (
        choice("country", "País", "Colombia", "Brasil"),
        choice("debtor_type", "Quién debe", "un consumidor"),
        choice("creditor_role", "Quién cobra", "el propio acreedor"),
        choice("consent", "Autorización para el canal", "dado"),
    ),
)
TRIED = law_pages.Tried(
    "defer_until",
    "Ahora no: tiene que esperar.",
    AT,
    "America/Bogota",
    (GAP, ALLOW),
    ("quién escribe", "de qué factura se trata"),
    ("CO 2026.11.0", "WHATSAPP 2026.11.0"),
    AT + timedelta(hours=12, minutes=30),
    "Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
    "#c1",
)
RULE = law_pages.RuleRow(
    "CO.W1",
    SAYS,
    "law",
    "leído en la norma",
    ("Ley 2300/2023, artículo 3 (Diario Oficial, texto completo)",),
    date(2023, 10, 10),
    None,
    "The window is half-open: at seven in the evening it is closed.",
)
CASE = law_pages.CaseRow(
    "Friday at nineteen waits for Saturday at eight",
    ("viernes 20 de noviembre de 2026, 19:00", "Canal: correo"),
    ("Ahora no: tiene que esperar.", "hora"),
    ("CO.W1",),
)


def pack(frame: Frame) -> law_pages.PackPage:
    """A pack with something of everything."""
    return law_pages.PackPage(
        frame,
        ROW,
        ("Obliga solo a: agencias de cobranza y compradores de cartera.",),
        (
            law_pages.Section(
                "windows", "Horarios", (RULE, replace(RULE, id="CO.W2", until=date(2026, 6, 30)))
            ),
            law_pages.Section(
                "caps", "Con qué frecuencia", (replace(RULE, id="CO.C1", basis="policy", note=""),)
            ),
        ),
        (
            law_pages.ReadingRow(
                "Qué es una semana",
                (("de lunes a domingo", "Ley 2300", False), ("lo más estricto", "decisión nuestra", True)),
                "Not settled by any ruling.",
                True,
            ),
        ),
        (law_pages.PendingRow("Bill 123 of 2026", ("Gaceta 9",), "May close Saturdays.", date(2027, 3, 1)),),
        (("CO-2", "Ley 2300/2023 (Diario Oficial)"),),
        (CASE, replace(CASE, name="A second", right=False)),
        ("America/Bogota",),
        (2026, 2027),
        ("2028: 17 days, 18 expected",),
        "Superintendencia de Industria y Comercio",
        "https://sic.example",
    )


def safety(frame: Frame, wrong: int) -> safety_pages.SafetyPage:
    """A week, with something that must not be."""
    one = safety_pages.SafetyFigure("Contactos después de retirada la autorización", 0, "#a", True)
    rule = safety_pages.RuleCount("CO.W1", SAYS, 2, "#r")
    return safety_pages.SafetyPage(
        frame,
        MONDAY,
        MONDAY + timedelta(days=6),
        not wrong,
        (one, replace(one, label="Contactos sin una decisión que los respalde", count=wrong)),
        (replace(one, label="Contactos hechos", count=5231, must_be_zero=False),),
        (rule, replace(rule, rule="CO.A3", count=1)),
        (rule,),
        "#before",
        "#after",
    )


def today() -> TodayPage:
    """The page of the digest by its link."""
    text = "Buenos días, Laura.\n\nLa factura FE-1042 venció el 12 de noviembre."
    draft = TodayDraft(
        1, "Ficticia Comercial S.A.S.", "email", (Money("COP", 380_800_000),), "FE-1042 · Rediseño", text
    )
    return TodayPage(
        "Taller Ejemplo",
        AT.date(),
        ("6 mensajes por aprobar", "2 esperan por las reglas", "entraron $ 41.000.000 COP"),
        (draft, replace(draft, id=2, customer=str(TRIED.customer), warnings=("Se pagó antes de salir.",))),
        4,
        "#approve",
        sign_in_url="#sign-in",
    )


OWN = (
    OwnRow("OWN.3", "Estos canales no se usan nunca. Por: mensaje de texto y llamada.", False, MONDAY, None,
           "Acordado con el gremio de panaderías de toda la región", "Ana Ruiz", True, end_url="#end"),
    OwnRow("CO.X9", f"Mientras tanto no rige: {SAYS}", True, MONDAY, MONDAY, "Campaña", "Ana Ruiz", True),
    OwnRow("OWN.4", SAYS, False, MONDAY, None, "Diciembre", "Ana Ruiz", False, True, end_url="#end4"),
    OwnRow("OWN.1", SAYS, False, MONDAY, None, "Prueba", "Ana Ruiz", False, False, AT, "Luz Díaz", "Terminó"),
)  # fmt: skip


def own_rules(frame: Frame) -> OwnRulesPage:
    """The creditor's own rules, one of each state, with both forms."""
    return OwnRulesPage(
        frame=frame,
        law_url="#law",
        rows=OWN,
        url="#place",
        kinds=(Option("channel", "No usar nunca estos canales", chosen=True), Option("gap", "Tantos días")),
        channels=(Option("email", "correo"), Option("sms", "mensaje de texto", chosen=True)),
        days=(Option("mon", "lunes"), Option("holiday", "festivos")),
        policies=(Option("CO.X9", f"CO.X9 · {SAYS}"),),
        today=MONDAY,
        typed={"number": "2", "per": "day", "since": "", "until": "", "reason": "Acordado"},
    )


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each."""
    frame = replace(frame, section="law")
    own = (replace(OWN[0], end_url=""),)
    list_ = law_pages.LawPage(frame, (ROW,), OTHERS, TRIAL, "#safety", 3, "#all", own, "#own")
    yield "w-law", "workbench/law/list.html", list_
    yield "w-law-own", "workbench/law/own.html", own_rules(frame)
    looking = replace(own_rules(frame), rows=(), url="", policies=())
    yield "w-law-own-looking", "workbench/law/own.html", looking
    wrong_rule = replace(own_rules(frame), warning="Es ley.", relaxing=True)
    yield "w-law-own-wrong", "workbench/law/own.html", wrong_rule
    yield "w-law-pack", "workbench/law/pack.html", pack(frame)
    yield "w-law-try", "workbench/law/try.html", law_pages.TryPage(frame, TRIAL, TRIED)
    wrong = law_pages.TryPage(frame, TRIAL, None, "Ningún cliente empieza por «nadie».")
    yield "w-law-try-wrong", "workbench/law/try.html", wrong
    yield "w-safety", "workbench/law/safety.html", safety(frame, 0)
    yield "w-safety-wrong", "workbench/law/safety.html", safety(frame, 2)
    rows = (
        safety_pages.SafetyRow(TRIED.customer, "#c", AT, "email"),
        safety_pages.SafetyRow("Tienda de Mentira", "#d", AT),
    )
    page = safety_pages.SafetyRowsPage(frame, "Contactos hechos", MONDAY, MONDAY, rows, "#back", 2, SAYS)
    yield "w-safety-rows", "workbench/law/safety_rows.html", page
    hours = tuple(Option(str(one), f"{one:02d}:00", chosen=one == 8) for one in range(24))
    whole = replace(today(), frame=replace(frame, section="drafts"), hours=hours, wish_url="#wish")
    yield "w-today", "workbench/today/show.html", whole
    yield "w-today-link", "workbench/today/link.html", today()
    used = replace(today(), drafts=(), more=0, approve_url="", notice="2 mensajes aprobados.")
    yield "w-today-used", "workbench/today/link.html", used
