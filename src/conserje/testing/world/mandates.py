# SPDX-License-Identifier: Apache-2.0
"""Cards left at the test gateway: a page on which a person leaves one, its token, and how that card behaves."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from conserje.testing.world.checkouts import EXPONENTS, Wrong, fingerprint
from conserje.testing.world.store import Rows

_FIELDS: Final = ("reference", "description", "currency", "return_url", "hook_url", "locale")
# What a card of the test gateway does when it is charged without its owner: its last four figures and its answer.
CARDS: Final = {
    "buena": ("4242", "ok", "Siempre paga"),
    "sin_fondos": ("9995", "no_funds", "Sin fondos"),
    "vencida": ("0069", "expired_card", "Vencida"),
    "robada": ("9979", "stolen_card", "Reportada como robada"),
    "autenticar": ("3184", "authentication_required", "Pide autenticación"),
    "mas_tarde": ("0341", "try_later", "Pide esperar dos días"),
}


@dataclass(frozen=True, slots=True)
class Mandate:
    """One leave to charge later: open, then active, refused or ended. `card` is one of `CARDS`."""

    id: str
    key: str
    fingerprint: str
    reference: str
    description: str
    currency: str
    return_url: str
    hook_url: str
    locale: str
    status: str = "open"
    card: str = ""
    token: str = ""


class Mandates:
    """All mandates, in memory and in mandates.jsonl; safe for many threads."""

    def __init__(self, folder: Path | None, tell: Callable[[Mandate, str], None]) -> None:
        self._rows = Rows(folder, "mandates")
        self._tell = tell
        self._lock = threading.RLock()
        self._by_id: dict[str, Mandate] = {row["id"]: Mandate(**row) for row in self._rows.all()}

    def create(self, key: str, body: dict[str, Any]) -> Mandate:
        """The mandate of idempotency key `key`, made unless it is there. Raises `Wrong` (400, 409)."""
        if not isinstance(body, dict) or set(body) != set(_FIELDS) or not key:
            raise Wrong(400, "fields", f"Send a key and exactly these fields: {', '.join(_FIELDS)}.")
        if body["currency"] not in EXPONENTS:
            raise Wrong(400, "currency", f"Currencies are {', '.join(EXPONENTS)}.")
        with self._lock:
            known = next((one for one in self._by_id.values() if one.key == key), None)
            if known is None:
                known = Mandate(f"mnd_{secrets.token_hex(12)}", key, fingerprint(body), **body)
                self._save(known)
            if known.fingerprint != fingerprint(body):
                raise Wrong(409, "key_reused", "This Idempotency-Key was used with another body.")
            return known

    def get(self, mandate_id: str) -> Mandate:
        """The mandate; raises `Wrong` (404)."""
        found = self._by_id.get(mandate_id)
        if found is None:
            raise Wrong(404, "not_found", "There is no mandate of that id.")
        return found

    def give(self, mandate_id: str, *, card: str) -> Mandate:
        """The person leaves a card of `CARDS`; giving twice changes nothing."""
        if card not in CARDS:
            raise Wrong(400, "card_unknown", f"Cards are {', '.join(CARDS)}.")
        token = f"tok_{secrets.token_hex(12)}"
        return self._change(mandate_id, "open", status="active", card=card, token=token)

    def refuse(self, mandate_id: str) -> Mandate:
        """The person goes back without leaving a card."""
        return self._change(mandate_id, "open", status="refused")

    def end(self, token: str) -> Mandate:
        """Forget a card; ended before, it stays so. Raises `Wrong` (404)."""
        found = self.of(token)
        return self._change(found.id, "active", status="ended")

    def of(self, token: str) -> Mandate:
        """The mandate of a token; raises `Wrong` (404)."""
        found = next((one for one in self._by_id.values() if one.token and one.token == token), None)
        if found is None:
            raise Wrong(404, "not_found", "There is no mandate of that token.")
        return found

    def script(self, token: str) -> str:
        """How the card of `token` answers a charge: "ok" or a decline code."""
        found = self.of(token)
        return CARDS[found.card][1] if found.status == "active" else "mandate_ended"

    def _change(self, mandate_id: str, before: str, **values: str) -> Mandate:
        with self._lock:
            found = self.get(mandate_id)
            if found.status != before:
                return found
            changed = replace(found, **values)
            self._save(changed)
            self._tell(changed, f"mandate.{changed.status}")
            return changed

    def _save(self, mandate: Mandate) -> None:
        self._rows.add(asdict(mandate))
        self._by_id[mandate.id] = mandate


def shown(mandate: Mandate, base_url: str) -> dict[str, Any]:
    """What the API shows of `mandate`."""
    card = CARDS.get(mandate.card, ("", "", ""))
    return {
        "id": mandate.id,
        "url": f"{base_url}/mandate/{mandate.id}",
        "status": mandate.status,
        "reference": mandate.reference,
        "currency": mandate.currency,
        "token": mandate.token if mandate.status == "active" else "",
        "method": "tarjeta" if card[0] else "",
        "brand": "visa" if card[0] else "",
        "last4": card[0],
        "expires_on": ("2026-10-31" if mandate.card == "vencida" else "2030-12-31") if card[0] else "",
        "fingerprint": hashlib.sha256(mandate.card.encode()).hexdigest()[:16] if card[0] else "",
    }
