# SPDX-License-Identifier: Apache-2.0
"""Letters for touches: the facts of the dossier become the raw values that `wording` turns into words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from conserje.data.outreach.letters import CreditorFacts, DocumentFacts, Dossier, TouchFacts
from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Asked, Decision, Kind, Planned
from conserje.domain.outreach.strategy import Mode
from conserje.domain.ports.registry import countries, gateways
from conserje.services.tenancy.creditor import tax_label
from conserje.wording.render import Letter, letter
from conserje.wording.sandbox import parse, render

LINK = "https://link.invalid/p/"
STOP = "https://link.invalid/u/"
ATTACHED_MAX_BYTES = 8_000_000
# How long the options of a formal letter hold, and how long after the last one nothing more is said.
ANSWER_DAYS = 12


@dataclass(frozen=True, slots=True)
class Writing:
    """One letter to write: the touch, its case now, the amounts, the slots to fill and what follows it."""

    touch: TouchFacts
    case: Case
    asked: tuple[Asked, ...]
    texts: tuple[str, ...]
    following: Decision | None
    payment: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A finished letter with the documents that travel with it. The links in it are placeholders."""

    letter: Letter
    locale: str
    documents: tuple[DocumentFacts, ...]
    sha256: str


def write(*, dossier: Dossier, writing: Writing, methods: Sequence[str], now: datetime) -> Written:
    """The letter of one touch. Pure but for the catalogue of words. Raises `LetterError` when a value does not fit."""
    touch, creditor = writing.touch, dossier.creditor
    locale = touch.contact_locale or touch.customer_locale or creditor.locale
    documents = _attached(dossier, writing.asked)
    values = _values(dossier, writing, documents, methods, locale, now)
    made = letter(kind=touch.letter, locale=locale, values=values)
    digest = hashlib.sha256("\n".join((made.subject, made.text, made.html)).encode()).hexdigest()
    return Written(made, locale, documents, digest)


def with_links(text: str, *, link: str, stop: str) -> str:
    """`text` with its placeholders replaced by the links of one attempt."""
    return text.replace(LINK, link).replace(STOP, stop)


def available_methods(creditor_gateways: Sequence[str]) -> list[str]:
    """Codes of the ways of paying that the creditor's gateways offer now."""
    return list(
        dict.fromkeys(
            m
            for name in creditor_gateways
            if gateways.has(name)
            for m in gateways.get(name).abilities.methods
        )
    )


def _values(
    dossier: Dossier,
    writing: Writing,
    documents: Sequence[DocumentFacts],
    methods: Sequence[str],
    locale: str,
    now: datetime,
) -> dict[str, Any]:
    touch = writing.touch
    today = now.astimezone(zone(writing.case.zone)).date()
    invoices = [_invoice(dossier, asked, today) for asked in writing.asked]
    kind = "person" if touch.customer_kind == "person" else "company"
    values: dict[str, Any] = {
        "creditor": _creditor(dossier.creditor),
        "contact": {"name": touch.contact_name},
        "customer": {"name": touch.customer_name, "kind": kind},
        "local_hour": now.astimezone(zone(writing.case.zone)).hour,
        "invoices": invoices,
        "balances": _balances(invoices),
        "attachments": [item.file_name for item in documents],
        "links": _links(),
        "announced": None,
        "next": _next(writing),
        "options": {
            "pay": bool(methods),
            "choose_date": True,
            "plan": False,
            "settle": False,
            "disagree": True,
            "wrong_person": True,
            "methods": list(methods),
        },
        "history": [
            {"on": on, "channel": channel, "kind": letter_kind, "outcome": _outcome(state)}
            for on, channel, letter_kind, state in dossier.history.get(touch.customer_id, [])
        ],
        "answer_by": _answer_by(writing, today) if touch.stage in ("escalation", "final") else None,
        "mandatory": {},
        "payment": writing.payment,
    }
    values["mandatory"] = _mandatory(writing.case.subject.country, writing.texts, locale, values)
    return values


def _creditor(facts: CreditorFacts) -> dict[str, Any]:
    brand = facts.brand
    legal = facts.legal_name or facts.name
    return {
        "name": facts.name,
        "legal_name": legal,
        "tax_id": facts.tax_id,
        "identity_line": f"{legal}, {tax_label(country=facts.country)} {facts.tax_id}"
        if facts.tax_id
        else legal,
        "phone": brand.get("phone_published", ""),
        "website": brand.get("website", ""),
        "portal_host": settings.PUBLIC_URL.partition("://")[2],
        "signature_name": brand.get("signature_name", facts.name),
        "signature_role": brand.get("signature_role", ""),
        "reply_to": brand.get("reply_to") or brand.get("sender_address", ""),
        "colour": brand.get("colour") or "#31556b",
        "logo_cid": None,
        "policy_url": brand.get("policy_url") or None,
        "complaint_body": _authority(facts.country),
        "since": None,
    }


