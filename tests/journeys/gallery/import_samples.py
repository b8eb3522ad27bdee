# SPDX-License-Identifier: Apache-2.0
"""Screens of an import in several states, with obviously invented people and sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from tests.journeys.gallery.customer_sample import ZONE

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option, Pager
from conserje.workbench.import_pages import (
    Bad,
    BadLine,
    BatchRow,
    BooksTotal,
    Column,
    ColumnsPage,
    CountGroup,
    DayRow,
    FilePart,
    HistoryPage,
    ImportStep,
    LetterPage,
    PreviewPage,
    ProgressPage,
    Question,
    QuestionsPage,
    ResultPage,
    RunPage,
    RunRow,
    SheetPart,
    StartPage,
    Told,
    UploadRow,
    Way,
    WeekPart,
)
from conserje.workbench.pages import Frame

AT = datetime(2026, 11, 24, 9, 40, tzinfo=ZONE)
TODAY = date(2026, 11, 24)
LONG = "Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P."
ENDLESS = "cartera_por_cobrar_clientes_nacionales_e_internacionales_definitiva_v7_FINAL_corregida.xlsx"
NAMES = ("Columnas", "Preguntas", "Vista previa", "Listo")


def way(at: int) -> Way:
    """The steps as seen from one of them."""
    steps = tuple(
        ImportStep(
            number,
            name,
            "now" if number == at else "done" if number < at else "next",
            f"#step{number}" if number < at < 4 else "",
        )
        for number, name in enumerate(NAMES, start=1)
    )
    return Way(steps, ("cartera.csv", "papeles.zip"), "#discard" if at < 4 else "")


def choices(chosen: str, *words: str) -> tuple[Option, ...]:
    """A select's options."""
    return tuple(Option(word, word, chosen=word == chosen) for word in (chosen, *words) if word)


def columns() -> tuple[FilePart, ...]:
    """A sheet with doubts, a sheet left out, contacts, and papers."""
    fields = ("No importar", "Número de factura", "Nombre del cliente", "Fecha de vencimiento")
    table = (
        Column(
            "c0",
            "Factura",
            ("FE-1042", "FE-1043", "FE-1044"),
            "El título dice factura.",
            choices(fields[1], *fields),
        ),
        Column(
            "c1",
            "Razón social o nombre completo del cliente",
            ("Ficticia Comercial S.A.S.", LONG),
            "El título contiene cliente.",
            choices(fields[2], *fields),
        ),
        Column("c2", "Vence", ("12/11/2026", "31/10/2026"), "Usted lo eligió.", choices(fields[3], *fields)),
        Column("c3", "Fec.", ("01/10/2026",), "", choices(fields[3], *fields), is_wrong=True),
        Column("c4", "", (), "La columna está vacía.", choices(fields[0], *fields[1:]), is_out=True),
    )
    doubts = (
        "Todas las fechas de Vence se pueden leer de dos maneras, como 12/11/2026. Se supuso el día primero.",
        "Se dejaron fuera 2 líneas de totales, como la línea 143.",
    )
    sheet = SheetPart(
        "f1s0",
        "Cartera",
        140,
        4,
        table,
        doubts,
        choices("día, mes, año", "mes, día, año"),
        choices("coma: 1.234,56", "punto: 1,234.56"),
        is_doubtful=True,
        can_be_left=True,
    )
    hidden = SheetPart("f1s1", "Dinámica", 0, 0, (), ("La hoja es una tabla dinámica y se dejó fuera.",))
    plain = replace(
        sheet,
        prefix="f2s0",
        title="",
        doubts=(),
        is_doubtful=False,
        can_be_left=False,
        columns=renamed(table[:2]),
    )
    return (
        FilePart(ENDLESS, "table", 84, (sheet, hidden), TODAY),
        FilePart("contactos.csv", "table", 3, (plain,)),
        FilePart("papeles.zip", "papers", 12_400, ()),
    )


def renamed(table: tuple[Column, ...]) -> tuple[Column, ...]:
    """The same columns as selects of another file."""
    return tuple(replace(column, name=f"d{number}") for number, column in enumerate(table))


