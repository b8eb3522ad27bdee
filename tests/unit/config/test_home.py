# SPDX-License-Identifier: Apache-2.0
"""The folder of an installation, and the secret that is made once in it."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conserje.config import home


def test_the_home_is_chosen_or_usual(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONSERJE_HOME", str(tmp_path / "x"))
    assert home.home() == tmp_path / "x"
    monkeypatch.delenv("CONSERJE_HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert home.home() == Path("/var/lib/conserje")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ana")
    assert home.home() == Path("/home/ana/.local/share/conserje")


def test_a_secret_is_made_once_also_in_a_race(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONSERJE_HOME", str(tmp_path / "deep" / "home"))
    with ThreadPoolExecutor(8) as crowd:
        made = set(crowd.map(lambda _: home.kept_secret("secret.key"), range(32)))
    assert len(made) == 1
    kept = tmp_path / "deep" / "home" / "secret.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(kept.read_text()) >= 64
    assert list(kept.parent.iterdir()) == [kept]
    assert stat.S_IMODE(kept.parent.stat().st_mode) in (0o700, 0o711)
