# SPDX-License-Identifier: Apache-2.0
"""What letters are written from, for many touches at once, in a fixed number of queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from django.db import connection

from conserje.data.tenancy.bulk import array
from conserje.domain.arrangements import policy as policies
from conserje.domain.arrangements.policy import PlanPolicy
from conserje.domain.arrangements.settlement import Policy
from conserje.domain.kit import canonical

_TOUCHES = """
SELECT t.id, t.key, t.customer_id, t.contact_id, t.point_id, t.step, t.stage, t.letter, t.purpose, t.channel, t.carrier,
       t.asked, t.copies, t.episode_id, t.planned_at, t.attempts, p.address, p.address_hash, c.name, c.locale,
       u.name, u.kind, u.locale, u.time_zone, coalesce(r.version, 0), t.approved_by, t.handed_at,
       e.subject, e.body, e.asked, e.planned_on, e.let_stand
  FROM outreach_touch t
  JOIN receivables_contactpoint p ON p.creditor_id = t.creditor_id AND p.id = t.point_id
  JOIN receivables_contact c ON c.creditor_id = t.creditor_id AND c.id = t.contact_id
  JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
  LEFT JOIN outreach_review r ON r.creditor_id = t.creditor_id AND r.customer_id = t.customer_id
  LEFT JOIN outreach_draftedit e ON e.creditor_id = t.creditor_id AND e.touch_id = t.id
 WHERE t.creditor_id = %(creditor)s AND t.id = ANY(%(ids)s) ORDER BY t.planned_at, t.id"""

_INVOICES = """
SELECT i.id, i.customer_id, i.number, i.subject, i.purchase_order, coalesce(i.issued_on, i.first_due_on), i.currency,
       i.total_minor, i.net_minor, i.tax_minor, i.open_minor, i.first_due_on,
       coalesce(sum(a.amount_minor) FILTER (WHERE a.payment_id IS NOT NULL), 0)::bigint,
       coalesce(sum(a.amount_minor) FILTER (WHERE a.credit_note_id IS NOT NULL), 0)::bigint
  FROM receivables_invoice i
  LEFT JOIN receivables_allocation a ON a.creditor_id = i.creditor_id AND a.invoice_id = i.id
 WHERE i.creditor_id = %(creditor)s
   AND (i.id = ANY(%(ids)s) OR (i.customer_id = ANY(%(customers)s) AND i.open_minor > 0)) GROUP BY i.id"""

# How the instalments of the plans of these invoices stand in order, and when one that does not arrive moves to the end.
_INSTALMENTS = """
SELECT x.invoice_id, s.due_on, row_number() OVER w, count(*) OVER (PARTITION BY x.invoice_id),
       CASE WHEN NOT EXISTS (SELECT 1 FROM arrangements_instalment m WHERE m.creditor_id = s.creditor_id
                                AND m.plan_id = s.plan_id AND m.moved_because = 'missed')
            THEN s.due_on + p.move_after_days END
  FROM arrangements_planinvoice x
  JOIN arrangements_paymentplan p ON p.creditor_id = x.creditor_id AND p.id = x.plan_id AND p.state = 'active'
  JOIN arrangements_instalment s ON s.creditor_id = p.creditor_id AND s.plan_id = p.id
 WHERE x.creditor_id = %(creditor)s AND x.invoice_id = ANY(%(ids)s) AND x.bound_at IS NOT NULL AND x.freed_at IS NULL
