# SPDX-License-Identifier: Apache-2.0
"""A platform joins every country, what stands in serves countries without a folder, a subdivision binds when unsure."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from conserje.countries.co import ADAPTER as CO
from conserje.countries.reading import Authority, Country
from conserje.countries.strict_yaml import PackError
from conserje.countries.xx import ADAPTER as XX
from conserje.domain.ports.registry import countries
from conserje.domain.rules.cases import run, stack_of
from conserje.domain.rules.gate import RuleStack
from conserje.services.outreach import law

HEAD = {
    "schema": "rulepack/v1",
    "version": "2026.11.0",
    "signed_off": False,
    "review_by": "2027-05-31",
    "effective_from": "2025-01-01",
    "sources": {"P-1": "Rules of a platform"},
}
EVERYBODY = {"creditors": ["*"], "debtors": ["*"], "purposes": ["*"]}
RULE = {"basis": "policy", "confidence": "MH"}


def made(tmp_path: Path, name: str, pack: dict) -> Country:
    folder = tmp_path / name
    (folder / "wording").mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({**HEAD, **pack}, sort_keys=False).replace("'2027-05-31'", "2027-05-31")
    (folder / "pack.yaml").write_text(text.replace("'2025-01-01'", "2025-01-01"), encoding="utf-8")
    words = "how_to_stop:\n  text: Para salir escriba BAJA.\n  source: P-1\n"
    (folder / "wording" / "es.yaml").write_text(words, encoding="utf-8")
    return Country(code=name.upper(), folder=folder, authority=None)


def platform(tmp_path: Path) -> Country:
    return made(
        tmp_path,
        "pigeons",
        {
            "pack": "PIGEONS",
            "platform": "whatsapp",
            "applies_to": {**EVERYBODY, "channels": ["whatsapp"]},
            "forbidden_channels": [
                {
                    "id": "PIGEONS.V1",
                    "channels": ["whatsapp"],
                    "applies_to": {"creditors": ["agency"]},
                    **RULE,
                }
            ],
            "consents": [{"id": "PIGEONS.A1", "channels": ["whatsapp"], **RULE}],
            "mandatory_texts": [
                {
                    "id": "PIGEONS.T1",
                    "slot": "how_to_stop",
                    "when": "every_contact",
                    "purposes": ["*"],
                    **RULE,
                }
            ],
        },
    )


def standing_in(tmp_path: Path) -> Country:
    days = ["mon", "tue", "wed", "thu", "fri"]
    return made(
        tmp_path,
        "strict",
        {
            "pack": "STRICT",
            "applies_to": EVERYBODY,
            "holidays": {"provider": "holidays", "min_version": "0.109"},
            "fallback_for": {
                "BO": {"zones": ["America/La_Paz"], "expected_count": {2026: 14}},
                "XX": {"zones": ["America/Santiago"], "expected_count": {2026: 0}, "categories": ["public"]},
            },
            "windows": [{"id": "STRICT.W1", "days": days, "from": "09:00", "to": "18:00", **RULE}],
        },
    )


def ruling(stack: RuleStack, **case: object) -> str:
    result = run(
        case={"name": "asked", "at": "2026-11-16 10:00:00", "expect": {"ruling": "any"}, **case}, stack=stack
    )
    return result.got


def test_a_platform_limits_its_channel_in_every_country(tmp_path: Path) -> None:
    stack = RuleStack((*XX.packs(), *platform(tmp_path).packs()))
    asked = {"contact": {"channel": "whatsapp"}}
    assert ruling(stack, **asked) == "allow_with_text"
    assert ruling(stack, **asked, customer={"consent": {"sms": "granted"}}) == "deny"
    agency = {"creditor_role": "agency"}
    assert ruling(stack, **asked, customer=agency) == "deny"
    assert ruling(stack, contact={"channel": "sms"}, customer=agency) == "allow_with_text"


def test_a_platform_alone_is_judged_in_a_land_without_rules(tmp_path: Path) -> None:
    stack = stack_of(platform(tmp_path).packs())
    assert ruling(stack, contact={"channel": "whatsapp"}) == "allow_with_text"
    assert ruling(stack, contact={"channel": "sms"}) == "allow"
    assert ruling(RuleStack(platform(tmp_path).packs()), contact={"channel": "whatsapp"}) == "needs_human"


def test_what_stands_in_becomes_a_pack_of_each_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holidays.country_holidays", lambda *_, **__: {})
    with pytest.raises(PackError, match="expected_count is empty"):
        made(
            tmp_path,
            "empty",
            {"pack": "E", "applies_to": EVERYBODY, "holidays": {}, "fallback_for": {"BO": {"zones": []}}},
        ).packs()
    packs = standing_in(tmp_path).packs()
    assert [(pack.id, pack.country, pack.stands_in) for pack in packs] == [
        ("STRICT", "BO", True),
        ("STRICT", "XX", True),
    ]
    assert packs[0].zones == ("America/La_Paz",)


def test_a_folder_of_its_own_comes_before_what_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holidays.country_holidays", lambda *_, **__: {})
    monkeypatch.setattr(
        countries,
        "_adapters",
        {"aaa": standing_in(tmp_path), "co": CO, "pigeons": platform(tmp_path), "xx": XX},
    )
    law.stack_for.cache_clear()
    law.mandatory_text.cache_clear()
    try:
        assert [pack.id for pack in law.stack_for(country="BO").packs] == ["STRICT", "PIGEONS"]
        assert [pack.id for pack in law.stack_for(country="xx").packs] == ["XX", "XX-NO", "PIGEONS"]
        assert law.stack_for(country="QQ").packs == ()
        own = law.mandatory_text(country="XX", slot="how_to_stop", locale="es_CL")
        assert "links.preferences" in own
        assert law.mandatory_text(country="CO", slot="how_to_stop", locale="es").startswith("Para salir")
        with pytest.raises(LookupError, match="No folder has words"):
            law.mandatory_text(country="XX", slot="how_to_fly", locale="es")
        assert isinstance(law.authority(country="XX"), Authority)
        assert law.authority(country="QQ") is None
    finally:
        law.stack_for.cache_clear()
        law.mandatory_text.cache_clear()


def subdivided(tmp_path: Path, **more: object) -> RuleStack:
    country = {
        "pack": "RU",
        "country": "RU",
        "applies_to": EVERYBODY,
        "zones": ["UTC"],
        "holidays": {"provider": "none", "expected_count": {2026: 0}},
    }
    part = {
        **country,
        "pack": "RU-N",
        "subdivision": "N",
        "windows": [
            {"id": "RU-N.W1", "channels": ["call"], "days": ["*"], "from": "11:00", "to": "18:00", **RULE}
        ],
        **more,
    }
    return RuleStack((*made(tmp_path, "ru", country).packs(), *made(tmp_path, "n", part).packs()))


@pytest.mark.parametrize(
    ("subdivision", "bound"), [("N", True), ("N-CITY", True), ("S", False), ("NN", False), ("", True)]
)
def test_a_subdivision_binds_its_own_and_whoever_may_live_there(
    tmp_path: Path, subdivision: str, bound: bool
) -> None:
    stack = subdivided(tmp_path)
    asked = {"customer": {"country": "RU", "subdivision": subdivision, "zones": ["UTC"]}}
    assert ruling(stack, contact={"channel": "call"}, **asked) == ("defer_until" if bound else "allow")
    assert ruling(stack, contact={"channel": "email"}, **asked) == "allow", (
        "it limits only the channels it names"
    )


def test_a_subdivision_may_leave_the_unsure_alone_or_shut_other_channels(tmp_path: Path) -> None:
    asked = {"customer": {"country": "RU", "zones": ["UTC"]}}
    lenient = subdivided(tmp_path / "a", if_place_unknown="skip")
    assert ruling(lenient, contact={"channel": "call"}, **asked) == "allow"
    shut = subdivided(tmp_path / "b", other_channels="shut")
    assert ruling(shut, contact={"channel": "email"}, **asked) == "deny"


def test_the_place_of_the_creditor_may_select_a_pack(tmp_path: Path) -> None:
    stack = subdivided(tmp_path, jurisdiction_test=["debtor_address", "creditor_place"])
    asked = {"country": "RU", "subdivision": "S", "zones": ["UTC"]}
    assert ruling(stack, contact={"channel": "call"}, customer=asked) == "allow"
    there = {**asked, "creditor_place": "RU-N"}
    assert ruling(stack, contact={"channel": "call"}, customer=there) == "defer_until"
