# SPDX-License-Identifier: Apache-2.0
"""What a PostgreSQL address says."""

from __future__ import annotations

import pytest

from conserje.config.database.url import parse


def said(address: str) -> dict[str, object]:
    return {key.lower(): value for key, value in parse(address).items() if value and key != "ENGINE"}


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("postgresql://ana@db.example/books", {"user": "ana", "host": "db.example", "name": "books"}),
        (
            "postgres://ana:p%40ss%2F@db.example:6432/books?sslmode=verify-full",
            {
                "user": "ana",
                "password": "p@ss/",
                "host": "db.example",
                "port": "6432",
                "name": "books",
                "options": {"sslmode": "verify-full"},
            },
        ),
        (
            "postgresql://ana@/books?host=/run/pg&port=5433",
            {"user": "ana", "host": "/run/pg", "port": "5433", "name": "books"},
        ),
        ("postgresql://ana@%2Frun%2Fpg/books", {"user": "ana", "host": "/run/pg", "name": "books"}),
        ("postgresql:///books?user=ana", {"user": "ana", "name": "books"}),
        (
            "postgresql://ana@[::1]:5432/books",
            {"user": "ana", "host": "::1", "port": "5432", "name": "books"},
        ),
    ],
)
def test_an_address_is_read(address: str, meant: dict[str, object]) -> None:
    assert said(address) == meant


@pytest.mark.parametrize(
    ("address", "why"), [("mysql://ana@db/books", "must begin"), ("postgresql://ana@db", "names no database")]
)
def test_an_address_that_will_not_do_is_refused(address: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(address)
