# SPDX-License-Identifier: Apache-2.0
"""Portal pages with obviously invented people and sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from tests.journeys.gallery import data_samples, instruction_samples, recovery_samples
from tests.journeys.gallery.shop import BRAND, TODAY

from conserje.domain.kit.money import Money, total
from conserje.portal import pages
from conserje.portal.act_pages import LinkPage
from conserje.ui.listing import Option, Pager


def invoice(at: int, *, currency: str, minor: int, days: int, subject: str = "") -> pages.OpenInvoice:
    """An open invoice due `days` before today."""
    net = Money(currency, minor * 100 // 119)
    lines = (
        pages.AmountLine("net", net, "Servicio" if at % 2 == 0 else ""),
        pages.AmountLine("tax", Money(currency, minor) - net, "IVA 19 %"),
        pages.AmountLine("paid", Money(currency, 0)),
        pages.AmountLine("interest", Money(currency, 0)),
        pages.AmountLine("fees", Money(currency, 0)),
    )
    due_on = TODAY - timedelta(days=days)
    return pages.OpenInvoice(
        id=f"inv{at}",
        number=f"FE-{1042 + at}",
        open=Money(currency, minor),
        due_on=due_on,
        issued_on=due_on - timedelta(days=30),
        lines=lines,
        subject=subject,
        purchase_order=f"OC-{311 + at}" if at % 3 == 0 else "",
        documents=(pages.Document("Factura", "PDF", "#pdf"), pages.Document("Factura", "XML", "#xml")),
        progress_url="#progress",
        pay_label=f"Pagar FE-{1042 + at}",
    )


def group(invoices: tuple[pages.OpenInvoice, ...], *, count: int = 0) -> pages.CurrencyGroup:
    """The group of `invoices`, all of one currency."""
    currency = invoices[0].open.currency
    return pages.CurrencyGroup(
        currency=currency,
        open=total((one.open for one in invoices), currency=currency),
        overdue=total((one.open for one in invoices if one.due_on < TODAY), currency=currency),
        pay_all=total((one.open for one in invoices if one.ticked), currency=currency),
        invoices=invoices,
        count=count or len(invoices),
    )


STEPS = (
    pages.NextStep(
        date(2026, 12, 3), "Una llamada breve, para acordar lo que más les sirva.", "call", ("Laura",)
    ),
    pages.NextStep(
        date(2026, 12, 10),
        "Una comunicación formal por escrito, con las opciones y hasta cuándo sirven.",
        "email",
        ("Laura", "Marcos Díaz"),
        new_recipients=True,
    ),
    pages.NextStep(
        date(2027, 1, 6),
        "Nuestra última carta, con el resumen de todo lo anterior.",
        "email",
        ("Laura", "Marcos Díaz"),
    ),
    pages.NextStep(
        date(2027, 1, 22),
        "Dejamos de escribir. Una persona de la gerencia decide cómo seguir, y lo sabrán antes.",
    ),
)
TOUCHES = (
    pages.PastTouch(
        TODAY,
        "whatsapp",
        "La factura seguía abierta 12 días después de su fecha.",
        "delivered",
        "Saldo, opciones para pagar y qué seguía.",
        "Laura",
    ),
    pages.PastTouch(
        date(2026, 11, 17),
        "email",
        "La fecha de pago había pasado hacía 5 días.",
        "delivered",
        "Factura FE-1042 adjunta de nuevo.",
        "Laura",
    ),
    pages.PastTouch(
        date(2026, 11, 10),
        "email",
        "Faltaban 2 días para la fecha de pago.",
        "failed",
        "Recordatorio amable con la factura.",
        "Laura",
    ),
)
ONE = pages.HomePage(
    brand=BRAND,
    today=TODAY,
    customer="Ficticia Comercial S.A.S.",
    greeting="Buenos días, Laura.",
    groups=(
        group((invoice(0, currency="COP", minor=380800000, days=12, subject="Rediseño del sitio, fase 2"),)),
    ),
    steps=STEPS,
    touches=TOUCHES,
    doors=(
        pages.DoorShown("Pagar", "Todo, o las facturas que usted elija", "#open", "money"),
        pages.DoorShown("Pagar en cuotas", "Dos o tres partes, sin recargo", "#plan", "calendar"),
        pages.DoorShown(
            "Elegir una fecha", "Anotamos el día y no escribimos hasta entonces", "#date", "calendar"
        ),
        pages.DoorShown("Algo no está bien", "Señale la parte: solo esa se pausa", "#dispute", "info"),
        pages.DoorShown("Hablar con nosotros", "Una persona lo lee y responde", "#talk", "chat"),
    ),
    beside=(
        pages.DoorShown("Ya pagué", "Díganos el día, y envíe el soporte si lo tiene", "#paid", "check"),
        pages.DoorShown("Pasarlo a un colega", "Recibe un enlace propio", "#pass", "person"),
        pages.DoorShown("Documentos", "Estado de cuenta, recibos, paz y salvo", "#papers", "file"),
        pages.DoorShown("No soy esta persona", "Dejamos de escribirle de inmediato", "#wrong", "stop"),
    ),
    paid=(
        pages.PaidInvoice(
            "FE-0988",
            "Rediseño del sitio, fase 1",
            Money("COP", 297500000),
            date(2026, 9, 4),
            "PSE",
            (pages.Document("Recibo", "PDF", "#r"),),
        ),
        pages.PaidInvoice("FE-0951", "", Money("COP", 59500050), date(2026, 7, 30), "transferencia"),
    ),
)


def several() -> pages.HomePage:
    """Three invoices: one promised, one not due, one with a very long name."""
    first = invoice(0, currency="COP", minor=380800000, days=12, subject="Rediseño del sitio, fase 2")
    second = replace(
        invoice(
            1,
            currency="COP",
            minor=119000000,
            days=4,
            subject="Mantenimiento mensual de la plataforma de pedidos en línea y del catálogo, noviembre de 2026",
        ),
        pause=pages.Pause("scheduled", date(2026, 12, 4), date(2026, 12, 4)),
        ticked=False,
        progress="accepted",
    )
    third = replace(
        invoice(3, currency="COP", minor=47600000, days=-3),
        more_due=((date(2026, 12, 27), Money("COP", 23800000)),),
    )
    return replace(
        ONE,
        groups=(group((first, second, third)),),
        message="Anotado: la FE-1043 se pagará el viernes 4 de diciembre.",
        older_touches=4,
    )


def currencies() -> pages.HomePage:
    """Three currencies, one without a way to pay here."""
    dollars = group(
        (
            invoice(5, currency="USD", minor=320000, days=12, subject="Brand guide"),
            invoice(6, currency="USD", minor=850000, days=-2),
        )
    )
    euros = replace(
        group((invoice(8, currency="EUR", minor=145050, days=70),)),
        can_pay=False,
        other_ways=("Transferencia a la cuenta que está en la factura.",),
    )
    return replace(
        ONE,
        greeting="",
        customer="Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        groups=(*ONE.groups, dollars, euros),
    )


def many() -> pages.HomePage:
    """The first twenty of two hundred."""
    invoices = tuple(
        invoice(at, currency="COP", minor=11900000 + at * 1190000, days=40 - at * 3) for at in range(20)
    )
    full = replace(
        group(invoices, count=200), pager=Pager(1, 20, 200, next_url="?page=2"), open=Money("COP", 4520800000)
    )
    return replace(ONE, groups=(full,))


def homes() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of the account page in its states."""
    show = "portal/account/show.html"
    yield "home-one", show, ONE
    yield "home-several", show, several()
    yield "home-currencies", show, currencies()
    yield "home-many", show, many()
    yield (
        "home-nothing",
        show,
        replace(ONE, groups=(), steps=(), quiet="No hay nada pendiente, así que no hay nada planeado."),
    )
    yield "home-new", show, replace(ONE, touches=(), paid=(), steps=STEPS[:1])
    paused = replace(
        ONE.groups[0].invoices[0], pause=pages.Pause("already_paid", date(2026, 11, 23), date(2026, 11, 27))
    )
    yield (
        "home-paused",
        show,
        replace(
            ONE,
            groups=(group((paused,)),),
            steps=(),
            quiet="En pausa hasta el viernes 27 de noviembre: usted nos dijo que ya pagó y lo estamos buscando.",
        ),
    )
    doubted = replace(paused, pause=pages.Pause("doubted"), ticked=False, payable=False)
    quiet = "En pausa mientras lo revisamos con usted."
    yield "home-doubted", show, replace(ONE, groups=(group((doubted,)),), steps=(), quiet=quiet)


