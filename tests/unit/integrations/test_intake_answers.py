# SPDX-License-Identifier: Apache-2.0
"""Answers for a file, columns that override them, and nothing guessed."""

from __future__ import annotations

import pytest

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Consent
from conserje.services.integrations.intake_answers import AnswerRefused, Answers, allowed, facts
from conserje.services.outreach.permission import Basis

CONTRACT = Answers(
    country="CO", permission=Basis.CONTRACT, channels=(Channel.EMAIL,), permission_source="Contrato marco"
)


def test_the_zone_of_a_country_with_one_zone_is_no_guess() -> None:
    found = facts({}, answers=Answers(country="CO"))
    assert (found.country, found.time_zone, found.sources["time_zone"]) == ("CO", "America/Bogota", "country")
    assert facts({}, answers=Answers(country="MX")).time_zone == ""
    assert (
        facts({}, answers=Answers(country="MX", time_zone="America/Tijuana")).time_zone == "America/Tijuana"
    )


def test_a_column_overrides_the_answer() -> None:
    found = facts({"country": "mx", "customer_kind": "person"}, answers=Answers(country="CO", kind="company"))
    assert (found.country, found.kind) == ("MX", "person")
    assert found.sources == {"country": "column", "kind": "column"}
    assert found.time_zone == ""


def test_a_zone_answered_for_one_country_is_not_lent_to_another() -> None:
    found = facts({"country": "BR"}, answers=Answers(country="MX", time_zone="America/Tijuana"))
    assert found.time_zone == ""


def test_what_is_not_known_stays_empty() -> None:
    found = facts({"country": "ZZ", "time_zone": "Luna/Norte", "customer_kind": "cosa"}, answers=Answers())
    assert (found.country, found.time_zone, found.kind) == ("", "", "")
    assert found.doubts == ("country_unknown", "time_zone_unknown", "kind_unknown")


@pytest.mark.parametrize(
    ("word", "consent", "basis", "channels"),
    [
        ("", Consent.GRANTED, "contract", (Channel.EMAIL,)),
        ("sí", Consent.GRANTED, "contract", (Channel.EMAIL,)),
        ("Formulario web", Consent.GRANTED, "form", (Channel.EMAIL,)),
        ("WhatsApp, correo", Consent.GRANTED, "contract", (Channel.EMAIL, Channel.WHATSAPP)),
        (
            "No autorizado",
            Consent.REVOKED,
            "column",
            (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS, Channel.CALL),
        ),
        ("pendiente", Consent.UNKNOWN, "not_stated", ()),
    ],
)
def test_permission_by_column(word: str, consent: Consent, basis: str, channels: tuple[Channel, ...]) -> None:
    found = allowed({"permission": word}, answers=CONTRACT)
    assert (found.consent, found.basis, found.channels) == (consent, basis, channels)


def test_a_yes_without_any_channel_allows_nothing() -> None:
    assert allowed({"permission": "sí"}, answers=Answers()).consent is Consent.UNKNOWN
    assert allowed({}, answers=Answers()).consent is Consent.UNKNOWN


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "Colombia"},
        {"time_zone": "Bogota"},
        {"kind": "firm"},
        {"role": "friend"},
        {"permission": Basis.ORDER},
    ],
)
def test_answers_that_cannot_be_given_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(AnswerRefused):
        Answers(**wrong)  # type: ignore[arg-type]
