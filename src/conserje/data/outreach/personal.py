# SPDX-License-Identifier: Apache-2.0
"""What is personal of one customer, table by table, and the statements that blank it.

The books (ledger, amounts, dates, numbers of invoices), the journal and every wish to be left alone stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

# Shorter ones would blank what other people wrote.
_SHORTEST: Final = 4

_SAID: Final = """
SELECT DISTINCT value FROM (
  SELECT name AS value FROM receivables_customer WHERE creditor_id = %(creditor)s AND id = %(customer)s
  UNION SELECT reference FROM receivables_customer WHERE creditor_id = %(creditor)s AND id = %(customer)s
  UNION SELECT tax_id FROM receivables_customer WHERE creditor_id = %(creditor)s AND id = %(customer)s
  UNION SELECT value FROM receivables_customerfact
         WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND name IN ('name', 'tax_id')
  UNION SELECT name FROM receivables_contact WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s
  UNION SELECT unnest(ARRAY[p.address, p.address_key]) FROM receivables_contactpoint p
    JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
   WHERE c.creditor_id = %(creditor)s AND c.customer_id = %(customer)s) said
 WHERE length(value) >= %(shortest)s"""

# Which of the creditor's rows are the customer's.
_OWN: Final = "customer_id = %(customer)s"
_OF_CONTACT: Final = (
    "contact_id IN"
    " (SELECT id FROM receivables_contact WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
)
_OF_INVOICE: Final = (
    "invoice_id IN"
    " (SELECT id FROM receivables_invoice WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
)
_OF_PLAN: Final = (
    "plan_id IN"
    " (SELECT id FROM arrangements_paymentplan WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
)
_OF_TOUCH: Final = (
    "touch_id IN"
    " (SELECT id FROM outreach_touch WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
)
_OF_DISPUTE: Final = (
    "dispute_id IN"
    " (SELECT d.id FROM arrangements_dispute d"
    " JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id"
    " WHERE d.creditor_id = %(creditor)s AND i.customer_id = %(customer)s)"
)
_NAMES_IN_TROUBLE: Final = (
    "EXISTS (SELECT 1 FROM unnest(%(said)s::text[]) AS s(word) WHERE strpos(lower(value), lower(word)) > 0)"
)
_OF_LINE: Final = (
    "id IN (SELECT line_id FROM receivables_bankdecision"
    " WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s)"
    " OR EXISTS (SELECT 1 FROM unnest(%(said)s::text[]) AS s(word)"
    " WHERE strpos(lower(text || ' ' || payer_name || ' ' || payer_tax_id), lower(word)) > 0)"
)
_NAMES_IN_BODY: Final = (
    "applied_at IS NOT NULL AND EXISTS"
    " (SELECT 1 FROM unnest(%(said)s::text[]) AS s(word)"
    " WHERE position(convert_to(word, 'UTF8') IN body) > 0 OR strpos(lower(query), lower(word)) > 0)"
)

# The tries of the customer's cards, as long as nobody else has the same one: they count for its limits then.
_PRINTS: Final = (
    "SELECT fingerprint FROM {table} WHERE creditor_id = %(creditor)s AND customer_id {sign} %(customer)s"
)
_OF_CARDS: Final = "fingerprint <> '' AND fingerprint IN ({mine}) AND fingerprint NOT IN ({others})".format(
    mine=" UNION ".join(
        _PRINTS.format(table=table, sign="=") for table in ("receivables_mandate", "recovery_failedpayment")
    ),
    others=" UNION ".join(
        _PRINTS.format(table=table, sign="<>") for table in ("receivables_mandate", "recovery_failedpayment")
    ),
)

# Table, what its columns become (empty: the rows go), and which rows. A row that is unique by a text keeps one made of
# its number. Addresses go first, for the rest is found through them.
BLANKED: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "receivables_contactpoint",
        "address = '', address_key = 'erased:' || id, address_hash = 'erased:' || id,"
        " unusable_since = coalesce(unusable_since, %(now)s), unusable_reason = 'erased'",
        _OF_CONTACT,
    ),
    ("receivables_contact", "name = '', name_key = 'erased:' || id, city = ''", _OWN),
    (
        "receivables_customer",
        "name = '#' || id, sort_key = '#' || id, reference = 'erased:' || id, reference_key = 'erased:' || id,"
        " tax_id = '', city = ''",
        "id = %(customer)s",
    ),
    ("receivables_customerfact", "value = '', source = ''", _OWN),
    ("receivables_searchterm", "", _OWN),
    ("receivables_document", "", _OF_INVOICE),
    ("receivables_invoice", "subject = '', purchase_order = ''", _OWN),
    ("receivables_writeoff", "reason = ''", _OF_INVOICE),
    ("receivables_payment", "reference = ''", _OWN),
    (
        "receivables_bankline",
        "text = '', payer_name = '', payer_account = '', payer_tax_id = '', end_to_end_id = ''",
        _OF_LINE,
    ),
    ("receivables_bankdecision", "note = ''", _OWN),
    (
        "receivables_payername",
        "key = 'erased:' || id, unlearned_at = coalesce(unlearned_at, %(now)s)",
        _OWN,
    ),
    ("receivables_checkout", "detail = ''", _OWN),
    ("recovery_chargeattempt", "fingerprint = ''", _OF_CARDS),
    (
        "receivables_mandate",
        "agreed_by = '', agreed_from = '', brand = '', last4 = '', fingerprint = '', sealed = '', detail = ''",
        _OWN,
    ),
    ("receivables_datarequest", "words = '', answer = '', extension_reason = ''", _OWN),
    ("arrangements_paymentclaim", "words = ''", _OWN),
    ("arrangements_planagreement", "signed_by = '', signed_from = '', text = '{}'", _OF_PLAN),
    ("arrangements_dispute", "words = ''", _OF_INVOICE),
    ("arrangements_disputemessage", "words = ''", _OF_DISPUTE),
    ("arrangements_disputefile", "", _OF_DISPUTE),
    ("arrangements_proposal", "made_from = ''", _OF_DISPUTE),
    ("arrangements_agreement", "accepted_from = '', text = '{}'", _OWN),
    ("arrangements_proofofpayment", "file_name = '', content = '', sha256 = 'erased:' || id", _OWN),
    ("arrangements_enquiry", "words = '', answer = ''", _OWN),
    ("arrangements_progress", "words = ''", _OF_INVOICE),
    (
        "recovery_failedpayment",
        "subscription = '', fingerprint = '', brand = '', last4 = '', card_country = ''",
        _OWN,
    ),
    ("outreach_permission", "source = ''", _OWN),
    (
        "outreach_message",
        "subject = '', text = '', html = '', erased_at = coalesce(erased_at, %(now)s)",
        _OF_TOUCH,
    ),
    ("outreach_attempt", "detail = ''", _OF_TOUCH),
    ("outreach_contactrecord", "person_hash = 'erased:' || id", _OWN),
    ("outreach_portallink", "revoked_at = coalesce(revoked_at, %(now)s)", _OWN),
    ("integrations_importtrouble", "value = ''", _NAMES_IN_TROUBLE),
    ("integrations_hookreceipt", "body = '', headers = '{}', query = ''", _NAMES_IN_BODY),
)


def blank(*, creditor_id: int, customer_id: int, now: datetime) -> int:
    """Blank everything personal of one customer; answers how many rows that touched. As many statements for anybody."""
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "customer": customer_id,
        "now": now,
        "shortest": _SHORTEST,
    }
    touched = 0
    with connection.cursor() as cursor:
        cursor.execute(_SAID, asked)
        said: Sequence[str] = [word for (word,) in cursor.fetchall()]
        for statement in _STATEMENTS:
            cursor.execute(statement, {**asked, "said": list(said)})
            touched += int(cursor.rowcount)
    return touched


def _statement(table: str, sets: str, which: str) -> str:
    does = ("UPDATE", table, "SET", sets) if sets else ("DELETE FROM", table)
    return " ".join((*does, "WHERE creditor_id = %(creditor)s AND", which))


_STATEMENTS: Final = tuple(_statement(*item) for item in BLANKED)
