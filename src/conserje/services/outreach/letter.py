# SPDX-License-Identifier: Apache-2.0
"""Letters for touches: the facts of the dossier become the raw values that `wording` turns into words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from django.conf import settings

from conserje.data.outreach.letters import CreditorFacts, DocumentFacts, Dossier, EditFacts, TouchFacts
from conserje.domain.kit.days import zone
from conserje.domain.kit.once import once_for
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Asked, Decision, Kind, Planned
from conserje.domain.outreach.strategy import Mode
from conserje.domain.ports.registry import gateways
from conserje.domain.rules.facts import CreditorRole
from conserje.domain.rules.phrases import Place
from conserje.services.outreach import content, law, law_texts, letter_amounts, mandatory
from conserje.services.outreach.law import stack_for
from conserje.services.outreach.placeholders import CODE, LINK, STOP
from conserje.services.tenancy.creditor import tax_label
from conserje.wording import edited
from conserje.wording.edited import Opened
from conserje.wording.render import Letter, letter

ATTACHED_MAX_BYTES = 8_000_000
# What a person wrote for one day reads on until so many days later.
READS_ON = timedelta(days=3)
# How long the options of a formal letter hold, and how long after the last one nothing more is said.
ANSWER_DAYS = 12


@dataclass(frozen=True, slots=True)
class Offers:
    """What the reader's page offers besides paying: less at once, or in parts."""

    settles: bool = False
    plans: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """One letter to write: the touch, its case now, the amounts, the slots to fill and what follows it.

    `cause` is what a letter outside any step is about: `PaymentValues` of a thank-you, `AnswerValues` of an answer.
    """

    touch: TouchFacts
    case: Case
    asked: tuple[Asked, ...]
    texts: tuple[str, ...]
    following: Decision | None
    cause: dict[str, Any] | None = None
    offers: Offers = Offers()


@dataclass(frozen=True, slots=True)
class Written:
    """A finished letter with the documents that travel with it. The links in it are placeholders."""

    letter: Letter
    locale: str
    documents: tuple[DocumentFacts, ...]
    sha256: str


def write(*, dossier: Dossier, writing: Writing, methods: Sequence[str], now: datetime) -> Written:
    """The letter of one touch, with its own words if a person gave it some. Pure but for the catalogue of words.

    Raises `LetterError` when a value does not fit, `content.Unlawful` for words that may not leave, and
    `mandatory.TextMissing` without a text that the reader's law asks for.
    """
    touch = writing.touch
    locale = locale_of(dossier, touch=touch)
    documents = _attached(dossier, writing.asked)
    values = _values(dossier, writing, documents, methods, locale, now)
    own = _own_words(dossier, writing, now)
    made = letter(kind=touch.letter, locale=locale, values=values, overrides=own)
    rules = stack_for(country=writing.case.subject.country)
    mandatory.require(made=made, values=values, slots=writing.texts, law=rules, locale=locale)
    digest = hashlib.sha256("\n".join((made.subject, made.text, made.html)).encode()).hexdigest()
    return Written(made, locale, documents, digest)


def opened(*, dossier: Dossier, writing: Writing, methods: Sequence[str], now: datetime) -> Opened:
    """The letter of one touch in the words of its template, opened for a person to change."""
    locale = locale_of(dossier, touch=writing.touch)
    documents = _attached(dossier, writing.asked)
    values = _values(dossier, writing, documents, methods, locale, now)
    return edited.opened(kind=writing.touch.letter, locale=locale, values=values)


def locale_of(dossier: Dossier, *, touch: TouchFacts) -> str:
    """The locale in which a touch is written."""
    return touch.contact_locale or touch.customer_locale or dossier.creditor.locale


def outdated(own: EditFacts, *, asked: Sequence[Asked], today: date) -> bool:
    """Whether a person's words were written about other invoices, or for a day that is too long ago."""
    return {item.invoice_id for item in asked} != set(own.asked) or today > own.planned_on + READS_ON


def reader_of(*, dossier: Dossier, writing: Writing, now: datetime) -> content.Reader:
    """For whom the words of one letter are, with the names from the books that may stand in them."""
    touch, creditor = writing.touch, dossier.creditor
    invoices = [dossier.invoices[item.invoice_id] for item in writing.asked]
    names = [touch.contact_name, touch.customer_name, creditor.name, creditor.legal_name]
    names += creditor.brand.values()
    names += [text for item in invoices for text in (item.subject, item.number, item.purchase_order)]
    return content.Reader(
        locale_of(dossier, touch=touch),
        stack_for(country=writing.case.subject.country),
        now.astimezone(zone(writing.case.zone)).date(),
        edited.as_quoted(names),
    )


def _own_words(dossier: Dossier, writing: Writing, now: datetime) -> dict[str, str] | None:
    """The words a person gave this letter as sources, each looked at once more."""
    own = writing.touch.edit
    if own is None:
        return None
    reader = reader_of(dossier=dossier, writing=writing, now=now)
    subject = content.passed(text=own.subject, reader=reader, place=Place.PREVIEW, let_stand=own.let_stand)
    body = content.passed(text=own.body, reader=reader, let_stand=own.let_stand)
    return {
        "subject": edited.subject(subject),
        "body": edited.source(kind=writing.touch.letter, locale=reader.locale, body=body),
    }


def available_methods(creditor_gateways: Sequence[str]) -> list[str]:
    """Codes of the ways of paying that the creditor's gateways offer now."""
    known = [gateways.get(name).abilities for name in creditor_gateways if gateways.has(name)]
    return list(dict.fromkeys(method for able in known for method in able.methods))