WINDOW w AS (PARTITION BY x.invoice_id ORDER BY s.due_on, s.position)"""

_DOCUMENTS = """
SELECT invoice_id, id, file_name, media_type, size FROM receivables_document
 WHERE creditor_id = %(creditor)s AND invoice_id = ANY(%(ids)s) ORDER BY invoice_id, id"""

_CONTENTS = (
    "SELECT id, content FROM receivables_document WHERE creditor_id = %(creditor)s AND id = ANY(%(ids)s)"
)

_HISTORY = """
SELECT customer_id, planned_on, channel, letter, state FROM outreach_touch
 WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND episode_id IS NOT NULL
   AND state IN ('accepted', 'delivered', 'failed', 'unsure')
   AND episode_id = ANY(%(episodes)s) ORDER BY customer_id, planned_on, id"""

_CREDITOR = """
SELECT c.public_id, c.organisation_id, c.name, c.legal_name, c.tax_id, c.country, c.time_zone, c.locale, c.role, o.name,
       c.brand,
       (SELECT p.content FROM arrangements_settlementpolicy p WHERE p.creditor_id = c.id AND p.ended_at IS NULL),
       (SELECT p.content FROM arrangements_arrangementpolicy p WHERE p.creditor_id = c.id AND p.in_force)
  FROM tenancy_creditor c JOIN tenancy_organisation o ON o.id = c.organisation_id WHERE c.id = %(creditor)s"""

_COPIES = """
SELECT id, address, address_hash FROM receivables_contactpoint
 WHERE creditor_id = %(creditor)s AND id = ANY(%(ids)s)"""


_KEEP = """
INSERT INTO outreach_message (creditor_id, touch_id, locale, subject, text, html, template_version, sha256, written_at)
SELECT %(creditor)s, m.*, %(now)s
  FROM json_to_recordset(%(said)s::json) AS m(touch_id bigint, locale text, subject text, text text, html text,
       template_version text, sha256 text)
ON CONFLICT (creditor_id, touch_id) DO UPDATE
   SET locale = excluded.locale, subject = excluded.subject, text = excluded.text, html = excluded.html,
       template_version = excluded.template_version, sha256 = excluded.sha256, written_at = excluded.written_at"""


@dataclass(frozen=True, slots=True)
class Said:
    """What one letter says, as it is kept: with placeholders for its links."""

    touch_id: int
    locale: str
    subject: str
    text: str
    html: str
    template_version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EditFacts:
    """The words a person gave this letter, the invoice ids they are about, the day, and the rules let stand."""

    subject: str
    body: str
    asked: tuple[int, ...]
    planned_on: date
    let_stand: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TouchFacts:
    """One touch with its person and customer. `locale` is the contact's, else the customer's, else empty."""

    id: int
    key: str
    customer_id: int
    contact_id: int
    point_id: int
    step: str
    stage: str
    letter: str
    purpose: str
    channel: str
    carrier: str
    asked: list[dict[str, Any]]
    copies: list[int]
    episode_id: int | None
    planned_at: datetime
    attempts: int
    address: str
    address_hash: str
    contact_name: str
    contact_locale: str
    customer_name: str
    customer_kind: str
    customer_locale: str
    time_zone: str
    version: int
    approved_by: str = ""
    handed_at: datetime | None = None
    edit: EditFacts | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice with what was paid and credited, in minor units."""

    id: int
    customer_id: int
    number: str
    subject: str
    purchase_order: str
    issued_on: date
    currency: str
    total_minor: int
    net_minor: int | None
    tax_minor: int | None
    open_minor: int
    due_on: date
    paid_minor: int
    credited_minor: int


@dataclass(frozen=True, slots=True)
class InstalmentFacts:
    """Which instalment of a plan it is, of how many; `moves_on` is after which day a missed one moves to the end."""

    number: int
    count: int
    moves_on: date | None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A file of an invoice, without its content."""

    id: int
    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class CreditorFacts:
    """Who writes, in whose right, and the organisation that does it for them (or is them)."""

    public_id: str
    organisation_id: int
    name: str
    legal_name: str
    tax_id: str
    country: str
    time_zone: str
    locale: str
    role: str
    organisation: str
    brand: dict[str, str]
    settlement: Policy | None = None
    plans: PlanPolicy = field(default_factory=lambda: policies.read(policies.DEFAULT).plans)


_CREDITOR_NAMES = tuple(item.name for item in fields(CreditorFacts))


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that letters for a batch of touches need: of invoices, those spoken of and those open now."""

    creditor: CreditorFacts
    touches: tuple[TouchFacts, ...]
    invoices: dict[int, InvoiceFacts]
    documents: dict[int, list[DocumentFacts]]
    history: dict[int, list[tuple[date, str, str, str]]] = field(default_factory=dict)
    copies: dict[int, tuple[str, str]] = field(default_factory=dict)
    instalments: dict[tuple[int, date], InstalmentFacts] = field(default_factory=dict)


