# SPDX-License-Identifier: Apache-2.0
"""The question nobody may ask: why a customer has not paid (Ley 2300 de 2023 art. 7, CO). Offering options is fine.

Patterns meet folded text: lower case, no accents, single spaces. "¿Qué fecha le sirve?" asks for no reason.
"""

from __future__ import annotations

from dataclasses import dataclass

ASK_REASON = "ask_reason_for_default"


@dataclass(frozen=True, slots=True)
class Phrase:
    """`pattern` in `language` ("" is any). `only_by_law`: refused only where a pack forbids the category."""

    category: str
    language: str
    pattern: str
    alternative: str
    only_by_law: bool = False


def _why(language: str, *patterns: str, only_by_law: bool = False) -> tuple[Phrase, ...]:
    return tuple(Phrase(ASK_REASON, language, item, "offer_options", only_by_law) for item in patterns)


_NEAR = r"[^.?!]{0,60}?"
_PAY_ES = r"(?:pag\w*|cancel\w*|abon\w*|cumpl\w*|atras\w*|retras\w*|demor\w*|mora\b|deb\w*|consign\w*)"
_LATE_ES = r"(?:no pago|impago|mora|atraso|retraso|demora|incumplimiento|falta de pago)"
_PAY_EN = r"(?:pa(?:y|id|ying|yment)\w*|settl\w*|late|overdue|behind|delay\w*|missed)"
_PAY_PT = r"(?:pag\w*|quit\w*|atras\w*|dev\w*|acert\w*)"
_LATE_PT = r"(?:atraso|nao pagamento|inadimplencia|demora|falta de pagamento)"
_ASKED_ES = r"(?:el|la|los|las|su|sus|tu|este|esta|ese|esa) "

QUESTIONS: tuple[Phrase, ...] = (
    *_why(
        "es",
        rf"\b(?:por ?que|porque)\b{_NEAR}\b(?:no|aun|todavia)\b{_NEAR}\b{_PAY_ES}[^.!?]*\?",
        rf"\bpor que\b(?: razon| motivo)?{_NEAR}\b(?:atras|retras|demor|tard|incumpl|dej\w* de)\w*",
        rf"\b(?:motivo|razon|causa|explicacion)(?:es)? (?!social\b)(?:\w+ ){{0,3}}?(?:de|del|por|para) "
        rf"(?:{_ASKED_ES})?{_LATE_ES}\b",
        rf"\b(?:cual|cuales|que) (?:(?:es|fue|son|fueron) )?(?:{_ASKED_ES})?(?:motivo|razon|causa)(?:es|s)?\b"
        r"(?! social)[^.!?]*\?",
        rf"\ba que se debe\b{_NEAR}(?:{_LATE_ES}|{_PAY_ES})",
        rf"\b(?:que|como) (?:(?:le|te|les|nos) )?(?:impid|imposibilit|ocurri|sucedi)\w*\b{_NEAR}\b{_PAY_ES}"
        r"[^.!?]*\?",
        rf"\bque (?:le|te|les) paso\b{_NEAR}\b{_PAY_ES}[^.!?]*\?",
        r"\b(?:cuente(?:nos|me)|diga(?:nos|me)|explique(?:nos|me)) (?:por ?que|que (?:le )?paso|el motivo|la razon)\b",
    ),
    *_why(
        "es",
        r"\b(?:hay algo|existe algo|que es lo) que (?:(?:la|lo|le|los|las|les|te|se)\b ?)?(?:este?a?n? )?"
        r"(?:\w+ ){0,2}?(?:deten|deteni|impid|fren|bloque|pasa|ocurr|suced)\w*",
        only_by_law=True,
    ),
    *_why(
        "en",
        rf"\bwhy\b{_NEAR}\b(?:not|haven|hasn|have|has|is|are|did|didn|aren|isn)\b{_NEAR}\b{_PAY_EN}",
        rf"\breasons? (?:for|why|behind|of)\b{_NEAR}\b(?:non-?payment|{_PAY_EN})",
        r"\bwhat(?: is| was|'s) the (?:reason|cause)\b",
        r"\bwhat(?: is| has been|'s)? (?:holding|stopping|stopped|keeping|kept|preventing|prevented)\b",
    ),
    *_why(
        "en",
        r"\bis (?:there )?(?:anything|something) (?:that is |that's )?(?:holding|stopping|keeping|preventing)\b",
        only_by_law=True,
    ),
    *_why(
        "pt",
        rf"\bpor ?que\b{_NEAR}\b(?:nao|ainda)\b{_NEAR}\b{_PAY_PT}",
        rf"\b(?:motivo|razao|causa)s? (?!social\b)(?:\w+ ){{0,3}}?(?:de|do|da|para|pelo|pela) (?:\w+ )?{_LATE_PT}\b",
    ),
    *_why(
        "pt",
        r"\b(?:ha|tem|existe) algo (?:que (?:o |a |lhe )?(?:esta |esteja )?)?(?:\w+ )?"
        r"(?:impedi|atrapalh|segurand)\w*",
        only_by_law=True,
    ),
)
