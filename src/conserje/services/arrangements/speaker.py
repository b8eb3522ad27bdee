# SPDX-License-Identifier: Apache-2.0
"""Who speaks in a dispute or an agreement: the customer on its own page, or a person of the creditor's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CUSTOMER: Final = "customer"


@dataclass(frozen=True, slots=True)
class Speaker:
    """`actor` is "customer" or "person:<id>", `source` the network address. A customer sees only what is its own."""

    actor: str
    source: str = ""
    customer_id: int | None = None

    def __post_init__(self) -> None:
        if (self.actor == CUSTOMER) != (self.customer_id is not None):
            raise ValueError("A customer speaks for itself; nobody else is held to one customer.")

    @property
    def is_customer(self) -> bool:
        """Whether it is the customer."""
        return self.actor == CUSTOMER


def other_side(actor: str, *, by: Speaker) -> bool:
    """Whether `actor` of an earlier act stands on the other side than `by`."""
    return (actor == CUSTOMER) != by.is_customer
