# SPDX-License-Identifier: Apache-2.0
"""The database crashes while customers pay: what the world saw paid is in the ledger once; nothing is started by hand.

Outages, killed sessions, lost answers and a full disk are in tests/official_parts.
"""

from __future__ import annotations

import time

import pytest
from tests.integration.standing import calm, standing

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


def test_a_crash_of_the_database_loses_no_payment_and_doubles_none() -> None:
    with standing(customers=10) as book:
        usual = calm(book)
        payer = book.pay_on(6, 0.5)
        time.sleep(1)
        book.server.stop("immediate")
        time.sleep(1)
        book.server.start()
        book.recovers(usual)
        payer.join()
        book.judge()
