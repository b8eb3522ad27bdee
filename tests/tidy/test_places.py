# SPDX-License-Identifier: Apache-2.0
"""The project speaks of itself alone: no machine's folders, no registry's hosts, in any file that is handed on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.tidy.source import ROOT

# Written apart, so that this file does not find itself.
_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "files." + "python", "npm" + "js.")
_FOLDERS = ("/wo" + "rk/", "/ro" + "ot/", "/Us" + "ers/")
_TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".html",
    ".css",
    ".js",
    ".liquid",
    ".sql",
    ".po",
    ".json",
    ".cfg",
    "",
}
_WHERE = ("src", "tests", "docs", ".ci")


def named(text: str) -> list[str]:
    """Hosts of registries and folders of machines in a text."""
    return [
        *(host for host in _HOSTS if host in text),
        *(folder for folder in _FOLDERS if re.search(rf"(?<![\\w.*}}-]){re.escape(folder)}", text)),
    ]


def texts() -> Iterator[tuple[str, str]]:
    """Every text that is handed on, with its path."""
    files = [path for place in _WHERE for path in (ROOT / place).rglob("*") if path.suffix in _TEXT]
    files += [path for path in ROOT.iterdir() if path.suffix in _TEXT]
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path.relative_to(ROOT)), path.read_text("utf-8", errors="replace")


def test_nothing_names_a_machine_or_a_registry() -> None:
    assert [(path, name) for path, text in texts() for name in named(text)] == []


@pytest.mark.parametrize(
    "plant", ["see https://" + _HOSTS[0] + "/x", "cd " + _FOLDERS[0] + "main", '"' + _FOLDERS[1] + 'a"']
)
def test_a_planted_name_is_found(plant: str) -> None:
    assert named(plant)
