# SPDX-License-Identifier: Apache-2.0
"""Pasarela de prueba: the state of hosted checkouts. Money of lies, manners of a real gateway."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conserje.testing.world.faults import FaultBook
from conserje.testing.world.store import Rows

# Decimal places of amounts at this gateway: CLP has two here and none in ISO 4217, as at some real ones.
EXPONENTS: Final = {"BRL": 2, "CLP": 2, "COP": 2, "EUR": 2, "MXN": 2, "PEN": 2, "PYG": 0, "USD": 2}
METHODS: Final = {"pse": "PSE", "nequi": "Nequi", "tarjeta": "Tarjeta", "transferencia": "Transferencia"}
_FIELDS: Final = ("reference", "amount", "currency", "description", "return_url", "hook_url", "locale")


class Wrong(Exception):
    """A request that the gateway does not take: HTTP `status`, `code` and a sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Checkout:
    """One checkout. `amount` in minor units by `EXPONENTS`; `paid_amount` is what was really paid."""

    id: str
    key: str
    fingerprint: str
    created_at: str
    reference: str
    amount: int
    currency: str
    description: str
    return_url: str
    hook_url: str
    locale: str
    status: str = "open"
    method: str = ""
    payment_id: str = ""
    paid_amount: int = 0
    value_on: str = ""
    decline_code: str = ""
    settles_at: float = 0.0


Told = Callable[[Checkout, str], None]


class Checkouts:
    """All checkouts, in memory and in checkouts.jsonl. Every change is one row; safe for many threads."""

    def __init__(self, folder: Path | None, faults: FaultBook, tell: Told) -> None:
        self._rows = Rows(folder, "checkouts")
        self._faults = faults
        self._tell = tell
        self._lock = threading.RLock()
        self._by_id: dict[str, Checkout] = {}
        self._by_key: dict[str, str] = {}
        for row in self._rows.all():
            self._remember(Checkout(**row))

    def create(self, key: str, body: dict[str, Any]) -> Checkout:
        """The checkout of idempotency key `key`, made unless it is there. Raises `Wrong` (400, 409)."""
        values = _checked(body)
        fingerprint = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
        if not key or len(key) > 256:
            raise Wrong(400, "key_missing", "Send an Idempotency-Key of 1 to 256 characters.")
        with self._lock:
            known = self._by_key.get(key)
            if known:
                checkout = self._by_id[known]
                if checkout.fingerprint != fingerprint:
                    raise Wrong(409, "key_reused", "This Idempotency-Key was used with another body.")
                return checkout
            checkout = Checkout(
                id=f"chk_{secrets.token_hex(12)}",
                key=key,
                fingerprint=fingerprint,
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                **values,
            )
            self._save(checkout)
            return checkout

    def get(self, checkout_id: str) -> Checkout:
        """The checkout; raises `Wrong` (404)."""
        with self._lock:
            found = self._by_id.get(checkout_id)
        if found is None:
            raise Wrong(404, "not_found", "There is no checkout of that id.")
        return found

    def all(self) -> list[Checkout]:
        """Every checkout, oldest first."""
        with self._lock:
            return list(self._by_id.values())

    def pay(self, checkout_id: str, *, method: str, now: datetime, value_on: str = "") -> Checkout:
        """A person pays by `method`; paying twice changes nothing. `now` dates it unless `value_on` does."""
        if method not in METHODS:
            raise Wrong(400, "method_unknown", f"Methods are {', '.join(METHODS)}.")
        with self._lock:
            checkout = self.get(checkout_id)
            if checkout.status != "open":
                return checkout
            targets = (checkout.reference, checkout.id)
            declined = self._faults.take("decline", targets=targets)
            if declined:
                return self._end(checkout, "declined", method, str(declined.options.get("code", "no_funds")))
            mismatch = self._faults.take("amount_mismatch", targets=targets)
            paid = replace(
                checkout,
                status="processing",
                method=method,
                payment_id=f"pay_{secrets.token_hex(8)}",
                paid_amount=checkout.amount + (int(mismatch.options.get("delta", -100)) if mismatch else 0),
                value_on=value_on or now.date().isoformat(),
            )
            later = self._faults.take("settle_later", targets=targets)
            if later:
                paid = replace(paid, settles_at=now.timestamp() + later.seconds(5.0))
            self._save(paid)
            self._tell(paid, "checkout.processing")
            return paid if later else self._settle(paid)

    def decline(self, checkout_id: str, *, method: str) -> Checkout:
        """The bank says no."""
        with self._lock:
            checkout = self.get(checkout_id)
            if checkout.status != "open":
                return checkout
            return self._end(checkout, "declined", method if method in METHODS else "", "declined_by_bank")

    def cancel(self, checkout_id: str) -> Checkout:
        """The person goes back without paying."""
        with self._lock:
            checkout = self.get(checkout_id)
            return self._end(checkout, "cancelled", "", "") if checkout.status == "open" else checkout

    def settle_due(self, now: datetime) -> None:
        """Finish payments that were to settle later and whose time has come."""
        with self._lock:
            for checkout in list(self._by_id.values()):
                if checkout.status == "processing" and checkout.settles_at <= now.timestamp():
                    self._settle(checkout)

    def _settle(self, checkout: Checkout) -> Checkout:
        paid = replace(checkout, status="paid")
        self._save(paid)
        self._tell(paid, "checkout.paid")
        return paid

    def _end(self, checkout: Checkout, status: str, method: str, code: str) -> Checkout:
        ended = replace(checkout, status=status, method=method, decline_code=code)
        self._save(ended)
        self._tell(ended, f"checkout.{status}")
        return ended

    def _save(self, checkout: Checkout) -> None:
        self._rows.add(asdict(checkout))
        self._remember(checkout)

    def _remember(self, checkout: Checkout) -> None:
        self._by_id[checkout.id] = checkout
        self._by_key[checkout.key] = checkout.id


