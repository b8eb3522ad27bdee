# SPDX-License-Identifier: Apache-2.0
"""Lines of the bank against what is open: who, how much, and never on a doubt."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.countries.co import ADAPTER as CO
from conserje.countries.mx import ADAPTER as MX
from conserje.countries.pe import ADAPTER as PE
from conserje.countries.xx import ADAPTER as XX
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.candidates import (
    Asked,
    Booked,
    Candidates,
    Credit,
    Owed,
    Payer,
    name_key,
    tax_keys,
    text_key,
    unpadded,
)
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.matching import LineState, Match, MatchKind, match, match_all
from conserje.domain.receivables.withheld import Bases, Kind, Withheld, explain, kinds
from conserje.domain.rules.taxes import TaxBase

ON = date(2026, 11, 17)
ANA, LUZ = 1, 2


def cop(minor: int) -> Money:
    return Money("COP", minor)


def owed(invoice_id: int, customer_id: int, number: str, minor: int, **given: Any) -> Owed:
    """An open invoice; with `net` its tax is the rest of `total`."""
    total = given.get("total", minor)
    net = given.get("net")
    bases = Bases(total, net, None if net is None else total - net)
    due_on = given.get("due_on", ON - timedelta(days=30 - invoice_id))
    return Owed(invoice_id, customer_id, number, cop(minor), bases, due_on, given.get("kinds", frozenset()))


def came(minor: int, text: str = "", key: str = "k", **told: Any) -> Credit:
    return Credit(key, cop(minor), ON, text, **told)


def told(known: tuple[Kind, ...], gap: int, bases: Bases, on: date = ON) -> tuple[tuple[Withheld, ...], ...]:
    """The sets of taxes that explain a gap."""
    return explain(known=known, on=on, gap=gap, bases=bases, currency="COP")


def share(invoice_id: int, minor: int) -> Share:
    return Share(invoice_id, cop(minor))


TAXES = {item.code: kinds(rules=item.packs()[0].withholdings) for item in (CO, MX, PE)}
PAYERS = (
    Payer(ANA, TAXES["CO"], "ana", name_key("Panadería El Ejemplo S.A.S."), tax_keys("900.123.456-7")),
    Payer(LUZ, TAXES["CO"], "luz", name_key("Invento Digital Ltda"), tax_keys("800.555.111-2")),
)


def seen(line: Credit, *items: Owed, **given: Any) -> Match:
    only = given.pop("only_amounts", frozenset())
    return match(line, candidates=Candidates(owed=items, payers=PAYERS, only_amounts=only, **given))


@pytest.mark.parametrize(
    "text",
    [
        "PAGO FE-1042",
        "pago fe 1042 gracias",
        "TRANSF FE0001042",
        "FACT/FE-0001042/NOV",
        "abono fe1042",
    ],
)
def test_a_number_and_its_exact_amount_are_certain_however_it_is_written(text: str) -> None:
    found = seen(came(500, text), owed(1, ANA, "fe1042", 500), owed(2, LUZ, "fe1043", 500))
    assert (found.state, found.customer_id) == (LineState.MATCHED, ANA)
    assert found.shares == (share(1, 500),)
    assert found.reasons == (Reason.NUMBER, Reason.EXACT_SUM)


def test_several_numbers_are_one_sum_and_the_digits_alone_are_proposed() -> None:
    invoices = (owed(1, ANA, "fe1042", 500), owed(2, ANA, "fe1043", 250), owed(3, LUZ, "a9", 750))
    both = seen(came(750, "PAGO FE-1042 Y FE-1043"), *invoices)
    assert (both.state, both.shares) == (LineState.MATCHED, (share(1, 500), share(2, 250)))
    digits = seen(came(500, "FACTURA 1042"), *invoices)
    assert (digits.state, digits.reasons[0]) == (LineState.PROPOSED, Reason.NUMBER_ENDS)
    assert seen(came(499, "FACTURA 1042"), *invoices).state is LineState.QUEUED


def test_a_number_inside_a_longer_one_is_chance() -> None:
    found = seen(came(500, "PAGO FE 1042"), owed(1, ANA, "fe1042", 500), owed(2, LUZ, "1042", 500))
    assert (found.state, found.customer_id) == (LineState.MATCHED, ANA)


def test_a_part_or_more_than_a_named_invoice_is_proposed_and_the_rest_stays_unallocated() -> None:
    less = seen(came(300, "FE-1042"), owed(1, ANA, "fe1042", 500))
    more = seen(came(700, "FE-1042"), owed(1, ANA, "fe1042", 500))
    assert (less.state, less.shares) == (LineState.PROPOSED, (share(1, 300),))
    assert (more.state, more.shares) == (LineState.PROPOSED, (share(1, 500),))
    assert (less.reasons[-1], more.reasons[-1]) == (Reason.PART_OF, Reason.MORE_THAN)


def test_the_payer_is_known_by_tax_id_learned_name_number_and_words() -> None:
    invoices = (owed(1, ANA, "fe1", 500), owed(2, ANA, "fe2", 800))
    by_tax = seen(came(500, "TRANSFERENCIA", payer_tax_id="9001234567"), *invoices)
    short = seen(came(500, "PAGO NIT 900123456"), *invoices)
    same = seen(came(500, "TRANSFERENCIA", payer_name="PANADERIA EL EJEMPLO SAS"), *invoices)
    assert (by_tax.state, short.state, same.state) == (
        LineState.MATCHED,
        LineState.MATCHED,
        LineState.PROPOSED,
    )
    known = frozenset(
        {("name", name_key("Juana Ruiz")), ("bank", "es91"), ("text", text_key("DEPOSITO DE JUANA R"))}
    )
    learned = Candidates(owed=invoices, payers=(Payer(ANA, TAXES["CO"], learned=known),))
    assert match(came(500, payer_name="JUANA RUIZ"), candidates=learned).state is LineState.MATCHED
    assert match(came(500, payer_account="ES91"), candidates=learned).reasons[0] is Reason.LEARNED_BANK_NUMBER
    words = match(came(500, "DEPOSITO 0099 DE JUANA R"), candidates=learned)
    assert (words.state, words.reasons[0]) == (LineState.PROPOSED, Reason.LEARNED_TEXT)


def test_all_that_is_open_the_oldest_or_the_only_sum() -> None:
    invoices = (owed(1, ANA, "fe1", 500), owed(2, ANA, "fe2", 800), owed(3, ANA, "fe3", 1100))
    tax = {"payer_tax_id": "900123456"}
    whole, oldest, only = (seen(came(minor, **tax), *invoices) for minor in (2400, 1300, 1900))
    assert (whole.reasons[-1], whole.state) == (Reason.ALL_OPEN, LineState.MATCHED)
    assert (oldest.reasons[-1], oldest.shares) == (Reason.OLDEST_SUM, (share(1, 500), share(2, 800)))
    assert (only.reasons[-1], only.shares) == (Reason.ONE_SUM, (share(2, 800), share(3, 1100)))
    assert (oldest.state, only.state) == (LineState.PROPOSED, LineState.PROPOSED)


def test_two_invoices_or_two_customers_that_fit_equally_wait_for_a_person() -> None:
    twins = (owed(1, ANA, "fe1", 500), owed(2, ANA, "fe2", 500))
    assert seen(came(500, payer_tax_id="900123456"), *twins).state is LineState.QUEUED
    same_number = (owed(1, ANA, "a77", 500), owed(2, LUZ, "a77", 500))
    found = seen(came(500, "pago a77"), *same_number)
    assert (found.state, found.customer_id, found.shares) == (LineState.QUEUED, None, ())
    assert found.reasons[-1] is Reason.AMBIGUOUS


def test_another_payer_than_the_number_says_is_a_doubt() -> None:
    invoices = (owed(1, ANA, "fe1042", 500), owed(2, LUZ, "fe7", 500))
    found = seen(came(500, "FE-1042", payer_tax_id="800555111"), *invoices)
    assert (found.state, found.customer_id, found.reasons[-1]) == (LineState.PROPOSED, ANA, Reason.RIVAL)


def test_only_the_amount_is_proposed_when_no_other_invoice_has_it() -> None:
    invoices = (owed(1, ANA, "fe1", 123_456), owed(2, LUZ, "fe2", 99_000))
    assert seen(came(123_456, "ABONO"), *invoices).state is LineState.QUEUED
    alone = seen(came(123_456, "ABONO"), *invoices, only_amounts=frozenset({1}))
    assert (alone.state, alone.customer_id) == (LineState.PROPOSED, ANA)


@pytest.mark.parametrize(
    ("country", "total", "net", "paid", "kept"),
    [
        ("CO", 119_000_000, 100_000_000, 115_000_000, [("retefuente", 4_000_000)]),
        (
            "CO",
            119_000_000,
            100_000_000,
            112_150_000,
            [("retefuente", 4_000_000), ("reteiva", 2_850_000)],
        ),
        ("PE", 118_000, 100_000, 103_800, [("detraccion", 14_200)]),
        ("MX", 1_160_000, 1_000_000, 953_333, [("isr", 100_000), ("iva_retenido", 106_667)]),
    ],
)
def test_the_net_of_known_taxes_closes_the_invoice(
    country: str, total: int, net: int, paid: int, kept: list[tuple[str, int]]
) -> None:
    sets = told(TAXES[country], total - paid, Bases(total, net, total - net))
    assert [(part.kind, part.minor) for part in sets[0]] == kept
    line = came(paid, "PAGO FE-1042")
    payer = Payer(ANA, TAXES[country])
    found = match(line, candidates=Candidates((owed(1, ANA, "fe1042", total, net=net),), (payer,)))
    assert found.shares == (share(1, paid),)
    assert sum(part.minor for _, part in found.withheld) == total - paid
    assert found.state is (LineState.MATCHED if len(sets) == 1 else LineState.PROPOSED)


def test_no_tax_is_made_up_where_the_net_is_not_told_or_one_of_the_kind_is_known() -> None:
    unknown = seen(came(115_000_000, "FE-1042"), owed(1, ANA, "fe1042", 119_000_000))
    assert (unknown.withheld, unknown.reasons[-1]) == ((), Reason.PART_OF)
    kinds = frozenset({"retefuente"})
    known = owed(1, ANA, "fe1042", 119_000_000, net=100_000_000, kinds=kinds)
    assert seen(came(115_000_000, "FE-1042"), known).withheld == ()
    assert told((), 10, Bases(100, 90, 10)) == ()
    assert told(TAXES["CO"], 0, Bases(100, 90, 10)) == ()


def test_the_rates_of_the_day_count_and_what_the_creditor_states_replaces_them() -> None:
    rules = XX.packs()[0].withholdings
    known = kinds(rules=[rule for rule in rules if rule.tax == "retencion_igv"])
    bases = Bases(1_180_000, 1_000_000, 180_000)
    for on, rates in ((date(2026, 6, 30), (25_000, 40_000)), (date(2026, 7, 1), (30_000,))):
        found = {minor for minor in (25_000, 30_000, 40_000) if told(known, minor, bases, on)}
        assert found == set(rates), on
    own = Kind("retencion_igv", TaxBase.NET, (Fraction(7, 100),), date(2026, 8, 1), stated=True)
    stated = (*kinds(rules=rules), own)
    assert [(part.kind, part.minor) for part in told(stated, 70_000, bases)[0]] == [("retencion_igv", 70_000)]
    assert told(stated, 30_000, bases) == ()
    before = date(2026, 7, 31)
    assert told(stated, 70_000, bases, before) == ()
    assert told(stated, 30_000, bases, before), "until then the pack's counts"


def test_a_reference_is_the_checkout_or_nothing() -> None:
    asked = (Asked("CJACDEFGHJ", ANA, cop(500), False), Asked("CJKMNPQRTU", LUZ, cop(500), True))
    invoices = (owed(1, LUZ, "fe1042", 500),)
    paid = seen(came(500, "PSE cj-acdefghj FE-1042"), *invoices, asked=asked)
    assert (paid.kind, paid.state, paid.reference) == (MatchKind.CHECKOUT, LineState.MATCHED, "CJACDEFGHJ")
    for text, minor, reason in (
        ("CJACDEFGHJ", 499, Reason.AMOUNT_DIFFERS),
        ("CJKMNPQRTU", 500, Reason.CHECKOUT_IN_DOUBT),
        ("CJACDEFGHJ CJKMNPQRTU", 500, Reason.AMBIGUOUS),
    ):
        found = seen(came(minor, text), *invoices, asked=asked)
        assert (found.state, found.reasons[-1]) == (LineState.QUEUED, reason)


def test_money_out_and_returns_move_nothing() -> None:
    invoices = (owed(1, ANA, "fe1042", 500),)
    assert seen(came(-500, "FE-1042"), *invoices).state is LineState.IGNORED
    back = seen(came(500, "FE-1042", is_return=True), *invoices)
    assert (back.state, back.reasons) == (LineState.QUEUED, (Reason.RETURNED,))


def test_what_somebody_wrote_down_before_is_the_same_money() -> None:
    booked = (Booked(9, ANA, cop(500), ON - timedelta(days=1), "cash", "r-1", frozenset({"fe1042"})),)
    found = seen(came(500, "PAGO FE-1042"), booked=booked)
    assert (found.kind, found.state, found.payment_ids) == (MatchKind.KNOWN, LineState.PROPOSED, (9,))
    same = seen(came(500, "PAGO FE-1042", end_to_end_id="r-1"), booked=booked)
    assert same.state is LineState.MATCHED
    assert seen(came(500, "PAGO FE-1042"), booked=(replace_on(booked[0], 30),)).state is LineState.QUEUED


def replace_on(item: Booked, days: int) -> Booked:
    on = ON - timedelta(days=days)
    return Booked(item.payment_id, item.customer_id, item.amount, on, item.source, "", item.number_keys)


def test_a_payout_is_its_payments_less_fees() -> None:
    booked = tuple(
        Booked(n, n, cop(minor), ON - timedelta(days=days), "wompi", f"w{n}")
        for n, minor, days in ((1, 100_000, 3), (2, 200_000, 3), (3, 700_000, 1))
    )
    less = seen(came(291_000, "WOMPI SAS DISPERSION"), booked=booked, gateways=("wompi",))
    assert (less.kind, less.payment_ids, less.state) == (MatchKind.PAYOUT, (1, 2), LineState.PROPOSED)
    assert less.shares == ()
    whole = seen(came(1_000_000, "WOMPI"), booked=booked, gateways=("wompi",))
    assert whole.payment_ids == (1, 2, 3)
    assert seen(came(291_000, "OTRA COSA"), booked=booked, gateways=("wompi",)).kind is MatchKind.NONE


def test_keys_fold_what_banks_and_people_vary() -> None:
    assert name_key("PANADERIA EL EJEMPLO SAS") == name_key("Panadería El Ejemplo S.A.S.")
    assert name_key("Comercial Ficticia, S.A. de C.V.") == name_key("COMERCIAL FICTICIA SA DE CV")
    assert name_key("SA") == "sa"
    assert unpadded("fe0001042") == "fe1042"
    assert tax_keys("900.123.456-7") == ("9001234567", "900123456")
    assert tax_keys("123") == ()


NUMBERS = st.integers(1, 6)
LINES = st.lists(
    st.tuples(
        st.integers(1, 900), st.lists(NUMBERS, max_size=3), st.sampled_from(["", "900123456", "800555111"])
    ),
    min_size=1,
    max_size=8,
)
OPEN = st.lists(st.integers(1, 400), min_size=6, max_size=6)


def a_world(minors: list[int], told: list[tuple[int, list[int], str]]) -> tuple[Candidates, list[Credit]]:
    invoices = tuple(
        owed(n, ANA if n % 2 else LUZ, f"fe10{n}", minor, total=minor + 40, net=minor)
        for n, minor in enumerate(minors, start=1)
    )
    lines = [
        came(minor, " ".join(f"FE-10{n}" for n in numbers), key=f"k{place}", payer_tax_id=tax)
        for place, (minor, numbers, tax) in enumerate(told)
    ]
    return Candidates(owed=invoices, payers=PAYERS, only_amounts=frozenset({1, 4})), lines


@given(OPEN, LINES, st.randoms(use_true_random=False))
def test_never_more_than_open_never_two_customers_and_order_does_not_matter(
    minors: list[int], told: list[tuple[int, list[int], str]], dice: Any
) -> None:
    candidates, lines = a_world(minors, told)
    found = match_all(lines, candidates=candidates)
    shuffled = list(lines)
    dice.shuffle(shuffled)
    assert match_all(shuffled, candidates=candidates) == found
    assert match_all(lines, candidates=candidates) == found
    owner = {item.invoice_id: item.customer_id for item in candidates.owed}
    taken = dict.fromkeys(owner, 0)
    for line in lines:
        one = found[line.key]
        assert {owner[part.invoice_id] for part in one.shares} <= {one.customer_id}
        assert sum(part.amount.minor for part in one.shares) <= line.amount.minor
        for part in one.shares:
            assert 0 < part.amount.minor <= minors[part.invoice_id - 1]
        if one.state is LineState.MATCHED:
            for part in one.shares:
                taken[part.invoice_id] += part.amount.minor
            for invoice_id, kept in one.withheld:
                taken[invoice_id] += kept.minor
    assert all(minor <= minors[invoice_id - 1] for invoice_id, minor in taken.items())


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(1, 10**11))
def test_taxes_kept_back_add_up_to_what_is_missing(net: int, tax: int, gap: int) -> None:
    for known in TAXES.values():
        bases = Bases(net + tax, net, tax)
        for parts in told(known, gap, bases):
            assert sum(part.minor for part in parts) == gap
            assert len({part.kind for part in parts}) == len(parts)
            assert all(isinstance(part, Withheld) and part.minor > 0 for part in parts)