def results() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of what follows a payment."""
    show, amount = "portal/payment/result.html", Money("COP", 380800000)
    paid = pages.ResultPage(
        BRAND, TODAY, "paid", amount, ("FE-1042",), TODAY, "PSE", "REF-000111222", (), "#receipt"
    )
    yield "result-paid", show, paid
    yield "result-part", show, replace(paid, remaining=(Money("COP", 119000000), Money("USD", 320000)))
    yield "result-processing", show, replace(paid, state="processing", receipt_url="")
    yield (
        "result-declined",
        show,
        replace(
            paid,
            state="declined",
            receipt_url="",
            try_again_url="#again",
            detail="El banco respondió: fondos insuficientes.",
        ),
    )
    yield "result-cancelled", show, replace(paid, state="cancelled", receipt_url="", try_again_url="#again")


def forms() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of what a customer can tell."""
    invoices = (
        Option("inv0", "FE-1042 · Rediseño del sitio, fase 2 · $ 3.808.000 COP", chosen=True),
        Option("inv1", "FE-1043 · $ 1.190.000 COP"),
    )
    methods = (Option("transfer", "Transferencia", chosen=True), Option("pse", "PSE"))
    tell = pages.TellPage(BRAND, TODAY, invoices, TODAY - timedelta(days=60), TODAY, methods)
    yield "told-paid", "portal/told/paid.html", tell
    wrong = MappingProxyType(
        {"paid_on": "Falta el día. Basta con el aproximado.", "invoice": "Marque al menos una factura."}
    )
    yield "told-paid-wrong", "portal/told/paid.html", replace(tell, errors=wrong, values={"note": "CUS 123"})
    yield (
        "told-scheduled",
        "portal/told/scheduled.html",
        replace(tell, earliest=TODAY, latest=date(2026, 12, 24)),
    )
    yield (
        "told-done",
        "portal/told/done.html",
        pages.ToldPage(BRAND, TODAY, "scheduled", date(2026, 12, 4), ("FE-1042",), date(2026, 12, 4)),
    )


