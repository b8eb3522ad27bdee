# SPDX-License-Identifier: Apache-2.0
"""Every country folder keeps one contract: cases for each rule, words for each slot, certified days, golden hours."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from liquid import Environment, StrictUndefined
from tests.contracts.golden_hours import GOLDEN_YEARS, countries, golden, lines, path_of

from conserje.countries.reading import Country
from conserje.domain.rules.cases import CaseError, CaseResult, run, stack_of, uncovered
from conserje.domain.rules.content import check
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.phrases import Place
from conserje.domain.rules.reasons import sentence
from conserje.domain.rules.verdict import Ruling
from conserje.domain.rules.vocabulary import Basis, Confidence
from conserje.wording import samples
from conserje.wording.render import letter
from conserje.wording.values import KINDS

# Plain values a mandatory text may use; whoever renders one fills these names (`collector` is nil for a creditor who
# writes for itself).
PLACEHOLDERS: dict[str, dict[str, str] | None] = {
    "creditor": {"legal_name": "Taller Ejemplo S.A.S.", "tax_id": "900.000.000-0", "phone": "601 000 0000"},
    "collector": {"legal_name": "Concierge Ejemplo S.A.S.", "tax_id": "900.000.001-1"},
    "obligation": {"reference": "FE-1042", "subject": "Rediseño del sitio"},
    "amount": dict.fromkeys(("balance", "principal", "tax", "paid", "interest", "fees"), "1"),
    "links": dict.fromkeys(("preferences", "data_policy", "complaint"), "https://pagos.example"),
}


COUNTRIES = countries()
PACKS = [pack for country in COUNTRIES for pack in country.packs()]
each_country = pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
each_pack = pytest.mark.parametrize(
    "pack", PACKS, ids=lambda pack: f"{pack.id}-{pack.country}" if pack.stands_in else pack.id
)


def worked(country: Country) -> list[tuple[dict, CaseResult]]:
    stack = stack_of(country.packs())
    return [(case, run(case=case, stack=stack)) for case in country.cases()]


def test_both_first_countries_are_found() -> None:
    assert {"CO", "XX"} <= {country.code for country in COUNTRIES}


@each_country
def test_the_code_is_the_folder(country: Country) -> None:
    assert country.folder.name == country.code.lower()
    assert country.packs()[0].id == country.code
    for pack in country.packs()[1:]:
        assert pack.subdivision or pack.stands_in, "a second pack of a country is of a subdivision"
        assert pack.country == country.packs()[0].country or pack.stands_in
    if any(pack.country and not pack.stands_in for pack in country.packs()):
        assert country.authority is not None
        assert country.authority.name
        assert country.authority.site.startswith("https://")


@each_country
def test_what_is_only_vaguely_remembered_is_not_law(country: Country) -> None:
    for pack in country.packs():
        for rule in pack.rules():
            assert (rule.basis, rule.confidence) != (Basis.LAW, Confidence.MEMORY_LOW), rule.id


@each_country
def test_every_case_comes_out_as_written(country: Country) -> None:
    wrong = [
        f"{case['file']}: {case['name']}: {result.problems}"
        for case, result in worked(country)
        if result.problems
    ]
    assert not wrong, "\n".join(wrong)


@each_country
def test_every_rule_is_in_a_case_and_refuses_in_one(country: Country) -> None:
    assert not uncovered(packs=country.packs(), worked=worked(country))


@each_country
def test_every_reason_given_can_be_told(country: Country) -> None:
    for _, result in worked(country):
        for hit in result.hits:
            told = sentence(hit=hit)
            assert "{" not in told, told


@each_country
def test_case_names_are_not_repeated(country: Country) -> None:
    names = Counter(case["name"] for case in country.cases())
    assert max(names.values()) == 1, [name for name, count in names.items() if count > 1]


@each_country
def test_every_slot_has_words_that_render_and_are_courteous(country: Country) -> None:
    environment = Environment(undefined=StrictUndefined)
    slots = {rule.slot for pack in country.packs() for rule in pack.mandatory_texts}
    forbidden = frozenset(rule.category for pack in country.packs() for rule in pack.forbidden_content)
    for language in country.languages:
        for slot in slots:
            text = country.mandatory_text(slot, language)
            said = environment.from_string(text).render(**PLACEHOLDERS)
            alone = environment.from_string(text).render(**{**PLACEHOLDERS, "collector": None})
            for words in (said, alone):
                assert words.strip()
                found = check(text=words, language=language, pack_forbidden=forbidden)
                # Where a law prescribes its words, the house's own taste in words gives way.
                assert not [item for item in found if not item.may_stand], (slot, words)


@each_pack
def test_no_pack_claims_a_lawyer(pack: Pack) -> None:
    assert not pack.signed_off, "only a lawyer admitted there signs a pack off, by name and date"


@each_pack
def test_law_names_its_source_and_every_year_is_certified(pack: Pack) -> None:
    assert not pack.holidays.doubts
    assert not pack.windows or {2026, 2027} <= pack.holidays.certified
    for rule in pack.rules():
        assert rule.basis is not Basis.LAW or rule.source, rule.id


def told_of_review(pack: Pack, today: date) -> str:
    """What the output of the tests says about the review of a pack; nothing while it is far away."""
    if today > pack.review_by:
        return f"Pack {pack.label} was to be reviewed by {pack.review_by}."
    if today >= pack.review_by - timedelta(days=30):
        return f"Pack {pack.label} is to be reviewed by {pack.review_by}, within 30 days."
    return ""


@each_pack
def test_review_date_warns(pack: Pack) -> None:
    said = told_of_review(pack, datetime.now(UTC).date())
    if said:
        warnings.warn(said, UserWarning, stacklevel=1)
    assert pack.review_by < date(2028, 12, 31), "a review date beyond two years is no review date"


def test_a_review_that_is_near_or_past_is_told() -> None:
    pack = PACKS[0]
    assert not told_of_review(pack, pack.review_by - timedelta(days=31))
    assert "within 30 days" in told_of_review(pack, pack.review_by - timedelta(days=30))
    assert "within 30 days" in told_of_review(pack, pack.review_by)
    assert "was to be reviewed" in told_of_review(pack, pack.review_by + timedelta(days=1))


@each_pack
@pytest.mark.parametrize("year", GOLDEN_YEARS)
def test_open_hours_are_those_of_the_golden_file(pack: Pack, year: int) -> None:
    path, now = path_of(pack, year), lines(pack, year)
    assert path.exists(), (
        f"No golden file {path.name}. Read these hours and, if right, save them with "
        f"`python -m tests.contracts.golden_hours {pack.id}`:\n" + "\n".join(now)
    )
    was = path.read_text(encoding="utf-8").splitlines()
    assert now == was, "Open hours changed. If the law did, read the difference and save it."


def test_a_changed_window_is_seen_by_the_golden_file() -> None:
    pack = PACKS[0]
    earlier = pack.windows[0].closes_minute - 30
    windows = (replace(pack.windows[0], closes_minute=earlier), *pack.windows[1:])
    assert golden(replace(pack, windows=windows), 2026) != golden(pack, 2026)


def test_a_rule_without_a_case_is_seen() -> None:
    country = next(item for item in COUNTRIES if item.code == "CO")
    results = [item for item in worked(country) if "CO.N3" not in item[1].rules]
    assert uncovered(packs=country.packs(), worked=results) == ["CO.N3 is in no case"]
    milder = [(case, replace(result, ruling=Ruling.ALLOW)) for case, result in worked(country)]
    assert "CO.W1 is in no case that refuses" in uncovered(packs=country.packs(), worked=milder)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"ruling": "allow_with_text"}, "ruling: expected allow_with_text, got defer_until"),
        ({"rules": ["CO.W2"]}, "rule CO.W2 did not speak"),
        ({"reasons": ["holiday"]}, "reason holiday did not speak"),
        ({"next": "2026-11-20T08:00:00"}, "next instant: expected"),
        ({"texts": ["creditor_identity"]}, "text creditor_identity did not speak"),
    ],
)
def test_a_wrong_case_is_seen(change: dict, problem: str) -> None:
    country = next(item for item in COUNTRIES if item.code == "CO")
    case = next(case for case in country.cases() if case["name"].startswith("Friday one second before seven"))
    result = run(case={**case, "expect": {**case["expect"], **change}}, stack=RuleStack(country.packs()))
    assert any(text.startswith(problem) for text in result.problems), result.problems


def test_a_misspelt_case_is_refused() -> None:
    stack = RuleStack(PACKS[:1])
    case = {
        "name": "typo",
        "at": datetime(2026, 11, 20, 10, tzinfo=UTC),
        "expct": {},
        "expect": {"ruling": "deny"},
    }
    with pytest.raises(CaseError, match="unknown key 'expct'"):
        run(case=case, stack=stack)
    case = {"name": "typo", "at": "soon", "expect": {"ruling": "deny"}}
    with pytest.raises(CaseError, match="Case 'typo'"):
        run(case=case, stack=stack)


@each_country
@pytest.mark.parametrize("locale", ["es", "es_CO", "en"])
def test_every_letter_of_ours_may_be_told_to_its_customers(country: Country, locale: str) -> None:
    forbidden = frozenset(rule.category for pack in country.packs() for rule in pack.forbidden_content)
    for kind in KINDS:
        for values in samples.trials():
            made = letter(kind=kind, locale=locale, values=values)
            said = ((made.subject, Place.PREVIEW), (made.preheader, Place.PREVIEW), (made.text, Place.BODY))
            for words, place in said:
                assert not check(text=words, language=locale, pack_forbidden=forbidden, place=place), words
