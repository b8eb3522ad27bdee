# SPDX-License-Identifier: Apache-2.0
"""Reading and writing what the Pix API carries: amounts, days, transaction ids, and one signed-in conversation."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from conserje.domain.kit.money import Money
from conserje.domain.ports.http import Answer, Http, Identity
from conserje.gateways.pix.settings import PixSettings

BRASILIA: Final = ZoneInfo("America/Sao_Paulo")
# components/schemas/TxId of a charge, and the signs of ours that may stand in it.
TXID: Final = re.compile(r"[a-zA-Z0-9]{26,35}")
_TXID_LENGTH: Final = 32
_REFERENCE_SIGNS: Final = 12
_AMOUNT: Final = re.compile(r"[0-9]{1,10}\.[0-9]{2}")
_DIGITS: Final = re.compile(r"[^0-9A-Z]+")
_CPF_LENGTH, _CNPJ_LENGTH = 11, 14
TAX_ID_SIGNS: Final = frozenset({_CPF_LENGTH, _CNPJ_LENGTH})


class Refused(Exception):
    """The token was not given, or the answer is not one; `why` is a word, `retry` whether to ask again."""

    def __init__(self, why: str, *, retry: bool) -> None:
        super().__init__(why)
        self.why = why
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation under one token; every request shows the certificate where there is one."""

    settings: PixSettings
    http: Http
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One request under the API's address. Raises `NoAnswer`."""
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        return self.http.send(
            method,
            self.settings.base_url.rstrip("/") + path,
            headers=headers,
            json=body,
            identity=identity(self.settings),
        )


def sign_in(settings: PixSettings, http: Http) -> Line:
    """A token by client credentials (OAuth 2.0, RFC 6749 4.4). Raises `Refused` and `NoAnswer`."""
    pair = f"{settings.client_id}:{settings.client_secret}".encode()
    answer = http.send(
        "POST",
        settings.sign_in_url,
        headers={
            "authorization": "Basic " + base64.b64encode(pair).decode(),
            "content-type": "application/x-www-form-urlencoded",
        },
        body=urlencode({"grant_type": "client_credentials"}).encode(),
        identity=identity(settings),
    )
    if answer.status in (400, 401, 403):
        raise Refused("credentials_refused", retry=False)
    token = read(answer).get("access_token") if answer.status == 200 else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise Refused(status_word(answer.status), retry=True)
    return Line(settings, http, token)


def identity(settings: PixSettings) -> Identity | None:
    """What is shown to a bank that asks for a certificate."""
    return Identity(settings.certificate, settings.private_key) if settings.certificate else None


def txid(*, key: str, reference: str) -> str:
    """The transaction id of an attempt: our reference, so that a statement shows it, and the hash of its key."""
    signs = "".join(sign for sign in reference if sign.isascii() and sign.isalnum())[:_REFERENCE_SIGNS]
    digest = hashlib.sha256(key.encode()).hexdigest().upper()
    return (signs + digest)[:_TXID_LENGTH]


def refund_id(key: str) -> str:
    """The id of a devolução: the hash of its key, in the 35 signs allowed."""
    return hashlib.sha256(key.encode()).hexdigest()[:35]


def to_wire(amount: Money) -> str | None:
    """`amount` as "123.45"; None for another currency, for nothing, and for more than ten digits."""
    if amount.currency != "BRL" or amount.minor <= 0:
        return None
    text = f"{amount.minor // 100}.{amount.minor % 100:02d}"
    return text if _AMOUNT.fullmatch(text) else None


def from_wire(text: Any) -> Money | None:
    """ "123.45" as `Money`; None for anything else."""
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        return None
    return Money("BRL", int(text.replace(".", "")))


def debtor(name: str, tax_id: str) -> dict[str, str] | None:
    """`devedor` of a charge; None without a CPF or a CNPJ (which has letters since version 2.9.0)."""
    number = _DIGITS.sub("", tax_id.upper())
    if not name.strip():
        return None
    if len(number) == _CPF_LENGTH and number.isdigit():
        return {"cpf": number, "nome": name.strip()[:200]}
    return {"cnpj": number, "nome": name.strip()[:200]} if len(number) == _CNPJ_LENGTH else None


def day(text: Any) -> date | None:
    """ "2026-12-31" as a day; None for anything else."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def day_in_brazil(text: Any) -> date | None:
    """The day in Brasília of an instant of RFC 3339; None when it is none or has no zone."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(BRASILIA).date() if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def read(answer: Answer) -> Mapping[str, Any]:
    """The object in an answer; empty when there is none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def objects(value: Any) -> list[Mapping[str, Any]] | None:
    """A list of objects; None for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    return value


def status_word(status: int) -> str:
    """What an HTTP status means to us."""
    if status in (401, 403):
        return "credentials_refused"
    if status == 429:
        return "rate_limited"
    if status == 200:
        return "answer_unreadable"
    return "gateway_error" if status >= 500 else "request_refused"


def may_change(status: int) -> bool:
    """Whether the same request may be answered otherwise later."""
    return status >= 500 or status in (200, 201, 408, 425, 429)


def segment(text: str) -> str:
    """`text` as one part of an address."""
    return quote(text, safe="")
