# SPDX-License-Identifier: Apache-2.0
"""The hosted checkout as a person sees it: like a bank, without scripts, marked as money of lies."""

from __future__ import annotations

from datetime import datetime

from conserje.testing.world.checkouts import EXPONENTS, METHODS, Checkout, Checkouts
from conserje.testing.world.mandates import CARDS, Mandate, Mandates
from conserje.testing.world.web import Reply, Request, amount_text, page, see_other, text

_HINTS = {
    "pse": "Débito desde su cuenta",
    "nequi": "Aprobación en el celular",
    "tarjeta": "Crédito o débito",
    "transferencia": "Desde cualquier banco",
    "efectivo": "Con una referencia, en un punto de pago",
}
_ENDED = {
    "paid": ("good", "Pago aprobado", "El comercio ya fue informado. Puede volver."),
    "processing": ("", "Pago en proceso", "Su banco lo está confirmando. No hace falta pagar otra vez."),
    "declined": (
        "bad",
        "El banco no aprobó el pago",
        "No se movió dinero. Puede volver e intentarlo de nuevo.",
    ),
    "waiting": ("", "Su referencia de pago", "Preséntela en cualquier punto de pago antes de la fecha."),
    "expired": ("bad", "La fecha de pago pasó", "No se movió dinero. Puede volver e intentarlo de nuevo."),
    "cancelled": ("", "Pago cancelado", "No se movió dinero. Puede volver cuando quiera."),
}


def checkout_page(checkout: Checkout) -> Reply:
    """The form while it is open, the result afterwards."""
    shown = amount_text(checkout.amount, EXPONENTS[checkout.currency], checkout.currency)
    inner = _form(checkout, shown) if checkout.status == "open" else _result(checkout)
    return page(f"Pagar {shown} · Pasarela de prueba", _sheet(checkout, shown, inner))


def mandate_page(mandate: Mandate) -> Reply:
    """The form on which a card is left, the result afterwards."""
    ways = "".join(
        f'<label class="way"><input type="radio" name="card" value="{name}" required>'
        f"<span>Tarjeta terminada en {last4}<small>{text(hint)}</small></span></label>"
        for name, (last4, _, hint) in CARDS.items()
    )
    form = (
        f'<form method="post" class="column" action="/mandate/{text(mandate.id)}">'
        f"<fieldset><legend>¿Qué tarjeta quiere dejar?</legend>{ways}</fieldset>"
        '<button class="main" name="act" value="give">Dejar esta tarjeta</button>'
        '<button name="act" value="refuse" formnovalidate>Cancelar y volver</button></form>'
    )
    back = (
        '<div role="status"><h1>Listo</h1><p>El comercio ya fue informado. Puede volver.</p></div>'
        f'<a class="button main" href="{text(mandate.return_url)}">Volver al comercio</a>'
    )
    inner = form if mandate.status == "open" else back
    return page("Dejar una tarjeta · Pasarela de prueba", _sheet(mandate, "Dejar una tarjeta", inner))


def give(mandates: Mandates, mandate_id: str, request: Request) -> Reply:
    """What the person pressed: leave a card or go back."""
    form = request.form()
    if form.get("act") == "give" and form.get("card") in CARDS:
        mandate = mandates.give(mandate_id, card=form["card"])
    elif form.get("act") == "refuse":
        mandate = mandates.refuse(mandate_id)
    else:
        return see_other(f"/mandate/{mandate_id}")
    return see_other(mandate.return_url)


def _sheet(about: Checkout | Mandate, headline: str, inner: str) -> str:
    return (
        '<header class="top"><strong>Pasarela de prueba</strong>'
        '<span class="soft small">Conexión simulada</span></header>'
        '<p class="notice"><strong>Dinero de mentira.</strong> Aquí nadie cobra ni paga nada.</p>'
        '<main class="bank"><section class="card"><div><p class="soft small">'
        f"{text(about.description)}</p><p class='amount'>{text(headline)}</p>"
        f'<p class="soft small">Referencia {text(about.reference)}</p></div>{inner}</section></main>'
    )


def act(checkouts: Checkouts, checkout_id: str, request: Request, now: datetime) -> Reply:
    """What the person pressed: pay, decline or cancel; then back to the shop, else to the page."""
    form = request.form()
    method, pressed = form.get("method", ""), form.get("act", "")
    if pressed == "pay" and method in METHODS:
        checkout = checkouts.pay(checkout_id, method=method, now=now)
    elif pressed == "decline":
        checkout = checkouts.decline(checkout_id, method=method)
    elif pressed == "cancel":
        checkout = checkouts.cancel(checkout_id)
    else:
        return see_other(f"/checkout/{checkout_id}")
    return see_other(checkout.return_url)


def _form(checkout: Checkout, shown: str) -> str:
    ways = "".join(
        f'<label class="way"><input type="radio" name="method" value="{name}" required>'
        f"<span>{label}<small>{_HINTS[name]}</small></span></label>"
        for name, label in METHODS.items()
        if name in (checkout.methods or METHODS)
    )
    return (
        f'<form method="post" class="column" action="/checkout/{text(checkout.id)}">'
        f"<fieldset><legend>¿Cómo quiere pagar?</legend>{ways}</fieldset>"
        f'<button class="main" name="act" value="pay">Pagar {text(shown)}</button>'
        '<button name="act" value="decline" formnovalidate>Simular que el banco no aprueba</button>'
        '<button name="act" value="cancel" formnovalidate>Cancelar y volver</button></form>'
    )


def _result(checkout: Checkout) -> str:
    tone, title, words = _ENDED[checkout.status]
    receipt = (
        f'<dl class="meta"><dt>Medio</dt><dd>{text(METHODS[checkout.method])}</dd>'
        f"<dt>Comprobante</dt><dd>{text(checkout.payment_id)}</dd>"
        f"<dt>Fecha</dt><dd>{text(checkout.value_on)}</dd></dl>"
        if checkout.payment_id
        else ""
    )
    if checkout.status == "waiting":
        receipt = (
            f"<dl class='meta'><dt>Referencia</dt><dd>{text(checkout.voucher)}</dd>"
            f"<dt>Hasta</dt><dd>{text(checkout.until_on)}</dd></dl>"
        )
    return (
        f'<div role="status"><h1 class="{tone}">{title}</h1><p>{words}</p></div>{receipt}'
        f'<a class="button main" href="{text(checkout.return_url)}">Volver al comercio</a>'
    )