def public(checkout: Checkout, base_url: str) -> dict[str, Any]:
    """What the API shows of `checkout`."""
    return {
        "id": checkout.id,
        "url": f"{base_url}/checkout/{checkout.id}",
        "status": checkout.status,
        "reference": checkout.reference,
        "amount": checkout.paid_amount if checkout.payment_id else checkout.amount,
        "currency": checkout.currency,
        "method": checkout.method,
        "payment_id": checkout.payment_id,
        "value_on": checkout.value_on,
        "decline_code": checkout.decline_code,
    }


def statement(checkouts: list[Checkout]) -> str:
    """The paid ones as lines of a bank statement: CSV with a title row, amounts with a decimal point."""
    lines = ["fecha,descripcion,referencia,documento,valor,moneda"]
    for one in checkouts:
        if one.status == "paid":
            words = f"ABONO {METHODS[one.method].upper()} PASARELA DE PRUEBA"
            amount = decimal_text(one.paid_amount, one.currency)
            lines.append(
                f"{one.value_on},{words},{_cell(one.reference)},{one.payment_id},{amount},{one.currency}"
            )
    return "\n".join(lines) + "\n"


def decimal_text(minor: int, currency: str) -> str:
    """Minor units of this gateway as text with a decimal point."""
    places = EXPONENTS[currency]
    digits = str(minor).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in ',"\n') else text


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(body, dict) or set(body) != set(_FIELDS):
        raise Wrong(400, "fields", f"Send exactly these fields: {', '.join(_FIELDS)}.")
    amount, currency = body["amount"], body["currency"]
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise Wrong(400, "amount", "The amount is a whole number of minor units above 0.")
    if currency not in EXPONENTS:
        raise Wrong(400, "currency", f"Currencies are {', '.join(EXPONENTS)}.")
    for name in _FIELDS:
        if name != "amount" and not isinstance(body[name], str):
            raise Wrong(400, name, f"{name} is text.")
    for name in ("return_url", "hook_url"):
        if not body[name].startswith(("http://", "https://")):
            raise Wrong(400, name, f"{name} is an address that begins with http:// or https://.")
    return {name: body[name] for name in _FIELDS}
