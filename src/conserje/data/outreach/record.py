# SPDX-License-Identifier: Apache-2.0
"""Everything that is kept of one customer, section by section: what a person, or a regulator, is given to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db import connection

_OF_CUSTOMER: Final = "creditor_id = %(creditor)s AND customer_id = %(customer)s"
_OF_INVOICES: Final = (
    "x.creditor_id = %(creditor)s AND x.invoice_id IN"
    " (SELECT id FROM receivables_invoice WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
)
_OF_PLANS: Final = (
    "x.creditor_id = %(creditor)s AND x.plan_id IN"
    " (SELECT id FROM arrangements_paymentplan WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
)
_OF_PAYMENTS: Final = (
    "x.creditor_id = %(creditor)s AND x.payment_id IN"
    " (SELECT id FROM receivables_payment WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
)

_OF_DISPUTES: Final = (
    "x.creditor_id = %(creditor)s AND x.dispute_id IN"
    " (SELECT d.id FROM arrangements_dispute d"
    " JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id"
    " WHERE d.creditor_id = %(creditor)s AND i.customer_id = %(customer)s)"
)

# Section, its columns, where they are, and their order. Amounts stay in minor units beside their currency.
SECTIONS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "customer",
        "id, reference, name, kind, debtor_type, tax_id, country, subdivision, city, time_zone, locale, created_at",
        "receivables_customer WHERE creditor_id = %(creditor)s AND id = %(customer)s",
        "id",
    ),
    (
        "facts",
        "name, value, source, stated_by, stated_at",
        f"receivables_customerfact WHERE {_OF_CUSTOMER}",
        "stated_at, id",
    ),
    (
        "contacts",
        "id, name, role, is_usual, locale, time_zone, country, city, created_at",
        f"receivables_contact WHERE {_OF_CUSTOMER}",
        "id",
    ),
    (
        "addresses",
        "x.id, x.contact_id, x.kind, x.address, x.unusable_since, x.unusable_reason, x.created_at",
        "receivables_contactpoint x JOIN receivables_contact c ON c.creditor_id = x.creditor_id AND c.id = x.contact_id"
        " WHERE c.creditor_id = %(creditor)s AND c.customer_id = %(customer)s",
        "x.id",
    ),
    (
        "permissions",
        "channel, consent, basis, source, stated_by, stated_at",
        f"outreach_permission WHERE {_OF_CUSTOMER}",
        "stated_at, id",
    ),
    (
        "left_alone",
        "DISTINCT s.channel, s.how, s.placed_at, s.lifted_at",
        "outreach_suppression s JOIN receivables_contactpoint x ON x.creditor_id = s.creditor_id"
        " AND x.address_hash = s.address_hash JOIN receivables_contact c ON c.creditor_id = x.creditor_id"
        " AND c.id = x.contact_id WHERE c.creditor_id = %(creditor)s AND c.customer_id = %(customer)s",
        "s.placed_at",
    ),
    (
        "contacts_made",
        "t.id, t.decision_id, t.channel, t.letter, t.stage, t.step, t.purpose, t.state, t.reason, t.contact_id,"
        " t.point_id, t.planned_at, t.handed_at, t.ended_at, t.approved_by, m.subject, m.text, m.erased_at",
        "outreach_touch t LEFT JOIN outreach_message m ON m.creditor_id = t.creditor_id AND m.touch_id = t.id"
        " WHERE t.creditor_id = %(creditor)s AND t.customer_id = %(customer)s",
        "t.planned_at, t.id",
    ),
    (
        "attempts",
        "x.touch_id, x.number, x.started_at, x.ended_at, x.outcome, x.detail",
        "outreach_attempt x JOIN outreach_touch t ON t.creditor_id = x.creditor_id AND t.id = x.touch_id"
        " WHERE t.creditor_id = %(creditor)s AND t.customer_id = %(customer)s",
        "x.started_at, x.id",
    ),
    (
        "decisions",
        "id, decided_at, moment, kind, reasons, strategy, packs",
        f"outreach_decision WHERE {_OF_CUSTOMER}",
        "decided_at, id",
    ),
    (
        "invoices",
        "id, number, purchase_order, subject, issued_on, first_due_on, currency, total_minor, open_minor, created_at",
        f"receivables_invoice WHERE {_OF_CUSTOMER}",
        "issued_on, id",
    ),
    (
        "due_dates",
        "x.invoice_id, x.position, x.due_on, x.amount_minor",
        f"receivables_invoicedue x WHERE {_OF_INVOICES}",
        "x.invoice_id, x.position",
    ),
    (
        "documents",
        "x.invoice_id, x.file_name, x.media_type, x.size, x.sha256, x.created_at",
        f"receivables_document x WHERE {_OF_INVOICES}",
        "x.id",
    ),
    (
        "credit_notes",
        "id, number, issued_on, currency, amount_minor, unapplied_minor",
        f"receivables_creditnote WHERE {_OF_CUSTOMER}",
        "issued_on, id",
    ),
    (
        "payments",
        "id, source, external_id, method, reference, currency, amount_minor, unallocated_minor, value_on, received_at",
        f"receivables_payment WHERE {_OF_CUSTOMER}",
        "received_at, id",
    ),
    (
        "reversals",
        "x.payment_id, x.kind, x.amount_minor, x.reversed_at",
        f"receivables_paymentreversal x WHERE {_OF_PAYMENTS}",
        "x.reversed_at, x.id",
    ),
    (
        "allocations",
        "x.payment_id, x.credit_note_id, x.invoice_id, x.amount_minor, x.made_at",
        f"receivables_allocation x WHERE {_OF_INVOICES}",
        "x.made_at, x.id",
    ),
    (
        "withholdings",
        "x.invoice_id, x.kind, x.amount_minor, x.recognised_at, x.certificate_number, x.certified_on, x.rejected_at",
        f"receivables_withholding x WHERE {_OF_INVOICES}",
        "x.id",
    ),
    (
        "write_offs",
        "x.invoice_id, x.amount_minor, x.reason, x.written_by, x.written_at",
        f"receivables_writeoff x WHERE {_OF_INVOICES}",
        "x.id",
    ),
    (
        "promises",
        "invoice_id, made_at, made_through, made_by, promised_on, grace_days, state, closed_at",
        f"arrangements_promisetopay WHERE {_OF_CUSTOMER}",
        "made_at, id",
    ),
    (
        "plans",
        "id, currency, total_minor, down_minor, number, spacing, first_on, state, why, made_by, made_at, agreed_at,"
        " referred_at, closed_at, closed_by",
        f"arrangements_paymentplan WHERE {_OF_CUSTOMER}",
        "made_at, id",
    ),
    (
        "instalments",
        "x.plan_id, x.position, x.due_on, x.late_after, x.amount_minor, x.moved_from_on, x.moved_at, x.moved_because",
        f"arrangements_instalment x WHERE {_OF_PLANS}",
        "x.plan_id, x.position",
    ),
    (
        "plan_invoices",
        "x.plan_id, x.invoice_id, x.amount_minor, x.bound_at, x.freed_at",
        f"arrangements_planinvoice x WHERE {_OF_PLANS}",
        "x.id",
    ),
    (
        "plan_agreements",
        "x.plan_id, x.signed_by, x.signed_at, x.signed_from, x.confirmed_by, x.locale, x.text, x.sha256",
        f"arrangements_planagreement x WHERE {_OF_PLANS}",
        "x.id",
    ),
    (
        "claims",
        "invoice_id, made_at, paid_on, method, words, answered_at, answer",
        f"arrangements_paymentclaim WHERE {_OF_CUSTOMER}",
        "made_at, id",
    ),
    (
        "proofs",
        "id, file_name, media_type, size, sha256, sent_at",
        f"arrangements_proofofpayment WHERE {_OF_CUSTOMER}",
        "sent_at, id",
    ),
    (
        "enquiries",
        "kind, contact_id, words, asked_at, answer_by, answered_at, answered_by, answer",
        f"arrangements_enquiry WHERE {_OF_CUSTOMER}",
        "asked_at, id",
    ),
    (
        "progress",
        "x.invoice_id, x.state, x.words, x.said_at",
        f"arrangements_progress x WHERE {_OF_INVOICES}",
        "x.said_at, x.id",
    ),
    (
        "disputes",
        "x.invoice_id, x.amount_minor, x.kind, x.words, x.opened_by, x.opened_at, x.closed_at, x.outcome",
        f"arrangements_dispute x WHERE {_OF_INVOICES}",
        "x.opened_at, x.id",
    ),
    (
        "dispute_messages",
        "x.dispute_id, x.author, x.words, x.written_at",
        f"arrangements_disputemessage x WHERE {_OF_DISPUTES}",
        "x.written_at, x.id",
    ),
    (
        "dispute_files",
        "x.dispute_id, x.author, x.file_name, x.media_type, x.size, x.sha256, x.added_at",
        f"arrangements_disputefile x WHERE {_OF_DISPUTES}",
        "x.added_at, x.id",
    ),
    (
        "proposals",
        "x.dispute_id, x.made_by, x.made_at, x.made_from, x.question_minor, x.pay_minor, x.credit_minor,"
        " x.discount_minor, x.pay_by, x.state, x.closed_at",
        f"arrangements_proposal x WHERE {_OF_DISPUTES}",
        "x.made_at, x.id",
    ),
    (
        "agreements",
        "kind, currency, open_minor, pay_minor, credit_minor, discount_minor, pay_by, accepted_by, accepted_at,"
        " accepted_from, text_hash, text, state, ended_at",
        f"arrangements_agreement WHERE {_OF_CUSTOMER}",
        "accepted_at, id",
    ),
    (
        "holds",
        "invoice_id, reason, until, placed_by, placed_at, released_at, released_by",
        f"outreach_hold WHERE {_OF_CUSTOMER}",
        "placed_at, id",
    ),
    (
        "hours",
        "from_hour, to_hour, said_at, ended_at",
        f"outreach_contacthours WHERE {_OF_CUSTOMER}",
        "said_at, id",
    ),
    (
        "codes",
        "x.link_id, x.point_id, x.touch_id, x.asked_at, x.expires_at, x.tries, x.used_at",
        "outreach_portalcode x JOIN outreach_portallink l ON l.creditor_id = x.creditor_id AND l.id = x.link_id"
        " WHERE l.creditor_id = %(creditor)s AND l.customer_id = %(customer)s",
        "x.asked_at, x.id",
    ),
    (
        "wrong_addresses",
        "said_at, lifted_at, lifted_by",
        f"outreach_wrongaddress WHERE {_OF_CUSTOMER}",
        "said_at, id",
    ),
    (
        "links",
        "contact_id, touch_id, issued_at, expires_at, revoked_at",
        f"outreach_portallink WHERE {_OF_CUSTOMER}",
        "issued_at, id",
    ),
    (
        "data_requests",
        "id, kind, asked_at, asked_through, asked_by, words, answer_by, rule, authority, extended_at,"
        " extension_reason, answered_at, answered_by, outcome, answer",
        f"receivables_datarequest WHERE {_OF_CUSTOMER}",
        "asked_at, id",
    ),
    (
        "journal",
        "id, at, kind, actor, subject_kind, subject_id, payload, hash",
        f"journal_entry WHERE {_OF_CUSTOMER}",
        "at, id",
    ),
)


def sections(*, creditor_id: int, customer_id: int) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Each section with its rows, column by column as they stand in the tables. One query for each section."""
    asked = {"creditor": creditor_id, "customer": customer_id}
    with connection.cursor() as cursor:
        for name, columns, where, order in SECTIONS:
            cursor.execute(" ".join(("SELECT", columns, "FROM", where, "ORDER BY", order)), asked)
            names = [column.name for column in cursor.description or ()]
            yield name, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