def ways() -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of how a customer is written to, and of links that open nothing."""
    mail = pages.Address(
        "a1",
        "email",
        "l•••@ficticia.example",
        True,
        "Usted nos dio este correo para facturación el 3 de marzo de 2026.",
    )
    chat = pages.Address(
        "a2", "whatsapp", "300 ••• ••12", False, "Lo autorizó en el contrato de marzo de 2026.", TODAY
    )
    yield (
        "preferences",
        "portal/preferences/show.html",
        pages.PreferencesPage(
            BRAND,
            TODAY,
            (mail, chat),
            "Listo: ya no le escribimos por WhatsApp.",
            from_hours=tuple(Option(str(hour), f"{hour:02d}:00") for hour in range(24)),
            to_hours=tuple(Option(str(hour), f"{hour:02d}:00", chosen=hour == 24) for hour in range(1, 25)),
            locales=(
                Option("es_CO", "Español", chosen=True),
                Option("en", "English"),
                Option("pt_BR", "Português"),
            ),
        ),
    )
    stop = pages.UnsubscribePage(BRAND, "tok", "l•••@ficticia.example", "email")
    yield "unsubscribe-ask", "portal/unsubscribe/ask.html", stop
    yield "unsubscribe-done", "portal/unsubscribe/done.html", replace(stop, already=True)
    yield (
        "genuine",
        "portal/genuine/show.html",
        pages.GenuinePage(BRAND, TODAY, ("cuentas@tallerejemplo.example",)),
    )
    for name, problem in (
        ("problem", LinkPage()),
        ("old", LinkPage(again=True)),
        ("asked", LinkPage(asked=True)),
    ):
        yield f"link-{name}", "portal/link/problem.html", problem
    yield from (
        (f"error-{code}", f"{code}.html", None) for code in ("400", "403", "403_csrf", "404", "429", "500")
    )


def every() -> Iterator[tuple[str, str, object]]:
    """All portal pages."""
    from tests.journeys.gallery import act_samples

    yield from homes()
    yield from results()
    yield from instruction_samples.every()
    yield from forms()
    yield from ways()
    yield from act_samples.every()
    yield from data_samples.portal()
    yield from recovery_samples.portal(BRAND, TODAY)
