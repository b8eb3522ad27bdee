# SPDX-License-Identifier: Apache-2.0
"""Every text that any law wants can be written, for a creditor and for an agency, and stands in the letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.contracts.golden_hours import countries
from tests.unit.outreach import cast

from conserje.config.wiring import wire
from conserje.data.outreach.letters import CreditorFacts, Dossier, InvoiceFacts, TouchFacts
from conserje.domain.outreach.decision import Asked
from conserje.services.outreach import law, law_texts, letter_amounts
from conserje.services.outreach.letter import Writing, _who, write

OTHERS = "Gestores Ejemplo S.A.S."
OWN_LOCALES = {"es": "es_CO", "en": "en", "pt": "pt_BR"}


def folders() -> Iterator[tuple[str, str]]:
    for item in countries():
        for code in sorted({pack.country for pack in item.packs() if pack.country}):
            for language in item.languages:
                yield code, language


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    wire()


def slots_of(country: str) -> tuple[str, ...]:
    rules = [rule for pack in law.stack_for(country=country).packs for rule in pack.mandatory_texts]
    return tuple(dict.fromkeys(rule.slot for rule in rules))


def dossier(country: str, role: str, locale: str) -> Dossier:
    brand = {
        "phone_published": "601 000 0000",
        "address": "Calle 1 # 2-3, Bogota",
        "policy_url": "https://taller.example/datos",
        "collector_name": OTHERS,
        "collector_tax_id": "901.111.111-1",
    }
    creditor = CreditorFacts(
        "c1",
        1,
        "Taller Ejemplo",
        "Taller Ejemplo S.A.S.",
        "900.000.000-0",
        country,
        cast.BOGOTA,
        locale,
        role,
        "Gestores",
        brand,
    )
    touch: dict[str, Any] = dict.fromkeys(TouchFacts.__dataclass_fields__, "")
    touch |= {"id": 1, "customer_id": 7, "contact_id": 1, "point_id": 10, "copies": [], "asked": []}
    touch |= {"stage": "friendly", "letter": "friendly", "purpose": "collection", "channel": "email"}
    touch |= {"contact_name": "Laura Perez", "customer_name": "Panaderia Uno", "customer_kind": "company"}
    touch |= {"episode_id": 3, "planned_at": cast.MORNING, "attempts": 0, "version": 1, "approved_by": ""}
    touch |= {"edit": None}
    invoice = InvoiceFacts(
        1,
        7,
        "FE-1042",
        "Sitio web",
        "",
        date(2026, 10, 1),
        "COP",
        1000,
        900,
        100,
        1000,
        date(2026, 11, 12),
        0,
        0,
    )
    return Dossier(creditor, (TouchFacts(**touch),), {1: invoice}, {})


@pytest.mark.parametrize("role", ["first_party", "agency"])
@pytest.mark.parametrize(("country", "language"), list(folders()))
def test_every_text_of_every_law_is_written_and_stands_in_the_letter(
    country: str, language: str, role: str
) -> None:
    locale, slots = OWN_LOCALES[language], slots_of(country)
    papers = dossier(country, role, locale)
    asked = (Asked(1, "COP", 1000, date(2026, 11, 12)),)
    case = cast.case(cast.due(1, late=5))
    case = cast.replace_country(case, country)
    writing = Writing(papers.touches[0], case, asked, slots, None)
    made = write(dossier=papers, writing=writing, methods=["pse"], now=cast.MORNING)
    invoices = [letter_amounts.invoice(dossier=papers, asked=asked[0], today=date(2026, 11, 17))]
    said = law_texts.texts(
        speaker=_who(papers.creditor)[1],
        country=country,
        slots=slots,
        locale=locale,
        invoices=invoices,
        sums=letter_amounts.balances(invoices=invoices),
    )
    left = law_texts.BUILT_IN if role == "first_party" else law_texts.BUILT_IN - {"creditor_identity"}
    assert set(said) == set(slots) - left
    plain = " ".join(made.letter.text.split())
    for slot, text in said.items():
        assert text.strip(), slot
        assert " ".join(text.split()) in plain, slot
    for known in ("Taller Ejemplo S.A.S.", "FE-1042"):
        assert known in plain
    if role == "first_party":
        assert "900.000.000-0" in plain
    if role == "agency" and {"creditor_identity", "collector_identity"} & set(slots):
        assert OTHERS in plain
    if role == "first_party":
        assert OTHERS not in plain


def test_texts_that_speak_of_the_letters_invoices_are_filled_anew_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = {
        "one": "{{ obligation.reference }} / {{ obligation.subject }}",
        "two": "{{ amount.balance }} = {{ amount.principal }} + {{ amount.tax }}",
        "three": "{{ creditor.address }}",
    }
    monkeypatch.setattr(law, "mandatory_text", lambda *, country, slot, locale: words[slot])
    papers = dossier("QQ", "first_party", "en")
    _, speaker = _who(papers.creditor)
    found = []
    for minor in (1000, 700):
        asked = Asked(1, "COP", minor, date(2026, 11, 12))
        invoices = [
            letter_amounts.invoice(dossier=papers, asked=asked, today=date(2026, 11, 17))
            | {"number": f"FE-{minor}"}
        ]
        found.append(
            law_texts.texts(
                speaker=speaker,
                country="QQ",
                slots=("one", "two", "three"),
                locale="en",
                invoices=invoices,
                sums=letter_amounts.balances(invoices=invoices),
            )
        )
    assert [item["one"] for item in found] == ["FE-1000 / Sitio web", "FE-700 / Sitio web"]
    assert [item["two"] for item in found] == ["COP 10 = COP 9 + COP 1", "COP 7 = COP 9 + COP 1"]
    assert {item["three"] for item in found} == {"Calle 1 # 2-3, Bogota"}
