# SPDX-License-Identifier: Apache-2.0
"""camt.053: booked entries, each detail of a batch a line of its own. Entities stay off, depth and size are bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from lxml import etree

from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.statement import (
    Assumed,
    Movement,
    Statement,
    StatementRefused,
    Unfit,
    content_of,
    keyed,
)

_MARK: Final = re.compile(rb"camt\.053|BkToCstmrStmt")
_AMOUNT: Final = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,5})?")
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_NOTHING: Final = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})

Node = etree._Element


class Camt053:
    """A reader of camt.053 statements."""

    name = "camt053"

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so is one of these."""
        return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and _MARK.search(head) is not None

    def statements(self, path: Path, *, assumed: Assumed) -> tuple[Statement, ...]:
        """The statements of the file. Pending entries are left out: they come again when booked."""
        root = _root(content_of(path))
        found = tuple(_statement(node, assumed) for node in root.iterfind(".//{*}BkToCstmrStmt/{*}Stmt"))
        if not found:
            raise StatementRefused(Unfit.NO_LINES)
        return found


def _root(content: bytes) -> Node:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        why = Unfit.UNSAFE if b"<!DOCTYPE" in content or b"<!ENTITY" in content else Unfit.UNREADABLE
        raise StatementRefused(why, line=error.lineno or 0) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise StatementRefused(Unfit.UNSAFE)
    return root


def _statement(node: Node, assumed: Assumed) -> Statement:
    own = _text(node, "Acct/Id/IBAN") or _text(node, "Acct/Id/Othr/Id") or assumed.bank_account
    if not own:
        raise StatementRefused(Unfit.WHOSE)
    balances = {code: _balance(item) for item in node.iterfind("{*}Bal") if (code := _code(item))}
    opening = next((balances[code] for code in _OPENING if code in balances), None)
    closing = next((balances[code] for code in _CLOSING if code in balances), None)
    entries = [entry for entry in node.iterfind("{*}Ntry") if _status(entry) in ("BOOK", "")]
    currencies = {_currency(entry) for entry in entries} | {
        kept[0].currency for kept in (opening, closing) if kept
    }
    stated = _text(node, "Acct/Ccy")
    if len(currencies | ({stated} - {""})) > 1:
        raise StatementRefused(Unfit.CURRENCY_UNKNOWN, line=_at(node))
    currency = next(iter(currencies), stated or assumed.currency)
    movements = [one for entry in entries for one in _movements(entry, currency)]
    return Statement(
        bank_account=own,
        currency=currency,
        lines=keyed(movements, bank_account=own, currency=currency),
        opening=opening[0] if opening else None,
        closing=closing[0] if closing else None,
        closed_on=closing[1] if closing else None,
    )


def _movements(entry: Node, currency: str) -> Iterator[Movement]:
    """The entry, or each of its details when all say their amount and together make the entry's."""
    whole = _signed(entry, _minor(entry.find("{*}Amt"), currency))
    booked_on, value_on = _day(entry, "BookgDt"), _day(entry, "ValDt")
    if booked_on is None and value_on is None:
        raise StatementRefused(Unfit.DATE, line=_at(entry))
    days = (booked_on or value_on, value_on or booked_on)
    details = list(entry.iterfind("{*}NtryDtls/{*}TxDtls"))
    amounts = [_detail_minor(detail, entry, currency) for detail in details]
    if len(details) > 1 and None not in amounts and sum(one or 0 for one in amounts) == whole:
        for detail, minor in zip(details, amounts, strict=True):
            yield _movement(entry, [detail], minor or 0, days)
    else:
        yield _movement(entry, details, whole, days)