def _authority(country: str) -> str | None:
    code = country.lower()
    if not countries.has(code):
        return None
    authority = getattr(countries.get(code), "authority", None)
    return getattr(authority, "name", None) if authority is not None else None


def _invoice(dossier: Dossier, asked: Asked, today: date) -> dict[str, Any]:
    facts = dossier.invoices[asked.invoice_id]

    def money(minor: int) -> Money:
        return Money(facts.currency, minor)

    both = facts.net_minor is not None and facts.tax_minor is not None
    return {
        "number": facts.number,
        "subject": facts.subject,
        "purchase_order": facts.purchase_order,
        "issued_on": facts.issued_on,
        "due_on": asked.due_on,
        "open": money(asked.minor),
        "total": money(facts.total_minor),
        "net": money(facts.net_minor or 0) if both else None,
        "tax": money(facts.tax_minor or 0) if both else None,
        "paid": money(facts.paid_minor),
        "credited": money(facts.credited_minor),
        "interest": money(0),
        "fees": money(0),
        "days_late": (today - asked.due_on).days,
        "documents": [item.file_name for item in dossier.documents.get(facts.id, [])],
        "part": None,
    }


def _balances(invoices: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for item in invoices:
        currency = item["open"].currency
        known = result.get(currency)
        if known is None:
            result[currency] = {"currency": currency, **{key: item[key] for key in _SUMMED}}
            continue
        for key in _SUMMED:
            known[key] = None if known[key] is None or item[key] is None else known[key] + item[key]
    return list(result.values())


# Every letter says these in its own blocks: who writes, which invoices, the amount with its parts, how to stop.
_BUILT_IN = frozenset(
    {"creditor_identity", "obligation_reference", "amount_breakdown", "how_to_change_channel_or_stop"}
)
_SUMMED = ("open", "total", "net", "tax", "paid", "credited", "interest", "fees")


def _links() -> dict[str, str | None]:
    return {
        "portal": LINK,
        "stop": STOP,
        "preferences": f"{LINK}preferences/",
        "complaint": None,
        "genuine": f"{LINK}genuine/",
    }


def _next(writing: Writing) -> dict[str, Any]:
    following, contact = writing.following, _told(writing)
    if writing.touch.purpose == "payment_confirmation":
        return {"kind": "none", "on": None, "channel": None, "letter": None}
    if following is None or contact is None:
        ended = following is not None and following.kind in (Kind.ENDED, Kind.PERSON)
        return {"kind": "last" if ended else "person", "on": None, "channel": None, "letter": None}
    return {"kind": "contact", "on": contact.on, "channel": contact.channel.value, "letter": contact.letter}


def _told(writing: Writing) -> Planned | None:
    """The contact that follows; a step that is only simulated is never made, so it is told to nobody."""
    contact = writing.following.contact if writing.following is not None else None
    return contact if contact is not None and contact.mode is not Mode.SIMULATE else None


def _answer_by(writing: Writing, today: date) -> date:
    """The day by which we ask for an answer: nobody is written to before it."""
    contact, usual = _told(writing), today + timedelta(days=ANSWER_DAYS)
    return usual if contact is None else min(usual, contact.on - timedelta(days=1))


def _outcome(state: str) -> str:
    return {
        "accepted": "attempted",
        "delivered": "delivered",
        "unsure": "attempted",
        "failed": "failed_before",
    }[state]


def _attached(dossier: Dossier, asked: Sequence[Asked]) -> tuple[DocumentFacts, ...]:
    found = [item for amount in asked for item in dossier.documents.get(amount.invoice_id, [])]
    size, taken = 0, []
    for item in found:
        if size + item.size <= ATTACHED_MAX_BYTES:
            taken.append(item)
            size += item.size
    return tuple(taken)


def _mandatory(country: str, texts: Sequence[str], locale: str, values: dict[str, Any]) -> dict[str, str]:
    """The texts of the customer's law for the slots that the letter's own blocks do not already fill."""
    code = country.lower()
    if not countries.has(code):
        return {}
    facts = {
        "creditor": values["creditor"],
        "links": {
            **values["links"],
            "complaint": LINK,
            "data_policy": values["creditor"]["policy_url"] or LINK,
        },
    }
    result = {}
    for slot in texts:
        if slot in _BUILT_IN:
            continue
        where = f"{country}/{slot}"
        template = parse(
            countries.get(code).mandatory_text(slot, locale), locale=locale, html=False, where=where
        )
        result[slot] = render(template, facts, where=where)
    return result
