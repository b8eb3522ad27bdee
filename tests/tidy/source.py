# SPDX-License-Identifier: Apache-2.0
"""The hand-written Python of the house, read once, and what rules about it are made of."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src/conserje"

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Source:
    """One module. `path` counts from the package ("domain/kit/money.py"), that of a test from the checkout."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The module as syntax."""
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """The module line by line."""
        return self.text.splitlines()

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    def nodes(self) -> Iterator[ast.AST]:
        """Every piece of syntax in it."""
        return iter(self._nodes)

    def functions(self) -> Iterator[Function]:
        """Every function and method in it, nested ones too."""
        return (node for node in self.nodes() if isinstance(node, FUNCTIONS))

    def below(self, *places: str) -> bool:
        """Whether it is one of these files or stands in one of these folders."""
        return any(
            self.path == place.rstrip("/") or self.path.startswith(place.rstrip("/") + "/")
            for place in places
        )

    def at(self, node: ast.AST) -> str:
        """Where `node` is, for a message."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True)
class Rule:
    """A house rule: what it finds in one module, why we keep it, code that breaks it and code that only looks so.

    Plants and innocents are pairs of a path and a text.
    """

    name: str
    why: str
    finds: Callable[[Source], Iterator[str]]
    plants: tuple[tuple[str, str], ...]
    innocents: tuple[tuple[str, str], ...] = ()

    def broken_in(self, sources: list[Source]) -> list[str]:
        """Each violation with its place, and the reason behind the rule."""
        return [f"{found}. Why: {self.why}" for source in sources for found in self.finds(source)]


@lru_cache(maxsize=1)
def house() -> list[Source]:
    """Every module of the package written by hand: migrations are generated."""
    paths = sorted(path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts)
    return _read(paths, HOUSE)


@lru_cache(maxsize=1)
def suite() -> list[Source]:
    """Every module of the tests."""
    return _read(sorted((ROOT / "tests").rglob("*.py")), ROOT)


def _read(paths: list[Path], root: Path) -> list[Source]:
    """All of them with their syntax, which then stands aside: a million pieces that every collection would look at."""
    gc.disable()
    try:
        found = [Source(path.relative_to(root).as_posix(), path.read_text("utf-8")) for path in paths]
        for one in found:
            one.nodes()
    finally:
        gc.enable()
    gc.freeze()
    return found


def imported(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Each module name imported anywhere in `source`, with its place."""
    for node in source.nodes():
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            yield node, node.module
