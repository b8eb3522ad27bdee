# SPDX-License-Identifier: Apache-2.0
"""Lines of a file become invoices: figures that follow from one another, instalments, credit notes, duplicates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from conserje.domain.kit.money import Money
from conserje.domain.ports.connector import InvoiceRow
from conserje.services.integrations.intake_lines import Figures, Lines, Misfit, figures, gather

TODAY = date(2026, 11, 24)
DUE = date(2026, 11, 12)
AMOUNTS = ("total", "open_amount", "paid_amount", "withholding", "net", "tax")


def row(**given: Any) -> InvoiceRow:
    chosen: dict[str, Any] = {
        "sheet": "Cartera",
        "line": 5,
        "number": "FE-1042",
        "customer_reference": "",
        "customer_name": "Panadería El Ejemplo",
        "customer_tax_id": "",
        "currency": "COP",
        "total": None,
        "open_amount": None,
        "issued_on": date(2026, 10, 13),
        "due_on": DUE,
    }
    chosen |= given
    for name in AMOUNTS:
        if isinstance(chosen.get(name), int):
            chosen[name] = Money(chosen["currency"], chosen[name])
    return InvoiceRow(**chosen)


def gathered(*rows: InvoiceRow) -> Lines:
    return gather(rows=[(0, item) for item in rows], today=TODAY)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"total": 100}, Figures(100, 100, 0, True, False)),
        ({"open_amount": 100}, Figures(100, 100, 0, False, True)),
        ({"total": 100, "open_amount": 40}, Figures(100, 40, 0, True, True)),
        ({"total": 100, "paid_amount": 60}, Figures(100, 40, 0, True, True)),
        ({"open_amount": 40, "paid_amount": 60}, Figures(100, 40, 0, False, True)),
        ({"net": 84, "tax": 16}, Figures(100, 100, 0, True, False)),
        ({"total": 100, "paid_on": DUE}, Figures(100, 0, 0, True, True)),
        ({"total": 100, "withholding": 4}, Figures(100, 96, 4, True, False)),
        # The balance before and after the withheld tax is the same balance.
        ({"total": 100, "withholding": 4, "open_amount": 100}, Figures(100, 96, 4, True, True)),
        ({"total": 100, "withholding": 4, "open_amount": 96}, Figures(100, 96, 4, True, True)),
        (
            {"total": 100, "withholding": -4, "open_amount": 46, "paid_amount": 50},
            Figures(100, 46, 4, True, True),
        ),
        (
            {"total": 100, "withholding": 4, "open_amount": 50, "paid_amount": 50},
            Figures(100, 46, 4, True, True),
        ),
        ({"total": 100, "withholding": 4, "open_amount": 0}, Figures(100, 0, 4, True, True)),
    ],
)
def test_a_line_completes_its_figures(given: dict[str, int], expected: Figures) -> None:
    found = figures(row(**given))
    assert found == expected
    assert found.paid + found.open + found.withheld == found.total


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"total": 100, "open_amount": 101}, "open_over_total"),
        ({"total": 100, "withholding": 101}, "open_over_total"),
        ({}, "amount_missing"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(given: dict[str, int], code: str) -> None:
    with pytest.raises(Misfit, match=code):
        figures(row(**given))


def test_several_due_dates_make_one_invoice() -> None:
    later = date(2026, 12, 12)
    (told,) = gathered(row(total=100, open_amount=40, line=5), row(total=50, due_on=later, line=6)).invoices
    assert told.figures == Figures(150, 90, 0, True, False)
    assert told.dues == ((DUE, 100), (later, 50))


def test_a_total_repeated_beside_each_part_is_one_total() -> None:
    later, last = date(2026, 12, 12), date(2027, 1, 12)
    (told,) = gathered(
        row(total=300, open_amount=50, net=252, tax=48),
        row(total=300, open_amount=100, due_on=later, net=252, tax=48),
        row(total=300, open_amount=100, due_on=last, net=252, tax=48),
    ).invoices
    assert told.figures == Figures(300, 250, 0, True, True)
    assert told.dues == ((DUE, 100), (later, 100), (last, 100))
    assert (told.net, told.tax) == (252, 48)


def test_equal_instalments_are_parts() -> None:
    later = date(2026, 12, 12)
    result = gathered(row(total=100, open_amount=100), row(total=100, open_amount=100, due_on=later))
    assert result.invoices[0].figures.total == 200
    assert result.instalments == 1
    assert not result.bad


def test_the_same_line_twice_is_a_duplicate() -> None:
    result = gathered(row(total=100, line=5), row(total=100, line=9))
    assert [(bad.line, bad.reason) for bad in result.bad] == [(9, "duplicate")]
    assert result.invoices[0].figures.total == 100


def test_the_same_number_of_two_customers_is_two_invoices() -> None:
    result = gather(rows=[(0, row(total=100)), (1, row(total=100))], today=TODAY)
    assert [told.customer for told in result.invoices] == [0, 1]


def test_negative_lines_are_credit_notes() -> None:
    result = gathered(row(number="NC-1", total=-100), row(number="NC-2", total=-100, open_amount=-30))
    assert [(credit.number_key, credit.amount) for credit in result.credits] == [("nc1", 100), ("nc2", 30)]
    assert gathered(row(number="NC-3", total=-100, open_amount=0)).settled_credits == 1


def test_an_open_line_needs_a_due_date_and_a_settled_one_does_not() -> None:
    assert [bad.reason for bad in gathered(row(total=100, due_on=None)).bad] == ["due_missing"]
    (told,) = gathered(row(total=100, open_amount=0, due_on=None)).invoices
    assert told.dues == ((date(2026, 10, 13), 100),)


def test_lines_of_zero_and_numbers_without_a_letter_or_digit() -> None:
    result = gathered(row(total=0, open_amount=0), row(number="--", total=100))
    assert result.empty == 1
    assert [bad.reason for bad in result.bad] == ["number_missing"]
    assert not result.invoices