def questions(*, wrong: bool) -> tuple[tuple[Question, ...], ...]:
    """(permission, customers, payments)."""
    permission = (
        Question(
            "permission",
            "radio",
            "Cómo nos dieron estos clientes sus direcciones",
            "Su nombre, la fecha de hoy y su respuesta se guardan con cada dirección como prueba.",
            "",
            choices(
                "En un contrato con nosotros",
                "En una orden o una cotización que aceptaron",
                "Todavía no puedo decirlo: no se le escribe a nadie",
            ),
        ),
        Question(
            "channels",
            "ticks",
            "Para qué canales",
            options=choices("correo", "WhatsApp", "llamada"),
            fault="Marque al menos un canal para el que la dieron." if wrong else "",
        ),
        Question(
            "source",
            "text",
            "Qué contrato, orden, formulario o correo",
            "Tal como usted lo volvería a encontrar: «Contrato marco, cláusula 7».",
            fault="Escriba cuál: es la prueba que se guarda con cada dirección." if wrong else "",
        ),
    )
    customers = (
        Question(
            "country",
            "select",
            "Dónde están los clientes",
            "Su ley decide cuándo, cómo y cuántas veces se les puede escribir.",
            "País",
            choices("Colombia", "México", "Perú"),
        ),
        Question(
            "kind",
            "radio",
            "Empresas o personas",
            options=choices("Empresas", "Personas", "No lo sé: se cumple la ley más estricta"),
        ),
    )
    payments = (
        Question(
            "through",
            "date",
            "Los pagos están anotados en estos archivos hasta el",
            value="2026-11-23",
            latest=TODAY,
        ),
        Question("currency", "text", "Moneda de los valores que no la dicen", "Si queda vacío: COP."),
    )
    return permission, customers, payments


BAD = Bad(
    "cartera.csv",
    231,
    (
        BadLine(
            "Cartera · Línea 17", "Saldo", "1.234.56", "Esto no es un valor.", "Escriba un valor sencillo."
        ),
        BadLine(
            "Línea 21",
            "",
            "",
            "La línea no tiene fecha de vencimiento.",
            "Escriba la fecha como año-mes-día, por ejemplo 2026-11-12.",
        ),
    ),
)
TOLD = Told(
    (
        CountGroup("Clientes", ((42, "clientes nuevos"), (3, "clientes conocidos, con novedades"))),
        CountGroup("Facturas", ((140, "facturas nuevas"), (1, "factura con menos saldo que en los libros"))),
        CountGroup("Además", ((42, "autorizaciones para escribir, con su prueba"),)),
    ),
    (BooksTotal(Money("COP", 0), Money("COP", 41_250_000_000), 0, 128),),
    ("4 clientes no tienen correo: no se les puede escribir por correo.",),
    ("2 facturas están en varias líneas con vencimientos distintos: se leyeron como cuotas.",),
    (BAD,),
    (("cartera.corrections.csv", "#corrections"),),
    ("FE-77.pdf",),
    False,
)
PLAIN = replace(TOLD, missing=(), remarks=(), bad=(), downloads=(), unmatched=())
SAME = replace(
    PLAIN,
    groups=(CountGroup("Clientes", ((45, "clientes igual que en los libros"),)),),
    totals=(BooksTotal(Money("COP", 41_250_000_000), Money("COP", 41_250_000_000), 128, 128),),
    nothing_new=True,
)


