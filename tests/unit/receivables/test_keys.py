# SPDX-License-Identifier: Apache-2.0
"""Keys are equal where people mean the same, and only there."""

from __future__ import annotations

import pytest

from conserje.domain.receivables.keys import match_key


@pytest.mark.parametrize("text", ["FE-1042", "fe 1042", " FE1042 ", "Fé.1042"])
def test_one_number_written_in_many_ways(text):
    assert match_key(text=text) == "fe1042"


def test_other_scripts_keep_their_signs():
    assert match_key(text="公司 A1") != match_key(text="银行 A1")
    assert match_key(text="Ørsted A/S") == "ørstedas"
    assert match_key(text="- / -") == ""
