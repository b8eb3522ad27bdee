# SPDX-License-Identifier: Apache-2.0
"""Obviously invented values for letters: one creditor, one customer, as many invoices as asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from conserje.domain.kit.money import Money, total

PORTAL = "https://pagos.tallerejemplo.co/c/"


def creditor(*, logo: bool = False) -> dict[str, Any]:
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
        "since": 2021,
    }


def invoice(index: int = 0, *, currency: str = "COP", parts: bool = True, late: int = 5) -> dict[str, Any]:
    net, tax = (320_000_000, 60_800_000) if currency == "COP" else (320_000, 0)
    net += index * 1_000_000 if currency == "COP" else index * 1_050
    zero, gross = Money(currency, 0), Money(currency, net + tax)
    number = f"FE-{1042 + index}"
    return {
        "number": number,
        "subject": ("Rediseño del sitio, fase 2", "Mantenimiento mensual", "Fotografía de producto")[
            index % 3
        ],
        "purchase_order": "OC-311" if index == 0 else "",
        "issued_on": date(2026, 10, 13),
        "due_on": date(2026, 11, 12) + timedelta(days=index),
        "open": gross,
        "total": gross,
        "net": Money(currency, net) if parts else None,
        "tax": Money(currency, tax) if parts else None,
        "paid": zero,
        "credited": zero,
        "interest": zero,
        "fees": zero,
        "days_late": late - index,
        "documents": [f"{number}.pdf", f"{number}.xml"],
        "part": None,
    }


def balances(invoices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for currency in dict.fromkeys(item["open"].currency for item in invoices):
        same = [item for item in invoices if item["open"].currency == currency]
        keys = ("open", "total", "paid", "credited", "interest", "fees")
        sums: dict[str, Any] = {key: total((item[key] for item in same), currency=currency) for key in keys}
        known = all(item["net"] is not None for item in same)
        for key in ("net", "tax"):
            sums[key] = total((item[key] for item in same), currency=currency) if known else None
        found.append({"currency": currency, **sums})
    return found


def values(*, count: int = 1, currencies: int = 1, parts: bool = True, **changes: Any) -> dict[str, Any]:
    used = ("COP", "USD")[:currencies]
    invoices = [invoice(i, currency=used[i % len(used)], parts=parts) for i in range(count)]
    whole: dict[str, Any] = {
        "creditor": creditor(),
        "contact": {"name": "Laura Pérez"},
        "customer": {"name": "Comercial Ficticia S.A.S.", "kind": "company"},
        "local_hour": 9,
        "invoices": invoices,
        "balances": balances(invoices),
        "attachments": [name for item in invoices for name in item["documents"]],
        "links": {
            "portal": PORTAL + "k3y",
            "stop": PORTAL + "k3y/no-mas",
            "preferences": PORTAL + "k3y/preferencias",
            "complaint": PORTAL + "k3y/reclamo",
            "genuine": PORTAL + "k3y/comprobar",
        },
        "announced": {"on": date(2026, 11, 24), "channel": "whatsapp"},
        "next": {"kind": "contact", "on": date(2026, 11, 24), "channel": "whatsapp", "letter": None},
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
        "answer_by": date(2026, 12, 22),
        "mandatory": {},
        "payment": None,
    }
    return {**whole, **changes}
