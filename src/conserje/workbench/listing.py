# SPDX-License-Identifier: Apache-2.0
"""What every list of the desk does with its address and its form: which page is asked for, which rows were ticked."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from conserje.ui.listing import Pager

PAGE = 50
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list of `total` rows: its number and how many rows stand before it."""

    number: int
    before: int
    total: int

    def pager(self, *, url: str, shown: int) -> Pager | None:
        """The links around `shown` rows of the list at `url`; None when all fit on one page."""
        if self.total <= PAGE:
            return None
        last = self.before + shown
        url += "&page=" if "?" in url else "?page="
        return Pager(
            self.before + 1,
            last,
            self.total,
            f"{url}{self.number - 1}" if self.before else "",
            f"{url}{self.number + 1}" if last < self.total else "",
        )


def asked(request: HttpRequest, *, total: int) -> Slice:
    """The page that GET `page` asks for, or the nearest there is."""
    given = request.GET.get("page", "1")
    last = 1 + max(0, total - 1) // PAGE
    number = max(1, min(int(given), last)) if given.isdecimal() and len(given) < 8 else 1
    return Slice(number, (number - 1) * PAGE, total)


def ticked(request: HttpRequest, name: str) -> list[int]:
    """The numbers posted as `name`; anything else that was posted there is left out."""
    return [number for value in request.POST.getlist(name) if (number := _number(value))]


def single(request: HttpRequest, name: str) -> int | None:
    """The one number posted as `name`."""
    return _number(request.POST.get(name, ""))


def _number(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < _DIGITS else None