def gather(*, creditor_id: int, touch_ids: Sequence[int]) -> Dossier:
    """The dossier of these touches. Eight queries."""
    asked: dict[str, Any] = {"creditor": creditor_id, "ids": array(touch_ids)}
    touches = tuple(TouchFacts(*row) for row in _json(_rows(_TOUCHES, asked)))
    wanted = sorted({int(item["invoice_id"]) for touch in touches for item in touch.asked})
    customers = array(sorted({touch.customer_id for touch in touches}))
    found = _rows(_INVOICES, {**asked, "ids": array(wanted), "customers": customers})
    invoices = {row[0]: InvoiceFacts(*row) for row in found}
    documents: dict[int, list[DocumentFacts]] = defaultdict(list)
    for invoice_id, *document in _rows(_DOCUMENTS, {**asked, "ids": array(invoices)}):
        documents[invoice_id].append(DocumentFacts(*document))
    history: dict[int, list[tuple[date, str, str, str]]] = defaultdict(list)
    episodes = sorted({touch.episode_id for touch in touches if touch.episode_id is not None})
    for customer_id, *contact in _rows(_HISTORY, {**asked, "ids": customers, "episodes": array(episodes)}):
        history[customer_id].append((contact[0], contact[1], contact[2], contact[3]))
    points = sorted({point for touch in touches for point in touch.copies})
    return Dossier(
        creditor=creditor(creditor_id=creditor_id),
        touches=touches,
        invoices=invoices,
        documents=documents,
        history=history,
        copies={row[0]: (row[1], row[2]) for row in _rows(_COPIES, {**asked, "ids": array(points)})},
        instalments={
            (invoice_id, due_on): InstalmentFacts(*facts)
            for invoice_id, due_on, *facts in _rows(_INSTALMENTS, {**asked, "ids": array(invoices)})
        },
    )


def creditor(*, creditor_id: int) -> CreditorFacts:
    """Who writes, by id."""
    (row,) = _rows(_CREDITOR, {"creditor": creditor_id})
    *facts, brand, settles, agreed = row
    settlement = None if settles is None else canonical.build(Policy, loads(settles))
    plans = policies.read(policies.DEFAULT if agreed is None else loads(agreed)).plans
    return CreditorFacts(**dict(zip(_CREDITOR_NAMES, (*facts, loads(brand), settlement, plans), strict=True)))


def contents(*, creditor_id: int, document_ids: Sequence[int]) -> dict[int, bytes]:
    """The bytes of these documents."""
    return {
        row[0]: bytes(row[1])
        for row in _rows(_CONTENTS, {"creditor": creditor_id, "ids": list(document_ids)})
    }


def keep(*, creditor_id: int, said: Sequence[Said], now: datetime) -> None:
    """Keep what these letters say, in place of what was written for their touches before. One statement."""
    if not said:
        return
    # As JSON: the driver dumps an array of long texts in Python, character by character.
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "now": now,
        "said": json.dumps([asdict(item) for item in said]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, asked)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _json(rows: list[Any]) -> list[Any]:
    return [(*row[:11], loads(row[11]), loads(row[12]), *row[13:-5], _edit(row[-5:])) for row in rows]


def _edit(row: Sequence[Any]) -> EditFacts | None:
    subject, body, asked, planned_on, let_stand = row
    if body is None:
        return None
    stand = tuple((str(item["rule"]), str(item["words"])) for item in loads(let_stand))
    return EditFacts(subject, body, tuple(loads(asked)), planned_on, stand)


def loads(value: Any) -> Any:
    """A JSON column as values, whether or not the driver already read it."""
    return json.loads(value) if isinstance(value, str) else value
