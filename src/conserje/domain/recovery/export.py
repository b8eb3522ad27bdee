# SPDX-License-Identifier: Apache-2.0
"""Failed charges as gateways export them: which column is which, and each row read strictly or told why not.

Amounts are in major units with a decimal point ("1234.56"), instants in ISO 8601, in UTC where no offset stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from conserje.domain.kit.money import Money, exponent
from conserje.domain.kit.text import fold
from conserje.domain.ports.gateway import Decline
from conserje.domain.recovery.failure import CardFacts, FailedCharge, FailureKind, Refusal

# Our word for a column, and what Stripe, Mercado Pago, Conekta, Wompi and others call it, folded.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "charge id", "payment id", "transaction id", "external id", "source id", "operation id"),
    "amount": ("amount", "monto", "valor", "total", "transaction amount", "importe"),
    "currency": ("currency", "moneda", "currency id"),
    "failed_at": ("created (utc)", "created", "failed at", "date", "fecha", "date created", "created at"),
    "customer": ("customer id", "customer", "cliente", "id cliente", "payer id", "customer reference"),
    "name": ("customer name", "name", "nombre", "payer name", "customer full name"),
    "email": ("customer email", "email", "correo", "payer email", "correo electronico"),
    "invoice": ("invoice id", "invoice number", "invoice", "factura", "order", "order id", "pedido"),
    "subscription": ("subscription", "subscription id", "suscripcion", "plan", "description", "descripcion"),
    "kind": ("kind", "type", "tipo"),
    "code": ("response code", "network decline code", "issuer response code", "codigo de respuesta"),
    "advice": ("network advice code", "advice code", "merchant advice code", "mac"),
    "said": ("decline class", "clase"),
    "said_code": (
        "decline reason",
        "failure code",
        "decline code",
        "status detail",
        "motivo",
        "outcome reason",
    ),
    "network": ("card brand", "network", "brand", "franquicia", "payment method id", "red"),
    "fingerprint": ("card fingerprint", "fingerprint", "huella"),
    "last4": ("card last4", "last4", "last 4", "ultimos 4", "last four digits"),
    "expires": ("card expiry", "expiry", "expires", "vence", "expiration"),
    "country": ("card issue country", "card country", "pais de la tarjeta", "country"),
    "tries_before": ("attempts before", "tries before", "retry attempts", "intentos previos"),
}
REQUIRED = ("id", "amount", "currency", "failed_at")
_MONTH = re.compile(
    r"(?P<month>\d{1,2})\s*/\s*(?P<year>\d{2}|\d{4})|(?P<iso>\d{4})-(?P<iso_month>\d{2})(-\d{2})?"
)


class ColumnsMissing(ValueError):
    """The file has no column for something that every row needs: names them."""


@dataclass(frozen=True, slots=True)
class Told:
    """One failed charge and whose it is: `customer` is the creditor's or gateway's name for them, `invoice` the number
    of what was to be paid.
    """

    charge: FailedCharge
    customer: str
    name: str
    email: str
    invoice: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that was left out: its number in the file (the heads are line 1), and a code of why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a file told, in its order."""

    told: tuple[Told, ...]
    unread: tuple[Unread, ...]


def read(*, heads: Iterable[str], rows: Iterable[Mapping[str, str]], gateway: str) -> Read:
    """The failed charges of a file of `gateway`, one a row by its heads. Raises `ColumnsMissing`."""
    named = _named(heads)
    missing = [name for name in REQUIRED if name not in named]
    if "customer" not in named and "email" not in named:
        missing.append("customer")
    if missing:
        raise ColumnsMissing(f"The file has no column for: {', '.join(missing)}.")
    told, unread = [], []
    for line, row in enumerate(rows, start=2):
        values = {name: (row.get(head) or "").strip() for name, head in named.items()}
        found = _row(values, gateway)
        if isinstance(found, str):
            unread.append(Unread(line, found))
        else:
            told.append(found)
    return Read(tuple(told), tuple(unread))


def _named(heads: Iterable[str]) -> dict[str, str]:
    folded = {fold(head).strip(): head for head in heads}
    found = {}
    for name, words in COLUMNS.items():
        head = next((folded[word] for word in (name, *words) if word in folded), None)
        if head is not None:
            found[name] = head
    return found


def _row(values: Mapping[str, str], gateway: str) -> Told | str:
    def value(name: str) -> str:
        return values.get(name, "")

    amount, failed_at = _amount(value("amount"), value("currency")), _instant(value("failed_at"))
    customer = value("customer") or value("email")
    said = value("said").casefold()
    if not value("id") or not customer:
        return "id_missing" if not value("id") else "customer_missing"
    if amount is None or failed_at is None:
        return "amount_unread" if amount is None else "instant_unread"
    if said and said not in {item.value for item in Decline}:
        return "class_unknown"
    before = value("tries_before")
    if before and not (before.isascii() and before.isdigit()):
        return "tries_unread"
    charge = FailedCharge(
        gateway=gateway,
        external_id=value("id")[:120],
        kind=_kind(value("kind"), value("subscription")),
        amount=amount,
        failed_at=failed_at,
        refusal=Refusal(
            network=value("network"),
            response_code=value("code").upper()[:8],
            advice=value("advice").zfill(2)[:8] if value("advice") else "",
            said=Decline(said) if said else None,
            said_code=value("said_code")[:60],
        ),
        card=CardFacts(
            fingerprint=value("fingerprint"),
            brand=value("network"),
            last4=value("last4")[-4:],
            expires_on=_month_end(value("expires")),
            country=value("country").upper()[:2],
        ),
        subscription=value("subscription"),
        tries_before=int(before) if before else None,
    )
    return Told(charge, customer, value("name"), value("email"), value("invoice") or value("id"))


def _kind(told: str, subscription: str) -> FailureKind:
    word = fold(told)
    if word in ("order", "pedido", "orden"):
        return FailureKind.ORDER
    return FailureKind.SUBSCRIPTION if subscription or word.startswith("su") else FailureKind.ORDER


def _amount(text: str, currency: str) -> Money | None:
    code = currency.upper()
    if not re.fullmatch(r"\d{1,15}(\.\d{1,4})?", text) or not re.fullmatch(r"[A-Z]{3}", code):
        return None
    try:
        scaled = Decimal(text).scaleb(exponent(code))
    except InvalidOperation:
        return None
    whole = scaled == scaled.to_integral_value() and scaled > 0
    return Money(code, int(scaled)) if whole else None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _month_end(text: str) -> date | None:
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    year, month = int(found["year"] or found["iso"]), int(found["month"] or found["iso_month"])
    if not 1 <= month <= 12:
        return None
    first = date(year + 2000 if year < 100 else year, month, 1)
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
