# SPDX-License-Identifier: Apache-2.0
"""Why the books refuse. Each message says what happened and what to do next."""

from __future__ import annotations


class Refused(ValueError):
    """The books do not do this; nothing was written."""


class AmountRefused(Refused):
    """The amount is more than is there, or of another currency."""


class AlreadySettled(Refused):
    """The row was undone, certified or rejected before."""


class PaymentConflict(Refused):
    """A payment with the same identity and other facts is in the books: two tellings contradict each other."""


class NotAnswered(Refused):
    """The gateway did not say enough to tell whose payment it is: ask again later."""


class UnknownRow(Refused):
    """There is no such row for this creditor."""