def _values(
    dossier: Dossier,
    writing: Writing,
    documents: Sequence[DocumentFacts],
    methods: Sequence[str],
    locale: str,
    now: datetime,
) -> dict[str, Any]:
    touch = writing.touch
    here = now.astimezone(zone(writing.case.zone))
    today = here.date()
    creditor, speaker = _who(dossier.creditor)
    invoices = [letter_amounts.invoice(dossier=dossier, asked=asked, today=today) for asked in writing.asked]
    balances = letter_amounts.balances(invoices=invoices)
    kind = "person" if touch.customer_kind == "person" else "company"
    return {
        "creditor": creditor,
        "contact": {"name": touch.contact_name},
        "customer": {"name": touch.customer_name, "kind": kind},
        "local_hour": here.hour,
        "invoices": invoices,
        "balances": balances,
        "attachments": [item.file_name for item in documents],
        "links": _LINKS,
        "announced": None,
        "next": _next(writing),
        "options": _options(writing.offers, tuple(methods)),
        "history": [
            {"on": on, "channel": channel, "kind": letter_kind, "outcome": _outcome(state)}
            for on, channel, letter_kind, state in dossier.history.get(touch.customer_id, [])
        ],
        "answer_by": _answer_by(writing, today) if touch.stage in ("escalation", "final") else None,
        "mandatory": law_texts.texts(
            speaker=speaker,
            country=writing.case.subject.country,
            slots=writing.texts,
            locale=locale,
            invoices=invoices,
            sums=balances,
        ),
        "payment": writing.cause if touch.letter == "thank_you" else None,
        "answer": writing.cause if touch.letter == "answer" else None,
        "code": CODE if touch.letter == "code" else "",
    }


class _Said(NamedTuple):
    """What a creditor's letters say about who writes, to be compared with what was said before."""

    name: str
    legal_name: str
    tax_id: str
    country: str
    public_url: str
    brand: tuple[tuple[str, str], ...]
    role: str
    organisation: str


@lru_cache(maxsize=256)
def _options(offers: Offers, methods: tuple[str, ...]) -> Mapping[str, Any]:
    values = {
        "pay": bool(methods),
        "choose_date": True,
        "plan": offers.plans,
        "settle": offers.settles,
        "disagree": True,
        "wrong_person": True,
        "methods": list(methods),
    }
    return MappingProxyType(values)


@once_for(CreditorFacts)
def _who(facts: CreditorFacts) -> tuple[Mapping[str, Any], law_texts.Speaker]:
    """Who writes, as letters show it and as the law wants it named: the same objects while they say the same."""
    brand = facts.brand
    known = tuple((key, brand[key]) for key in _BRAND if key in brand)
    said = _Said(
        facts.name,
        facts.legal_name,
        facts.tax_id,
        facts.country,
        settings.PUBLIC_URL,
        known,
        facts.role,
        facts.organisation,
    )
    return _creditor(said), _speaker(said)


@lru_cache(maxsize=256)
def _creditor(said: _Said) -> Mapping[str, Any]:
    brand = dict(said.brand)
    legal = said.legal_name or said.name
    authority = law.authority(country=said.country)
    values: dict[str, Any] = {
        "name": said.name,
        "legal_name": legal,
        "tax_id": said.tax_id,
        "identity_line": legal
        + (f", {tax_label(country=said.country)} {said.tax_id}" if said.tax_id else ""),
        "phone": brand.get("phone_published", ""),
        "website": brand.get("website", ""),
        "portal_host": said.public_url.partition("://")[2],
        "signature_name": brand.get("signature_name", said.name),
        "signature_role": brand.get("signature_role", ""),
        "reply_to": brand.get("reply_to") or brand.get("sender_address", ""),
        "colour": brand.get("colour") or "#31556b",
        "logo_cid": None,
        "policy_url": brand.get("policy_url") or None,
        "complaint_body": authority.name if authority else None,
        "since": None,
    }
    return MappingProxyType(values)


_BRAND = (
    "phone_published",
    "website",
    "signature_name",
    "signature_role",
    "reply_to",
    "sender_address",
    "colour",
    "policy_url",
    "address",
    "collector_name",
    "collector_tax_id",
    "collector_phone",
    "collector_address",
)
_LINKS: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "portal": LINK,
        "stop": STOP,
        **{page: f"{LINK}{page}/" for page in ("preferences", "complaint", "genuine", "card", "cancel")},
    }
)


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


@lru_cache(maxsize=256)
def _speaker(said: _Said) -> law_texts.Speaker:
    """Who writes, for the texts of the law: an agency names itself, a creditor of its own debts does not."""
    brand, creditor = dict(said.brand), _creditor(said)
    who = {
        "legal_name": creditor["legal_name"],
        "tax_id": said.tax_id,
        "phone": creditor["phone"],
        "address": brand.get("address", ""),
        "name": said.name,
    }
    collector = {
        "legal_name": brand.get("collector_name") or said.organisation,
        "tax_id": brand.get("collector_tax_id", ""),
        "phone": brand.get("collector_phone", "") or creditor["phone"],
        "address": brand.get("collector_address", ""),
    }
    own = {key: value for key, value in _LINKS.items() if value is not None}
    links = {**own, "data_policy": creditor["policy_url"] or LINK}
    writes_itself = said.role == CreditorRole.FIRST_PARTY
    return law_texts.Speaker(
        tuple(who.items()), () if writes_itself else tuple(collector.items()), tuple(links.items())
    )
