# SPDX-License-Identifier: Apache-2.0
"""What is asked once for a whole file, and how a column overrides it for one customer. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from conserje.domain.kit.text import fold, terms
from conserje.domain.ports.channel import Channel
from conserje.domain.ports.connector import Field
from conserje.domain.rules.facts import Consent, CreditorRole
from conserje.services.integrations import zones
from conserje.services.outreach.permission import Basis

_YES: Final = frozenset({"si", "sim", "yes", "y", "s", "true", "verdadero", "1", "x", "ok"}) | frozenset(
    {"granted", "permitido", "autorizado", "autorizada", "autoriza", "aceptado"}
)
_NO: Final = frozenset(
    [
        "no",
        "nao",
        "n",
        "false",
        "falso",
        "0",
        "revocado",
        "revocada",
        "revoked",
        "rechazado",
        "negado",
        "baja",
    ]
)
_BASES: Final = {
    Basis.CONTRACT: frozenset(["contrato", "contract"]),
    Basis.ORDER: frozenset(["orden", "pedido", "order", "compra", "ordem"]),
    Basis.FORM: frozenset(["formulario", "form", "formulario", "registro"]),
    Basis.OWN_EMAIL: frozenset(["propio", "propia", "own", "proprio"]),
}
_CHANNELS: Final = {
    Channel.EMAIL: frozenset(["correo", "email", "mail", "correos"]),
    Channel.WHATSAPP: frozenset(["whatsapp", "wa"]),
    Channel.SMS: frozenset(["sms", "texto"]),
    Channel.CALL: frozenset(["llamada", "llamadas", "telefono", "call", "calls", "ligacao"]),
}


class AnswerRefused(ValueError):
    """An answer for the whole file is not one of those that can be given; says which can."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer for every line of a file; empty means not stated.

    `country` is two letters, `time_zone` an IANA name (needed where a country has several), `kind` company or person,
    `role` a word of `CreditorRole`, `payments_through` the last day whose payments the file knows. `stated_by` is who
    answered. Raises `AnswerRefused`.
    """

    country: str = ""
    time_zone: str = ""
    kind: str = ""
    role: str = ""
    permission: Basis = Basis.NOT_STATED
    channels: tuple[Channel, ...] = ()
    permission_source: str = ""
    currency: str = ""
    payments_through: date | None = None
    stated_by: str = "system"

    def __post_init__(self) -> None:
        if self.country and not zones.of_country(country=self.country):
            raise AnswerRefused(
                f"'{self.country}' is not a country. Write its two capital letters, such as CO."
            )
        if self.time_zone and not zones.known(self.time_zone):
            raise AnswerRefused(f"'{self.time_zone}' is not a time zone. Write one such as America/Bogota.")
        if self.kind not in ("", "company", "person"):
            raise AnswerRefused(f"'{self.kind}' is no kind of customer. Answer company or person.")
        if self.role and self.role not in list(CreditorRole):
            raise AnswerRefused(f"'{self.role}' is not a role. Answer one of {', '.join(CreditorRole)}.")
        if self.permission is not Basis.NOT_STATED and not self.channels:
            raise AnswerRefused("Say for which channels the permission was given, such as email.")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is known of the permission of one customer: nothing when `consent` is unknown."""

    consent: Consent
    basis: str
    channels: tuple[Channel, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One customer's facts after column and answer were weighed. `sources` tells where each one stands."""

    country: str
    time_zone: str
    kind: str
    role: str
    subdivision: str
    city: str
    locale: str
    sources: Mapping[str, str]
    doubts: tuple[str, ...] = ()


def facts(columns: Mapping[str, str], *, answers: Answers) -> Facts:
    """The facts of one customer: its columns first, then the file's answers, then the only zone of a country."""
    doubts: list[str] = []
    sources: dict[str, str] = {}

    def pick(name: str, column: Field, answer: str) -> str:
        word = columns.get(column.value, "")
        chosen = word or answer
        if chosen:
            sources[name] = "column" if word else "answer"
        return chosen

    country = pick("country", Field.COUNTRY, answers.country).upper()
    if country and not zones.of_country(country=country):
        doubts.append("country_unknown")
        sources.pop("country")
        country = ""
    time_zone = pick(
        "time_zone", Field.TIME_ZONE, answers.time_zone if country in ("", answers.country) else ""
    )
    if time_zone and not zones.known(time_zone):
        doubts.append("time_zone_unknown")
        time_zone = ""
    if not time_zone and (time_zone := zones.only_zone(country=country)):
        sources["time_zone"] = "country"
    kind = pick("kind", Field.CUSTOMER_KIND, answers.kind)
    if kind not in ("", "company", "person"):
        doubts.append("kind_unknown")
        kind = ""
    role = pick("creditor_role", Field.CREDITOR_ROLE, answers.role)
    return Facts(
        country,
        time_zone,
        kind,
        role,
        pick("subdivision", Field.SUBDIVISION, "")[:12],
        pick("city", Field.CITY, ""),
        pick("locale", Field.LANGUAGE, ""),
        sources,
        tuple(doubts),
    )


def allowed(columns: Mapping[str, str], *, answers: Answers) -> Allowed:
    """The permission of one customer. A column may say yes, no, a ground ("contrato") or channels ("correo, whatsapp").

    A word that is none of these grants nothing, whatever the answer for the file.
    """
    word = columns.get(Field.PERMISSION.value, "")
    answer = Allowed(
        Consent.UNKNOWN if answers.permission is Basis.NOT_STATED else Consent.GRANTED,
        answers.permission.value,
        answers.channels,
        answers.permission_source,
    )
    said = frozenset(terms(word))
    if not said:
        return answer
    if fold(word).startswith(("no ", "nao ")) or (said & _NO and not said & _YES):
        every = tuple(dict.fromkeys((*answers.channels, *_CHANNELS)))
        return Allowed(Consent.REVOKED, "column", every, word)
    basis = next((ground.value for ground, words in _BASES.items() if said & words), "")
    channels = tuple(channel for channel, words in _CHANNELS.items() if said & words)
    if not (basis or channels or said & _YES):
        return Allowed(Consent.UNKNOWN, Basis.NOT_STATED.value, (), word)
    ground = basis or (Basis.OTHER.value if answer.consent is Consent.UNKNOWN else answer.basis)
    reached = channels or answers.channels
    return Allowed(Consent.GRANTED if reached else Consent.UNKNOWN, ground, reached, word)
