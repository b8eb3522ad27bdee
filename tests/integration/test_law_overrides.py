# SPDX-License-Identifier: Apache-2.0
"""A creditor's own rules: kept with reason, person and dates; they bind every judgement and are named in it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.cli.law import law as law_command
from conserje.data.outreach.models import Decision, LawOverride, Review
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.registry import countries
from conserje.domain.rules.overrides import OverrideRefused, Refusal
from conserje.domain.rules.own import OwnRule
from conserje.domain.rules.vocabulary import Basis
from conserje.services.outreach import override, replay, sweep
from conserje.services.tenancy.act import acting, reading

TODAY = date(2026, 11, 17)
WEEK = timedelta(days=7)


def own(**given: object) -> OwnRule:
    usual = {"id": 0, "by": "person:7", "since": TODAY, "until": TODAY + WEEK}
    return OwnRule(**(usual | given))


def place(creditor: Creditor, rule: OwnRule, reason: str = "Acordado con el gremio") -> int:
    return override.place(creditor_id=creditor.id, rule=rule, reason=reason, now=TUESDAY)


def decided(creditor: Creditor, **at: timedelta) -> Decision:
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY + at.get("after", timedelta()))
    with acting(creditor_id=creditor.id):
        return Decision.objects.latest("id")


def policy() -> str:
    """A rule of Colombia's pack that is our own policy."""
    pack = next(pack for item in countries.all() for pack in item.packs() if pack.id == "CO")
    return next(rule.id for rule in pack.forbidden_content if rule.basis is Basis.POLICY)


def test_what_is_tightened_holds_is_named_and_is_replayed_after_it_ended(creditor: Creditor) -> None:
    book.set_up(creditor, world=None, mode="draft")
    one = book.customer(creditor)
    book.invoice(creditor, one, "FE-1", due_on=book.days_late(5))
    number = place(creditor, own(channels=("email",), until=None))
    shut = decided(creditor)
    assert f"CO+OWN 2026.11.0 +OWN.{number}=2026-11-17.." in shut.packs
    assert shut.kind != "contact"

    with acting(creditor_id=creditor.id):
        before = Review.objects.get(customer=one).version
    override.end(
        creditor_id=creditor.id, override_id=number, by="person:8", reason="Ya no hace falta", now=TUESDAY
    )
    with acting(creditor_id=creditor.id):
        assert Review.objects.get(customer=one).version == before + 1
    assert "OWN" not in decided(creditor).packs
    with reading(creditor_id=creditor.id):
        assert replay.replay(creditor_id=creditor.id, decision_id=shut.id).same
        (kept,) = override.every(creditor_id=creditor.id)
    assert (kept.reason, kept.ended_by, kept.holds(TODAY)) == ("Acordado con el gremio", "person:8", False)
    with pytest.raises(override.UnknownOverride):
        override.end(
            creditor_id=creditor.id, override_id=number, by="person:8", reason="Ya no hace falta", now=TUESDAY
        )


def test_policy_is_relaxed_for_a_while_and_the_decisions_say_so(creditor: Creditor) -> None:
    book.set_up(creditor, world=None, mode="draft")
    one = book.customer(creditor)
    book.invoice(creditor, one, "FE-1", due_on=book.days_late(5))
    rule = policy()
    place(creditor, own(relaxes=rule))
    assert f"+without {rule}=2026-11-17..2026-11-24" in decided(creditor).packs
    with acting(creditor_id=creditor.id):
        Review.objects.update(next_review_at=TUESDAY)
    assert rule not in decided(creditor, after=timedelta(days=9)).packs


@pytest.mark.parametrize(
    ("rule", "reason", "why"),
    [
        (own(relaxes="CO.W1"), "x", Refusal.NOT_POLICY),
        (own(relaxes="CO.ZZ"), "x", Refusal.NO_SUCH_RULE),
        (own(relaxes="CO.W1"), " ", Refusal.NO_REASON),
        (own(relaxes="CO.W1", until=TODAY + timedelta(days=367)), "x", Refusal.NO_END),
        (own(relaxes="CO.W1", until=None), "x", Refusal.NO_END),
        (own(), "x", Refusal.OTHER_KIND),
        (own(channels=("email",), by=""), "x", Refusal.NO_PERSON),
        (own(channels=("email",)), "", Refusal.NO_REASON),
        (own(at_most=1, per="week", gap_days=3), "x", Refusal.OTHER_KIND),
    ],
)
def test_what_may_not_be_changed_is_refused_with_its_reason(
    creditor: Creditor, rule: OwnRule, reason: str, why: Refusal
) -> None:
    with pytest.raises(OverrideRefused) as refused:
        place(creditor, rule, reason)
    assert refused.value.why is why
    with acting(creditor_id=creditor.id):
        assert not LawOverride.objects.exists()


def test_the_command_relaxes_tightens_lists_and_ends(creditor: Creditor) -> None:
    def asked(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(law_command, [*words, "--creditor", creditor.public_id])
        return result.exit_code, result.output

    said = ("--reason", "Acordado", "--by", "7", "--from", "2026-11-01")
    code, output = asked("relax", "CO.W1", "--until", "2026-12-01", *said)
    assert code == 1
    assert "CO.W1: it is law, or a platform's rule" in output
    assert asked("relax", policy(), "--until", "2027-06-01", *said)[0] == 0
    assert asked("tighten", "--at-most", "1", "--per", "week", *said)[0] == 0
    rows = json.loads(asked("overrides", "--json")[1])["overrides"]
    assert [(row["relaxes"], row["reason"], row["holds"]) for row in rows] == [
        (False, "Acordado", True),
        (True, "Acordado", True),
    ]
    assert f"+without {policy()}" in asked("show", "CO")[1]
    assert "CO+OWN" in asked("show", "CO")[1]
    assert "CO+OWN" in asked("why", "CO", "--at", "2026-11-20 10:00", "--fact", "zones=America/Bogota")[1]
    ending = ("overrides", "--end", str(rows[0]["override"]), "--json")
    assert asked(*ending)[0] == 1, "nothing ends without a reason"
    ended = json.loads(asked(*ending, "--reason", "Ya no")[1])["overrides"]
    assert [row["holds"] for row in ended] == [False, True]
