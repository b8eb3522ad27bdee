# SPDX-License-Identifier: Apache-2.0
"""What a letter says, read as its customer reads it: which invoices, what amounts, what comes next and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
NUMBER = re.compile(r"\bC\d{5}-\d{3}\b")
_AMOUNT = re.compile(r"\$\s?([\d.]+)(?:,(\d{2}))?")
_BALANCE = re.compile(r"Saldo(?: a hoy)?: \$\s?([\d.]+)(?:,(\d{2}))?")
_NEXT = re.compile(r"Qué sigue: si no hay novedad, el (?:\w+ )?(\d{1,2}) de (\w+)(?: de (\d{4}))?")

# By which words a letter is known; the ladder goes down this list.
LADDER = ("preventive", "friendly", "follow_up", "follow_up_second", "formal", "formal_second", "final")
# The ladder of subscriptions and orders, with the whole days between a letter and the one before it.
SHOPPERS = {"card_failed": 3, "card_again": 4, "card_ways": 5, "card_pause": 5}
_ENDS = ("este es el último mensaje", "revisará el asunto", "dejaremos de escribirle")
_SERVICE = (
    "Su tarjeta vence pronto",
    "Su suscripción quedó cancelada",
    # Answers to what the customer said.
    "Respondimos ",
    "Nuestra propuesta sobre ",
    "Aceptamos su ",
    "Terminamos de revisar ",
    "Las cuotas que podemos ofrecerle",
    "Sobre el plan de cuotas que nos propuso",
)
_KNOWN_BY = (
    ("final", "nuestra última carta"),
    ("formal_second", "segunda comunicación formal"),
    ("formal", "comunicación formal"),
    ("card_failed", "El pago de su tarjeta no pasó"),
    ("card_again", "Su tarjeta, en un toque"),
    ("card_ways", "Otras formas de seguir"),
    ("card_pause", "en pausa"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """`step` as the ladder calls it, "thanks" for a confirmation; amounts in minor units, `total` what is asked."""

    step: str
    numbers: tuple[str, ...]
    asked: tuple[tuple[str, int], ...]
    total: int
    next_on: date | None
    is_last: bool


def read(*, subject: str, text: str, today: date) -> Letter:
    """The letter behind `subject` and `text`, received on the local day `today`."""
    numbers = tuple(dict.fromkeys(NUMBER.findall(subject + "\n" + text)))
    if subject.strip().startswith("Recibimos su pago"):
        return Letter("thanks", numbers, (), 0, None, False)
    found = _BALANCE.search(text)
    total = _minor(found.group(1), found.group(2)) if found else 0
    asked = tuple(_rows(text)) or tuple((number, total) for number in numbers[:1])
    ends = any(words in text for words in _ENDS)
    return Letter(_step(subject, text), numbers, asked, total, _next_on(text, today), ends)


def is_service(subject: str) -> bool:
    """Whether a letter asks for no money: a card that ends, a subscription cancelled, an answer."""
    return subject.strip().startswith(_SERVICE)


def _step(subject: str, text: str) -> str:
    for step, words in _KNOWN_BY:
        if words in subject:
            return step
    if "por si le ayuda a programar" in text:
        return "preventive"
    if "Vuelvo a escribirle" in text:
        return "follow_up_second"
    return "follow_up" if "¿Qué le sirve más?" in text else "friendly"


def _rows(text: str) -> list[tuple[str, int]]:
    """The lines of the table of invoices: a number, a date, an amount."""
    found = []
    for line in text.splitlines():
        number, amounts = NUMBER.search(line), _AMOUNT.findall(line)
        if number is not None and amounts and "Saldo" not in line:
            found.append((number.group(0), _minor(*amounts[-1])))
    return found


def _minor(whole: str, cents: str | None) -> int:
    return int(whole.replace(".", "")) * 100 + int(cents or 0)


def _next_on(text: str, today: date) -> date | None:
    found = _NEXT.search(" ".join(text.replace("*", "").split()))
    if found is None or found.group(2) not in _MONTHS:
        return None
    month, day = _MONTHS.index(found.group(2)) + 1, int(found.group(1))
    if found.group(3):
        return date(int(found.group(3)), month, day)
    year = today.year if (month, day) >= (today.month, today.day) else today.year + 1
    return date(year, month, day)
