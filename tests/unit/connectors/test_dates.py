# SPDX-License-Identifier: Apache-2.0
"""The grammar of dates and the order of day and month that a column proves."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conserje.connectors.tabular_files import dates
from conserje.connectors.tabular_files.dates import Orders
from conserje.connectors.tabular_files.reasons import Reason

NOV_12 = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("12/11/2026", "dmy"),
        ("11/12/2026", "mdy"),
        ("12-11-26", "dmy"),
        ("12.11.2026", "dmy"),
        ("2026-11-12", "dmy"),
        ("2026/11/12", "mdy"),
        ("20261112", "dmy"),
        ("20261112.0", "dmy"),
        ("12 nov 2026", "dmy"),
        ("12-nov-26", "dmy"),
        ("12 de noviembre de 2026", "dmy"),
        ("jueves, 12 de noviembre de 2026", "dmy"),
        ("12 nov. 2026", "mdy"),
        ("12 de novembro de 2026", "dmy"),
        ("Nov 12, 2026", "dmy"),
        ("November 12th, 2026", "dmy"),
        ("12/Nov/2026", "dmy"),
        ("2026-11-12T00:00:00", "dmy"),
        ("2026-11-12 23:59:59.123", "dmy"),
        ("12/11/2026 12:00:00 a. m.", "dmy"),
        ("2026-11-12T10:00:00-05:00", "dmy"),
        ("26-11-12", "ymd"),
        ("12/11/2026", "ymd"),
    ],
)
def test_dates_people_write_are_read(text: str, order: str) -> None:
    assert dates.parse(text, order) == NOV_12


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2026", Reason.DATE_UNREADABLE),
        ("11/13/2026", Reason.DATE_OTHER_ORDER),
        ("9999-12-31", Reason.DATE_UNLIKELY),
        ("01/01/1900", Reason.DATE_UNLIKELY),
        ("46338", Reason.DATE_UNREADABLE),
        ("１２/11/2026", Reason.DATE_UNREADABLE),
        ("12/11-2026", Reason.DATE_UNREADABLE),
        ("12 brumario 2026", Reason.DATE_UNREADABLE),
        ("NaT", Reason.DATE_UNREADABLE),
        ("mañana", Reason.DATE_UNREADABLE),
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(text: str, reason: Reason) -> None:
    assert dates.parse(text, "dmy") is reason


def test_day_counts_are_dates_only_where_the_column_holds_them() -> None:
    assert dates.parse("46338", "dmy", serials=True) == NOV_12
    column, other = Orders(), Orders()
    for text in ("46338", "46339.0", "46400"):
        column.add(text)
        other.add(text)
    other.add("12/11/2026")
    assert column.plainly_serials()
    assert not other.plainly_serials()


def test_a_column_decides_its_order_from_all_its_values() -> None:
    day, month, iso, loose, mixed = (Orders() for _ in range(5))
    for orders, texts in (
        (day, ["01/02/2026", "13/02/2026"]),
        (month, ["01/02/2026", "02/13/2026"]),
        (iso, ["2026-01-02", "20260103"]),
        (loose, ["01/02/2026", "03/03/2026"]),
        (mixed, ["13/02/2026", "14/02/2026", "02/13/2026"]),
    ):
        for text in texts:
            orders.add(text)
    assert [orders.proven() for orders in (day, month, iso, loose, mixed)] == ["dmy", "mdy", "ymd", "", "dmy"]


def test_real_dates_that_never_pass_the_twelfth_beside_texts_that_do_are_suspect() -> None:
    column = Orders()
    column.add_typed(date(2026, 3, 4))
    column.add("25/12/2026")
    assert column.maybe_swapped()
    column.add_typed(date(2026, 3, 14))
    assert not column.maybe_swapped()


@given(day=st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31)))
@example(day=date(2000, 1, 1))
@example(day=date(2060, 12, 31))
def test_every_form_reads_back_the_date_it_wrote(day: date) -> None:
    months = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
    forms = {
        day.strftime("%d/%m/%Y"): "dmy",
        f"{day.day}-{day.month}-{day:%y}": "dmy",
        day.strftime("%m/%d/%Y"): "mdy",
        day.isoformat(): "ymd",
        day.strftime("%Y%m%d"): "ymd",
        f"{day.day} {months[day.month - 1]} {day.year}": "dmy",
        f"{day.day} de {months[day.month - 1]}. de {day.year}": "dmy",
    }
    assert {dates.parse(text, order) for text, order in forms.items()} == {day}
    assert dates.parse(str((day - dates.SERIAL_EPOCH).days), "dmy", serials=True) == day


@given(text=st.text(max_size=20))
def test_no_text_breaks_the_grammar(text: str) -> None:
    assert isinstance(dates.parse(text, "dmy"), date | Reason)
    assert isinstance(dates.evidence(text), str)
