# SPDX-License-Identifier: Apache-2.0
"""The documents of the project, and how figures, links and names of tests are found in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.tidy.source import FUNCTIONS, ROOT

PUBLIC = ("README.md", "README.es.md")
_FIGURE = re.compile(
    r"\b\d[\d.,]*\s?(?:%|ms\b|µs|microseconds?|milliseconds?|s\b|seconds?\b|segundos?\b|MB\b|GB\b|KB\b|x faster"
    r"|(?:[a-z]+ )?(?:a|per|por) second\b|(?:facturas|mensajes) por segundo)",
    re.I,
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"```.*?```", re.S)


def every() -> list[Path]:
    """Each Markdown file of the project, those of adapters too."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    return sorted(path for path in found if path.name != "LICENSE.md")


def figures(text: str) -> list[str]:
    """Measurements named in a text: numbers with a unit of time, size, share or speed."""
    return [match.group().strip() for match in _FIGURE.finditer(text)]


def links(text: str) -> list[str]:
    """Where links and pictures of a text lead, if inside the project."""
    targets = [match.group(1).partition("#")[0] for match in _LINK.finditer(_FENCE.sub("", text))]
    return [
        target for target in targets if target and "://" not in target and not target.startswith("mailto:")
    ]


def promised(text: str) -> list[str]:
    """The promises a README makes: the bullets of its section on what to hold us to."""
    section = re.search(r"^## What we want to be held to\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if section is None:
        return []
    bullets = re.findall(r"^- (.+?)(?=\n- |\n\n|\Z)", section.group(1), re.M | re.S)
    return [" ".join(bullet.split()).rstrip(".") for bullet in bullets]


def is_test(name: str) -> bool:
    """Whether `path::test` is a test of this project."""
    path, _, function = name.partition("::")
    file = ROOT / path
    if not file.is_file() or not function.startswith("test_"):
        return False
    return any(
        isinstance(node, FUNCTIONS) and node.name == function
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
    )