def week() -> WeekPart:
    """Two days: letters alike, two currencies, an endless name."""
    batch = BatchRow(
        27,
        "Recordatorio amable",
        "1. Amable",
        "email",
        (Money("COP", 8_421_000_000), Money("USD", 320_000)),
        "Cada uno espera a que una persona lo apruebe.",
        (("Ficticia Comercial S.A.S.", "#l0"), (LONG, "#l1")),
    )
    few = replace(
        batch, count=1, what="Recordatorio antes de la fecha", amounts=batch.amounts[:1], examples=()
    )
    return WeekPart(
        (DayRow(TODAY, 28, (batch, few)), DayRow(date(2026, 11, 26), 1, (few,))),
        29,
        "",
        TODAY,
        date(2026, 11, 30),
        ((11, "No se conoce ninguna dirección que sirva."), (1, "En objeción: esa parte se deja quieta.")),
        3,
        date(2026, 12, 9),
    )


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each."""
    frame = replace(frame, section="imports")
    folder = "workbench/import"
    uploads = (
        UploadRow(f"{ENDLESS}, papeles.zip +2", AT, "Ana Ruiz", "#u1"),
        UploadRow("cartera.csv", AT, "Ana Ruiz", "#u2", is_taken=True),
    )
    start = StartPage(frame, uploads, "#history", True, 96, 12, 14)
    yield "w-import", f"{folder}/start.html", start
    faults = (
        (ENDLESS, "bomba.zip crecería hasta 300 MB y se abren como máximo 200 MB."),
        ("", "Elija un archivo."),
    )
    yield "w-import-refused", f"{folder}/start.html", replace(start, uploads=(), faults=faults)
    yield "w-import-looking", f"{folder}/start.html", replace(start, uploads=(), may_act=False)
    page = ColumnsPage(frame, way(1), columns())
    yield "w-import-columns", f"{folder}/columns.html", page
    twice = ("«Fecha de vencimiento» está en dos columnas: déjelo en una y no importe la otra.",)
    yield "w-import-columns-wrong", f"{folder}/columns.html", replace(page, faults=twice)
    for name, wrong in (("w-import-questions", False), ("w-import-questions-wrong", True)):
        permission, customers, payments = questions(wrong=wrong)
        yield (
            name,
            f"{folder}/questions.html",
            QuestionsPage(frame, way(2), customers, permission, payments, "#columns", True, wrong),
        )
    preview = PreviewPage(frame, way(3), TOLD, week(), 3, "#apply", "#columns", "#questions")
    yield "w-import-preview", f"{folder}/preview.html", preview
    empty = WeekPart(
        (),
        0,
        "No hay nada planeado: nadie ha dicho cómo dieron estos clientes sus direcciones.",
        quiet=((42, "No por correo (consent): no se conoce su autorización."),),
    )
    yield "w-import-preview-empty", f"{folder}/preview.html", replace(preview, week=empty, told=SAME)
    yield from _after(frame)


def _after(frame: Frame) -> Iterator[tuple[str, str, object]]:
    folder = "workbench/import"
    progress = ProgressPage(frame, way(3), "take", 100_000, AT, "#progress")
    yield "w-import-progress", f"{folder}/progress.html", progress
    letter = LetterPage(
        frame,
        LONG,
        "departamento.de.cuentas.por.pagar.internacionales@consorcio-imaginario-del-caribe.example",
        "email",
        "Recordatorio amable",
        AT,
        "FE-1042 · Rediseño del sitio, fase 2 · Taller Ejemplo",
        "about:blank",
        "Buenos días, Laura:",
        "#preview",
        next_url="#l1",
    )
    yield "w-import-letter", f"{folder}/letter.html", letter
    result = ResultPage(frame, way(4), TOLD, "Ana Ruiz", AT, "#receivables", "#drafts", "#history", "#again")
    yield "w-import-result", f"{folder}/result.html", result
    yield "w-import-result-same", f"{folder}/result.html", replace(result, told=SAME)
    runs = (
        RunRow("cartera.csv", AT, "Ana Ruiz", "42 clientes, 140 facturas nuevas", 231, "#r1"),
        RunRow(ENDLESS, AT, "Línea de comandos", "No cambió nada: todo estaba ya en los libros.", 0, "#r2"),
    )
    history = HistoryPage(frame, runs, "#start", Pager(1, 50, 51, next_url="?page=2"))
    yield "w-import-history", f"{folder}/history.html", history
    yield "w-import-history-none", f"{folder}/history.html", HistoryPage(frame, (), "#start")
    answers = (("Autorización para escribir", "En un contrato con nosotros · correo"), ("País", "CO"))
    run = RunPage(frame, ENDLESS, AT, "Ana Ruiz", TOLD.groups, answers, BAD, "#history")
    yield "w-import-run", f"{folder}/run.html", run