def _movement(
    entry: Node, details: list[Node], minor: int, days: tuple[date | None, date | None]
) -> Movement:
    booked_on, value_on = days
    if booked_on is None or value_on is None:
        raise StatementRefused(Unfit.DATE, line=_at(entry))
    texts = [text for detail in details for text in _remittance(detail) if text]
    if not texts:
        texts = [_text(entry, "AddtlNtryInf")]
    one = details[0] if len(details) == 1 else None
    party = ("Dbtr", "UltmtDbtr") if minor > 0 else ("Cdtr", "UltmtCdtr")
    own_reference = _given(one, "Refs/AcctSvcrRef") if one is not None else ""
    returned = any(detail.find("{*}RtrInf") is not None for detail in details)
    return Movement(
        booked_on=booked_on,
        value_on=value_on,
        minor=minor,
        text=" ".join(dict.fromkeys(texts)),
        bank_reference=own_reference or _given(entry, "AcctSvcrRef") or _given(entry, "NtryRef"),
        end_to_end_id=_given(one, "Refs/EndToEndId"),
        payer_name=_first(one, [f"RltdPties/{who}/{rest}Nm" for who in party for rest in ("", "Pty/")]),
        payer_account=_first(one, [f"RltdPties/{party[0]}Acct/Id/{rest}" for rest in ("IBAN", "Othr/Id")]),
        payer_tax_id=_tax_id(one, party[0]),
        is_return=returned or _text(entry, "RvslInd") == "true",
    )


def _remittance(detail: Node) -> Iterator[str]:
    for path in (
        "RmtInf/{*}Ustrd",
        "RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref",
        "RmtInf/{*}Strd/{*}RfrdDocInf/{*}Nb",
    ):
        for node in detail.iterfind("{*}" + path):
            yield " ".join((node.text or "").split())
    yield _text(detail, "AddtlTxInf")


def _tax_id(detail: Node | None, party: str) -> str:
    paths = [
        f"RltdPties/{party}/{rest}Id/{kind}/Othr/Id" for rest in ("", "Pty/") for kind in ("OrgId", "PrvtId")
    ]
    return _first(detail, paths)


def _detail_minor(detail: Node, entry: Node, currency: str) -> int | None:
    node = detail.find("{*}Amt")
    if node is None:
        node = detail.find("{*}AmtDtls/{*}TxAmt/{*}Amt")
    if node is None or node.get("Ccy") != currency:
        return None
    minor = _minor(node, currency)
    return _signed(detail if detail.find("{*}CdtDbtInd") is not None else entry, minor)


def _minor(node: Node | None, currency: str) -> int:
    text = (node.text or "").strip() if node is not None else ""
    places = exponent(currency)
    if node is None or not _AMOUNT.fullmatch(text):
        raise StatementRefused(Unfit.AMOUNT, line=_at(node))
    try:
        scaled = Decimal(text).scaleb(places)
    except InvalidOperation as error:
        raise StatementRefused(Unfit.AMOUNT, line=_at(node)) from error
    if scaled != scaled.to_integral_value():
        raise StatementRefused(Unfit.AMOUNT, line=_at(node))
    return int(scaled)


def _signed(node: Node, minor: int) -> int:
    way = _text(node, "CdtDbtInd")
    if way not in ("CRDT", "DBIT"):
        raise StatementRefused(Unfit.AMOUNT, line=_at(node))
    return minor if way == "CRDT" else -minor


def _balance(node: Node) -> tuple[Money, date | None]:
    currency = _currency(node)
    return Money(currency, _signed(node, _minor(node.find("{*}Amt"), currency))), _day(node, "Dt")


def _at(node: Any) -> int:
    """The line of the file at which a node stands, 0 when it is missing."""
    return int(node.sourceline or 0) if node is not None else 0


def _code(balance: Node) -> str:
    return _text(balance, "Tp/CdOrPrtry/Cd")


def _currency(node: Node) -> str:
    amount = node.find("{*}Amt")
    found = amount.get("Ccy", "") if amount is not None else ""
    if not re.fullmatch("[A-Z]{3}", found):
        raise StatementRefused(Unfit.CURRENCY_UNKNOWN, line=_at(node))
    return found


def _status(entry: Node) -> str:
    return _text(entry, "Sts/Cd") or _text(entry, "Sts")


def _day(node: Node, name: str) -> date | None:
    text = _text(node, f"{name}/Dt") or _text(node, f"{name}/DtTm")[:10]
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise StatementRefused(Unfit.DATE, line=_at(node)) from error


def _text(node: Node, path: str) -> str:
    found = node.find("/".join("{*}" + part for part in path.split("/")))
    return " ".join((found.text or "").split()) if found is not None else ""


def _first(node: Node | None, paths: list[str]) -> str:
    return next((text for path in paths if node is not None and (text := _text(node, path))), "")


def _given(node: Node | None, path: str) -> str:
    text = _text(node, path) if node is not None else ""
    return "" if text.upper() in _NOTHING else text
