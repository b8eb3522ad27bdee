# SPDX-License-Identifier: Apache-2.0
"""The demo's book: an invented workshop in Bogota, its customers brought in from a spreadsheet like anybody's."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from conserje.config import clock
from conserje.domain.kit.days import instant
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    CreditorRole,
    DebtorType,
    Intent,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.services.arrangements import dispute
from conserje.services.integrations import intake, turn
from conserje.services.integrations.intake_answers import Answers
from conserje.services.outreach import draft, law, portal_link, strategy
from conserje.services.outreach.permission import Basis
from conserje.services.receivables import lookup
from conserje.services.tenancy import connection, setting_up
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import acting, reading
from conserje.services.tenancy.creditor import Facts
from conserje.testing import book
from conserje.testing.world.handle import World

LEFT_FOR_YOU = 6
ZONE = "America/Bogota"
NAME = "Taller Ejemplo"
BRAND = {
    "sender_name": "Taller Ejemplo",
    "sender_address": "cuentas@taller.example",
    "reply_to": "ana@taller.example",
    "signature_name": "Ana Ruiz",
    "signature_role": "Cuentas por cobrar",
    "phone_published": "601 000 0000",
    "website": "taller.example",
    "colour": "#2f5d50",
    "policy_url": "https://taller.example/datos",
    "address": "Calle 00 # 00-00, Bogotá",
}


def prepare(*, world: World, folder: Path, seed: int, email: str, password: str) -> list[tuple[str, str]]:
    """The demo book, made at the first call and found again later; answers links to look at."""
    facts = next((item for item in creditors.every() if item.is_demo and item.name == NAME), None)
    if facts is None:
        facts = _make(email, password)
        _connect(facts, world)
        _bring_in(facts, folder, seed)
        _first_day(facts)
    else:
        _connect(facts, world)
    keep_in_step(world)
    return _links(facts)


def keep_in_step(world: World) -> None:
    """Tell the outside world what day the book lives in, when that has changed: a bank dates a payment by it."""
    moment = next(clock.now_for(item) for item in creditors.every() if item.is_demo and item.name == NAME)
    if moment != _told.get("now"):
        world.set_now(moment.isoformat())
        _told["now"] = moment


_told: dict[str, datetime] = {}


def next_working_moment(now: datetime) -> datetime:
    """10:00 in Bogota of the next day on which the law lets anybody be written to."""
    subject = Subject(
        country="CO",
        subdivision="",
        zones=(ZONE,),
        debtor_type=DebtorType.UNKNOWN,
        creditor_role=CreditorRole.FIRST_PARTY,
        permissions=(Permission(Channel.EMAIL, Consent.GRANTED),),
        past=(),
    )
    intent = Intent(Channel.EMAIL, Purpose.COLLECTION, RecipientRole.DEBTOR)
    day = now.astimezone(UTC).date()
    for ahead in range(1, 15):
        moment = instant(day + timedelta(days=ahead), time(10), ZONE)
        weekday = moment.weekday() < 5
        if weekday and law.stack_for(country="CO").judge(intent=intent, subject=subject, at=moment).allowed:
            return moment
    raise AssertionError("Two weeks without a working day do not exist.")


def _make(email: str, password: str) -> Facts:
    at = next_working_moment(clock.now())
    creditor_id = setting_up.add_creditor(
        new=setting_up.NewCreditor(
            name=NAME,
            legal_name="Taller Ejemplo S.A.S.",
            tax_id="900.000.000-0",
            country="CO",
            time_zone=ZONE,
            locale="es_CO",
            currency="COP",
            brand=BRAND,
            clock_at=at,
        )
    )
    setting_up.add_person(
        creditor_id=creditor_id, email=email, name="Ana Ruiz", password=password, role="owner"
    )
    content = strategy.default()
    content["modes"] = {**content["modes"], "preventive": "automatic"}
    with acting(creditor_id=creditor_id):
        strategy.adopt(creditor_id=creditor_id, content=content, by="system", now=at)
    return creditors.by_id(creditor_id=creditor_id)


def _connect(facts: Facts, world: World) -> None:
    mail = {"host": world.host, "port": world.smtp_port, "security": "none"}
    pay = {"base_url": world.http_url, "api_key": world.api_key, "hook_secret": world.hook_secret}
    with acting(creditor_id=facts.id):
        now = clock.now_for(facts)
        connection.set_up(creditor_id=facts.id, kind="channel", adapter="email_smtp", values=mail, now=now)
        connection.set_up(creditor_id=facts.id, kind="gateway", adapter="demo", values=pay, now=now)


def _bring_in(facts: Facts, folder: Path, seed: int) -> None:
    now = clock.now_for(facts)
    today = now.date()
    files = book.write(folder / "files", seed=seed, today=today)
    answers = Answers(
        country="CO",
        role="first_party",
        permission=Basis.CONTRACT,
        channels=(Channel.EMAIL,),
        permission_source="Contrato marco y orden de compra, cláusula de facturación",
        payments_through=today - timedelta(days=1),
    )
    for path, documents in ((files.contacts, None), (files.xlsx, files.documents)):
        plan = intake.understand(creditor_id=facts.id, path=path, now=now)
        intake.bring_in(
            creditor_id=facts.id, path=path, plan=plan, answers=answers, now=now, documents=documents
        )


def _first_day(facts: Facts) -> None:
    """One day of work: reminders leave by themselves, first letters are approved but for a few that wait for you."""
    now = clock.now_for(facts)
    _open_dispute(facts, now)
    turn.turn(creditor_id=facts.id, clock=lambda: now)
    with reading(creditor_id=facts.id):
        waiting = [item.touch_id for item in draft.waiting(creditor_id=facts.id)]
    draft.approve(creditor_id=facts.id, touch_ids=waiting[:-LEFT_FOR_YOU], by="person:1", now=now)
    turn.turn(creditor_id=facts.id, clock=lambda: now)


def _open_dispute(facts: Facts, now: datetime) -> None:
    """The scope dispute: 4,000 of the 15,000 are not agreed."""
    with reading(creditor_id=facts.id):
        found = lookup.customer(creditor_id=facts.id, text=book.SCOPE)
        invoices = lookup.open_invoices(creditor_id=facts.id, customer_id=found.id) if found else []
    if invoices:
        about = dispute.About(
            amount_minor=400_000, kind="scope", words="Esa parte no estaba en el alcance acordado."
        )
        dispute.open_(creditor_id=facts.id, invoice_id=invoices[0][0], about=about, by="customer", now=now)


def _links(facts: Facts) -> list[tuple[str, str]]:
    """A portal page for each of the three stories, by fresh links."""
    links = []
    now = clock.now_for(facts)
    for label, name in (("Forgotten", book.FORGOTTEN), ("Startup", book.STARTUP), ("Dispute", book.SCOPE)):
        with acting(creditor_id=facts.id):
            found = lookup.customer(creditor_id=facts.id, text=name)
            if found is None:
                continue
            wanted = [portal_link.Wanted(found.id, None, None)]
            (token,) = portal_link.issue_many(creditor_id=facts.id, wanted=wanted, now=now)
        links.append((label, portal_link.address(creditor=facts.public_id, token=token)))
    return links
