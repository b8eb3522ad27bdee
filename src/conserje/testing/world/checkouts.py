# SPDX-License-Identifier: Apache-2.0
"""Pasarela de prueba: the state of hosted checkouts. Money of lies, manners of a real gateway."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from conserje.testing.world.faults import FaultBook
from conserje.testing.world.store import Rows

# Decimal places of amounts at this gateway: CLP has two here and none in ISO 4217, as at some real ones.
EXPONENTS: Final = {"BRL": 2, "CLP": 2, "COP": 2, "EUR": 2, "MXN": 2, "PEN": 2, "PYG": 0, "USD": 2}
METHODS: Final = {
    "pse": "PSE",
    "nequi": "Nequi",
    "tarjeta": "Tarjeta",
    "transferencia": "Transferencia",
    "efectivo": "Efectivo",
}
VOUCHER_DAYS: Final = 3
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
    """One checkout, or one charge by a `token`. `amount` in minor units by `EXPONENTS`; `paid_amount` is what was paid.

    `methods` narrows what the page offers. A voucher waits for cash until `until_on`; `returned` went back to the
    payer, `refunds` are those asked for, by their keys.
    """

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
    methods: tuple[str, ...] = ()
    token: str = ""
    until_on: str = ""
    voucher: str = ""
    retry_after: str = ""
    returned: int = 0
    contested: bool = False
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)


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
            self._remember(Checkout(**{**row, "methods": tuple(row.get("methods", ()))}))

    def create(self, key: str, body: dict[str, Any]) -> Checkout:
        """The checkout of idempotency key `key`, made unless it is there. Raises `Wrong` (400, 409)."""
        values = _checked(body)
        with self._lock:
            return self._known(key, values) or self._made(key, values)

    def charge(self, key: str, body: dict[str, Any], *, script: str, now: datetime) -> Checkout:
        """Money taken by a token without anybody: `script` is how its card behaves. Raises `Wrong` (400, 409)."""
        values = _checked({**body, "return_url": "https://nobody.example", "locale": ""}, "token")
        with self._lock:
            known = self._known(key, values)
            if known is not None:
                return known
            charge = self._made(key, values)
            targets = (charge.reference, charge.token)
            fault = self._faults.take("decline", targets=targets)
            code = str(fault.options.get("code", "no_funds")) if fault else script
            if code not in ("", "ok"):
                again = (now + timedelta(days=2)).isoformat(timespec="seconds") if code == "try_later" else ""
                charge = replace(charge, retry_after=again)
                return self._end(charge, "declined", "tarjeta", code)
            return self.pay(charge.id, method="tarjeta", now=now)

    def _known(self, key: str, values: dict[str, Any]) -> Checkout | None:
        if not key or len(key) > 256:
            raise Wrong(400, "key_missing", "Send an Idempotency-Key of 1 to 256 characters.")
        checkout = self._by_id.get(self._by_key.get(key, ""))
        if checkout is not None and checkout.fingerprint != fingerprint(values):
            raise Wrong(409, "key_reused", "This Idempotency-Key was used with another body.")
        return checkout

    def _made(self, key: str, values: dict[str, Any]) -> Checkout:
        checkout = Checkout(
            id=f"chk_{secrets.token_hex(12)}",
            key=key,
            fingerprint=fingerprint(values),
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
            if checkout.status != "open" or method not in (checkout.methods or METHODS):
                return checkout
            if method == "efectivo":
                return self._wait(checkout, now)
            targets = (checkout.reference, checkout.id)
            declined = self._faults.take("decline", targets=targets)
            if declined:
                return self._end(checkout, "declined", method, str(declined.options.get("code", "no_funds")))
            paid = replace(
                self._paid(checkout, method, value_on or now.date().isoformat()), status="processing"
            )
            later = self._faults.take("settle_later", targets=targets)
            if later:
                paid = replace(paid, settles_at=now.timestamp() + later.seconds(5.0))
            self._save(paid)
            self._tell(paid, "checkout.processing")
            return paid if later else self._settle(paid)

    def _paid(self, checkout: Checkout, method: str, value_on: str) -> Checkout:
        mismatch = self._faults.take("amount_mismatch", targets=(checkout.reference, checkout.id))
        return replace(
            checkout,
            method=method,
            payment_id=f"pay_{secrets.token_hex(8)}",
            paid_amount=checkout.amount + (int(mismatch.options.get("delta", -100)) if mismatch else 0),
            value_on=value_on,
        )

    def _wait(self, checkout: Checkout, now: datetime) -> Checkout:
        until_on = (now.date() + timedelta(days=VOUCHER_DAYS)).isoformat()
        voucher = f"{secrets.randbelow(10**12):012d}"
        waiting = replace(checkout, status="waiting", method="efectivo", until_on=until_on, voucher=voucher)
        self._save(waiting)
        self._tell(waiting, "checkout.waiting")
        return waiting

    def deposit(self, checkout_id: str, *, now: datetime, value_on: str = "") -> Checkout:
        """Somebody pays a waiting voucher at the counter, late ones too."""
        with self._lock:
            checkout = self.get(checkout_id)
            if not checkout.voucher or checkout.payment_id:
                return checkout
            return self._settle(self._paid(checkout, "efectivo", value_on or now.date().isoformat()))

    def expire(self, checkout_id: str) -> Checkout:
        """The last day of a page or a voucher went by."""
        with self._lock:
            checkout = self.get(checkout_id)
            ends = checkout.status in ("open", "waiting")
            return self._end(checkout, "expired", checkout.method, "") if ends else checkout

    def refund(self, checkout_id: str, key: str, amount: int) -> dict[str, Any]:
        """Give back `amount` of a paid one, once for each key: done, refused or, by a fault, pending at first."""
        with self._lock:
            checkout = self.get(checkout_id)
            asked = {"id": f"ref_{secrets.token_hex(8)}", "amount": amount, "status": "done"}
            known = checkout.refunds.get(key)
            if known is not None:
                if known["amount"] != amount:
                    raise Wrong(409, "key_reused", "This Idempotency-Key was used with another amount.")
                if known["status"] != "pending":
                    return known
                asked = {**known, "status": "done"}
            left = checkout.paid_amount - checkout.returned if checkout.status == "paid" else 0
            if not 0 < amount <= left:
                asked["status"] = "refused"
            elif known is None and self._faults.take(
                "refund_pending", targets=(checkout.reference, checkout.id)
            ):
                asked["status"] = "pending"
            returned = checkout.returned + (amount if asked["status"] == "done" else 0)
            changed = replace(checkout, returned=returned, refunds={**checkout.refunds, key: asked})
            self._save(changed)
            if returned != checkout.returned:
                self._tell(changed, "checkout.refunded")
            return asked

    def contest(self, checkout_id: str, *, outcome: str) -> Checkout:
        """The payer's bank asks for the money back ("asked"), and then the payer keeps it ("lost") or not ("won")."""
        with self._lock:
            checkout = self.get(checkout_id)
            if checkout.status != "paid":
                return checkout
            returned = checkout.paid_amount if outcome == "lost" else checkout.returned
            changed = replace(checkout, contested=outcome == "asked", returned=returned)
            self._save(changed)
            self._tell(changed, "checkout.contested" if outcome == "asked" else f"checkout.contest_{outcome}")
            return changed

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
        "retry_after": checkout.retry_after,
        "until_on": checkout.until_on,
        "voucher": checkout.voucher,
        "returned": checkout.returned,
        "contested": checkout.contested,
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


def fingerprint(values: dict[str, Any]) -> str:
    """The same for the same request, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _checked(body: dict[str, Any], *more: str) -> dict[str, Any]:
    methods = body.pop("methods", []) if isinstance(body, dict) else []
    names = (*_FIELDS, *more)
    if not isinstance(body, dict) or set(body) != set(names):
        raise Wrong(400, "fields", f"Send exactly these fields: {', '.join(names)}.")
    if not isinstance(methods, list) or any(method not in METHODS for method in methods):
        raise Wrong(400, "method_unknown", f"Methods are {', '.join(METHODS)}.")
    amount, currency = body["amount"], body["currency"]
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise Wrong(400, "amount", "The amount is a whole number of minor units above 0.")
    if currency not in EXPONENTS:
        raise Wrong(400, "currency", f"Currencies are {', '.join(EXPONENTS)}.")
    for name in names:
        if name != "amount" and not isinstance(body[name], str):
            raise Wrong(400, name, f"{name} is text.")
    for name in ("return_url", "hook_url"):
        if not body[name].startswith(("http://", "https://")):
            raise Wrong(400, name, f"{name} is an address that begins with http:// or https://.")
    return {**{name: body[name] for name in names}, "methods": tuple(methods)}
