# SPDX-License-Identifier: Apache-2.0
"""Statements between the limited process and ours, as JSON."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from conserje.domain.kit.money import Money
from conserje.domain.ports.statement import Statement, StatementLine, StatementRefused, Unfit

_PLAIN = [item.name for item in fields(StatementLine) if item.name not in ("booked_on", "value_on", "amount")]


def pack(statement: Statement) -> dict[str, Any]:
    """A statement as plain values."""
    return {
        "bank_account": statement.bank_account,
        "currency": statement.currency,
        "opening": statement.opening.minor if statement.opening else None,
        "closing": statement.closing.minor if statement.closing else None,
        "closed_on": statement.closed_on.isoformat() if statement.closed_on else None,
        "lines": [
            [
                line.booked_on.isoformat(),
                line.value_on.isoformat(),
                line.amount.minor,
                *(getattr(line, name) for name in _PLAIN),
            ]
            for line in statement.lines
        ],
    }


def unpack(told: dict[str, Any]) -> Statement:
    """The statement of `pack`."""
    currency = told["currency"]
    lines = tuple(
        StatementLine(
            booked_on=date.fromisoformat(booked_on),
            value_on=date.fromisoformat(value_on),
            amount=Money(currency, minor),
            **dict(zip(_PLAIN, rest, strict=True)),
        )
        for booked_on, value_on, minor, *rest in told["lines"]
    )
    return Statement(
        told["bank_account"],
        currency,
        lines,
        None if told["opening"] is None else Money(currency, told["opening"]),
        None if told["closing"] is None else Money(currency, told["closing"]),
        None if told["closed_on"] is None else date.fromisoformat(told["closed_on"]),
    )


def pack_refusal(refused: StatementRefused) -> dict[str, Any]:
    """Why there is no statement, as plain values."""
    return {"why": refused.why.value, "line": refused.line}


def refusal(told: dict[str, Any]) -> StatementRefused:
    """The refusal of `pack_refusal`."""
    return StatementRefused(Unfit(told["why"]), line=told["line"])
