# SPDX-License-Identifier: Apache-2.0
"""Obviously invented values to try a template with: one creditor, one customer, as many invoices as asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final, cast, get_args, get_type_hints

from conserje.domain.kit.money import Money, total
from conserje.wording.values import (
    AnswerValues,
    BalanceValues,
    CreditorValues,
    InvoiceValues,
    LetterValues,
    NextValues,
    PaymentValues,
)

_PORTAL: Final = "https://pagos.tallerejemplo.co/c/k3y"
_SUBJECTS: Final = ("Rediseño del sitio, fase 2", "Mantenimiento mensual", "Fotografía de producto")


def creditor(*, logo: bool = False) -> CreditorValues:
    """An invented workshop, with or without a logo."""
    return {
        "name": "Taller Ejemplo",
        "legal_name": "Taller Ejemplo S.A.S.",
        "tax_id": "900.000.000-0",
        "identity_line": "Taller Ejemplo S.A.S., NIT 900.000.000-0",
        "phone": "601 000 0000",
        "website": "tallerejemplo.co",
        "portal_host": "pagos.tallerejemplo.co",
        "signature_name": "Ana Ruiz",
        "signature_role": "Administración",
        "reply_to": "ana@tallerejemplo.co",
        "colour": "#0b6e4f",
        "logo_cid": "logo@tallerejemplo.co" if logo else None,
        "policy_url": "https://tallerejemplo.co/datos",
        "complaint_body": "la SIC",
        "since": None,
    }


def invoice(*, index: int = 0, currency: str = "COP", parts: bool = True, late: int = 5) -> InvoiceValues:
    """The invoice number `index` in `currency`, `late` days late less one for each index."""
    minor = 320_000_000 + index * 1_000_000 if currency == "COP" else 320_000 + index * 1_050
    net = Money(currency, minor)
    tax = Money(currency, minor * 19 // 100 if currency == "COP" else 0)
    number = f"FE-{1042 + index}"
    return {
        "number": number,
        "subject": _SUBJECTS[index % len(_SUBJECTS)],
        "purchase_order": "OC-311" if index == 0 else "",
        "issued_on": date(2026, 10, 13),
        "due_on": date(2026, 11, 12) + timedelta(days=index),
        "open": net + tax,
        "total": net + tax,
        "net": net if parts else None,
        "tax": tax if parts else None,
        "paid": Money(currency, 0),
        "credited": Money(currency, 0),
        "interest": Money(currency, 0),
        "fees": Money(currency, 0),
        "days_late": late - index,
        "documents": [f"{number}.pdf", f"{number}.xml"],
        "part": None,
    }


def balances(*, invoices: Sequence[InvoiceValues]) -> list[BalanceValues]:
    """The sums of `invoices`, one for each currency."""
    found = []
    for currency in dict.fromkeys(item["open"].currency for item in invoices):
        same: list[Any] = [item for item in invoices if item["open"].currency == currency]
        keys = ["open", "total", "paid", "credited", "interest", "fees"]
        known = all(item["net"] is not None for item in same)
        sums: dict[str, Any] = {"currency": currency, "net": None, "tax": None}
        for key in [*keys, "net", "tax"] if known else keys:
            sums[key] = total((item[key] for item in same), currency=currency)
        found.append(cast(BalanceValues, sums))
    return found


def payment(*, full: bool = True) -> PaymentValues:
    """A payment of the first invoice; when not `full`, of a part of it."""
    whole = invoice()["open"]
    left = Money("COP", 0) if full else Money("COP", 180_800_000)
    paid = {"number": "FE-1042", "subject": _SUBJECTS[0], "applied": whole - left, "open": left}
    remaining = [{"number": "FE-1042", "subject": _SUBJECTS[0], "due_on": date(2026, 11, 12), "open": left}]
    return cast(
        PaymentValues,
        {
            "amount": whole - left,
            "received_on": date(2026, 12, 4),
            "method": "pse",
            "invoices": [paid],
            "remaining": [] if full else remaining,
        },
    )


def answer(*, about: str = "dispute_proposal") -> AnswerValues:
    """An answer about a disputed invoice, a plan or a message."""
    until = date(2026, 11, 27) if about in ("dispute_proposal", "dispute_agreed", "plan_offered") else None
    number = "FE-1042" if about.startswith("dispute") else ""
    return cast(
        AnswerValues,
        {"about": about, "number": number, "until": until, "link": f"{_PORTAL}/respuesta"},
    )


def coming(*, kind: str = "contact") -> NextValues:
    """What comes next: a WhatsApp message on a day, or the other kinds without one."""
    if kind != "contact":
        return cast(NextValues, {"kind": kind, "on": None, "channel": None, "letter": None})
    return {"kind": "contact", "on": date(2026, 11, 24), "channel": "whatsapp", "letter": None}


def values(*, count: int = 1, currencies: int = 1, parts: bool = True, **changes: Any) -> LetterValues:
    """A whole `LetterValues` with `count` invoices in one or two currencies; `changes` replace its keys."""
    used = ("COP", "USD")[:currencies]
    invoices = [invoice(index=i, currency=used[i % len(used)], parts=parts) for i in range(count)]
    whole: LetterValues = {
        "creditor": creditor(),
        "contact": {"name": "Laura Pérez"},
        "customer": {"name": "Comercial Ficticia S.A.S.", "kind": "company"},
        "local_hour": 9,
        "invoices": invoices,
        "balances": balances(invoices=invoices),
        "attachments": [name for item in invoices for name in item["documents"]],
        "links": {
            "portal": _PORTAL,
            "stop": f"{_PORTAL}/no-mas",
            "preferences": f"{_PORTAL}/preferencias",
            "complaint": f"{_PORTAL}/reclamo",
            "genuine": f"{_PORTAL}/comprobar",
            "card": f"{_PORTAL}/tarjeta",
            "cancel": f"{_PORTAL}/cancelar",
        },
        "announced": None,
        "next": coming(),
        "options": {
            "pay": True,
            "choose_date": True,
            "plan": False,
            "settle": False,
            "disagree": True,
            "wrong_person": True,
            "methods": ["pse", "nequi", "card", "bank_transfer"],
        },
        "history": [
            {"on": date(2026, 11, 17), "channel": "email", "kind": "friendly", "outcome": "delivered"},
            {"on": date(2026, 11, 24), "channel": "whatsapp", "kind": "follow_up", "outcome": "delivered"},
            {"on": date(2026, 12, 3), "channel": "call", "kind": "follow_up_second", "outcome": "attempted"},
            {"on": date(2026, 12, 10), "channel": "email", "kind": "formal", "outcome": "delivered"},
        ],
        "answer_by": None,
        "mandatory": {},
        "payment": payment(),
        "answer": answer(),
        "code": "••••••",
    }
    return cast(LetterValues, {**whole, **changes})


def trials() -> Iterator[LetterValues]:
    """Values that between them take every branch a template usually has: what `validation` fills it with."""
    yield values()
    yield values(count=3, currencies=2, answer_by=date(2026, 12, 22), payment=payment(full=False))
    yield values(
        parts=False,
        contact={"name": ""},
        customer={"name": "Persona Ficticia", "kind": "person"},
        attachments=[],
        announced={"on": date(2026, 11, 24), "channel": "whatsapp"},
        next=coming(kind="last"),
        history=[],
    )
    yield planned()
    for about in get_args(get_type_hints(AnswerValues)["about"]):
        yield values(answer=answer(about=about))


def planned() -> LetterValues:
    """The second of three instalments of a payment plan."""
    one = invoice(parts=False)
    one["part"] = {"number": 2, "count": 3, "moves_on": date(2026, 11, 19)}
    return values(invoices=[one], balances=balances(invoices=[one]))
