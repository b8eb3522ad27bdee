# SPDX-License-Identifier: Apache-2.0
"""What the functions of `program` are made of: expressions as Python, and the few steps that they call.

Comparisons are python-liquid's own functions: their rules (a number is not a flag, `empty`, text against number) are
many, and ours would only be a copy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from liquid import Environment, Markup, escape
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path, StringLiteral
from liquid.builtin.expressions import logical as compared
from liquid.builtin.expressions import primitive as literal
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.increment_tag import IncrementNode
from liquid.limits import to_int
from liquid.stringify import to_liquid_string

_SPECIAL: Final = re.compile("[&<>'\"]")
_PIECES: Final = 100_000
_BYTES: Final = 4
_LASTING: Final = (MappingProxyType, tuple)
_TEXTS_KEPT: Final = 16
_ELSEWHERE: Final = frozenset(("partial", "now", "today"))
_ASKED: Final = frozenset(("size", "first", "last"))
_PLACES: Final = {
    "index": "({i} + 1)",
    "index0": "{i}",
    "rindex": "({n} - {i})",
    "rindex0": "({n} - {i} - 1)",
    "first": "({i} == 0)",
    "last": "({i} == {n} - 1)",
    "length": "{n}",
}
_COMPARED: Final = {
    compared.LtExpression: "lt(None, {left}, {right})",
    compared.GtExpression: "lt(None, {right}, {left})",
    compared.LeExpression: "le({left}, {right})",
    compared.GeExpression: "le({right}, {left})",
    compared.ContainsExpression: "contains(None, {left}, {right})",
}
_JOINED: Final = {compared.LogicalAndExpression: "and", compared.LogicalOrExpression: "or"}
_EQUAL: Final = (compared.EqExpression, compared.NeExpression)
_VALUES: Final = frozenset(
    (
        Path,
        FilteredExpression,
        StringLiteral,
        literal.TrueLiteral,
        literal.FalseLiteral,
        literal.Nil,
        literal.IntegerLiteral,
        literal.FloatLiteral,
        literal.RangeLiteral,
        literal.Empty,
        literal.Blank,
    )
)
_FIXED: Final = {literal.TrueLiteral: "True", literal.FalseLiteral: "False", literal.Nil: "None"}


class Unfit(Exception):
    """What only python-liquid does: a rare construct when a function is written, a limit when it runs."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop around the line being written: its name in the template, and its names in the function."""

    name: str
    item: str
    index: str
    count: str


@dataclass(slots=True)
class Scope:
    """Which names mean what at the line being written. `constants` binds the numbered names to values.

    `roots` collects the values that are read.
    """

    env: Environment
    constants: dict[str, Any]
    assigned: frozenset[str]
    counters: Mapping[str, str]
    loops: list[Loop] = field(default_factory=list)
    roots: set[str] = field(default_factory=set)
    _known: dict[tuple[type, Any], str] = field(default_factory=dict)
    _last: int = 0

    @property
    def html(self) -> bool:
        """Whether values are escaped."""
        return bool(self.env.autoescape)

    def fresh(self, letter: str) -> str:
        """A name not used before."""
        self._last += 1
        return f"{letter}{self._last}"

    def constant(self, value: object) -> str:
        """The name of `value`."""
        key = (type(value), value if isinstance(value, str | int | float) else id(value))
        if key not in self._known:
            self._known[key] = self.fresh("k")
            self.constants[self._known[key]] = value
        return self._known[key]

    @contextmanager
    def looping(self, name: str, count: str) -> Iterator[Loop]:
        """Meanwhile `name` is the item of a loop of `count` rounds."""
        if name == "forloop":
            raise Unfit
        self.loops.append(Loop(name, self.fresh("t"), self.fresh("i"), count))
        yield self.loops[-1]
        self.loops.pop()

    def value(self, expression: Any) -> str:
        """Python that gives what `expression` gives."""
        kind = type(expression)
        if kind is Path:
            return self._path(expression.path)
        if kind is FilteredExpression:
            return self._filtered(expression)
        if kind is StringLiteral:
            return self.constant(Markup(expression.value) if self.html else expression.value)
        if kind in _FIXED:
            return _FIXED[kind]
        if kind in (literal.IntegerLiteral, literal.FloatLiteral):
            return self.constant(expression.value)
        if kind in (literal.Empty, literal.Blank):
            return self.constant(expression)
        if kind is literal.RangeLiteral:
            span = self.constant(expression._make_range)
            return f"{span}({self.value(expression.start)}, {self.value(expression.stop)})"
        return self.truth(expression)

    def truth(self, expression: Any) -> str:
        """Python that is true when Liquid takes `expression` for true: all but `false` and `nil`."""
        kind = type(expression)
        if kind is BooleanExpression:
            return self.truth(expression.expression)
        if kind in _JOINED:
            return f"({self.truth(expression.left)} {_JOINED[kind]} {self.truth(expression.right)})"
        if kind in _EQUAL:
            same = self.equal(expression.left, expression.right)
            return same if kind is compared.EqExpression else f"(not {same})"
        if kind in _COMPARED:
            return _COMPARED[kind].format(
                left=self.value(expression.left), right=self.value(expression.right)
            )
        if kind in _VALUES:
            return f"((x := {self.value(expression)}) is not None and x is not False)"
        raise Unfit

    def equal(self, left: Any, right: Any) -> str:
        """Python that is true when Liquid takes both for the same; a value beside a text needs none of its rules."""
        plain = {type(left), type(right)} == {Path, StringLiteral}
        return (
            f"({self.value(left)} == {self.value(right)})"
            if plain
            else f"eq({self.value(left)}, {self.value(right)})"
        )

    def _filtered(self, expression: Any) -> str:
        text = self.value(expression.left)
        for item in expression.filters or ():
            call = self.env.filters.get(item.name)
            if call is None or getattr(call, "with_context", False):
                raise Unfit
            if getattr(call, "with_environment", False):
                call = partial(call, environment=self.env)
            given = [f"**{{{self.constant(a.name)}: {self.value(a.value)}}}" for a in item.args if _named(a)]
            plain = [self.value(a.value) for a in item.args if not _named(a)]
            text = f"{self.constant(call)}({', '.join((text, *plain, *given))})"
        return text

    def _path(self, path: Sequence[Any]) -> str:
        root, *rest = path
        if not isinstance(root, str) or root in _ELSEWHERE or root in self.counters:
            raise Unfit
        if root == "forloop":
            return self._place(rest)
        text = self._root(root)
        for segment in rest:
            if isinstance(segment, Path):
                text = f"item({text}, {self._path(segment.path)})"
            elif isinstance(segment, str) and segment not in _ASKED:
                text += f"[{self.constant(segment)}]"
            else:
                text = f"item({text}, {self.constant(segment)})"
        return text

    def _root(self, name: str) -> str:
        for loop in reversed(self.loops):
            if loop.name == name:
                return loop.item
        self.roots.add(name)
        key = self.constant(name)
        return f"(l[{key}] if {key} in l else v[{key}])" if name in self.assigned else f"v[{key}]"

    def _place(self, rest: Sequence[Any]) -> str:
        if not self.loops or "forloop" in self.assigned or len(rest) != 1 or rest[0] not in _PLACES:
            raise Unfit
        return _PLACES[rest[0]].format(i=self.loops[-1].index, n=self.loops[-1].count)


def names(nodes: Iterable[Any]) -> tuple[frozenset[str], dict[str, str]]:
    """The names that a template assigns, and those that it counts with, each with its name in the function."""
    assigned: set[str] = set()
    counted: dict[str, str] = {}
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, AssignNode | CaptureNode):
            assigned.add(str(node.name))
        elif isinstance(node, IncrementNode):
            counted.setdefault(str(node.name), f"c{len(counted)}")
        waiting.extend(node.children(None))
    return frozenset(assigned), counted


def steps(env: Environment, *, item: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """The functions that a program calls by name, with the limits of `env`, which has one of each kind."""
    output, local, rounds = env.output_stream_limit, env.local_namespace_limit, env.loop_iteration_limit
    if output is None or local is None or rounds is None:
        raise Unfit
    return {
        "__builtins__": {"len": len, "str": str, "enumerate": enumerate},
        "item": item,
        "eq": compared._eq,
        "lt": _less,
        "le": compared._le,
        "contains": compared._contains,
        "markup": Markup,
        "shown": _shown_in_html if env.autoescape else _shown,
        "rows": _rows,
        "window": _window,
        "whole": to_int,
        "once": _once,
        "bounded": _bounded,
        "standing": standing,
        "joined": partial(_joined, output // _BYTES),
        "assign": partial(_assign, local),
        "allowed": partial(_allowed, rounds),
    }


Program = Callable[[Mapping[str, Any]], str]


def standing(part: Program, roots: Sequence[str]) -> Program:
    """`part` of a program, written anew only for other objects under `roots`, the values it is made of.

    Only what can never change is known again, by identity: read-only mappings and tuples. The objects stay with their
    text, so that no other object can have their number.
    """
    kept: dict[tuple[int, ...], tuple[tuple[Any, ...], str]] = {}

    def text(values: Mapping[str, Any]) -> str:
        given = tuple([values[name] for name in roots])
        key = tuple(map(id, given))
        found = kept.get(key)
        if found is not None:
            return found[1]
        made = part(values)
        if all(type(one) in _LASTING for one in given):
            if len(kept) >= _TEXTS_KEPT:
                kept.clear()
            kept[key] = (given, made)
        return made

    return text


def _named(argument: Any) -> bool:
    return getattr(argument, "name", None) is not None


def _shown(value: Any) -> str:
    return value if type(value) is str else str(to_liquid_string(value, autoescape=False))


def _shown_in_html(value: Any) -> str:
    if type(value) is str:
        return escape(value) if _SPECIAL.search(value) else value
    return str(to_liquid_string(value, autoescape=True))


def _less(token: Any, left: Any, right: Any) -> bool:
    """python-liquid's own word, but for two whole numbers, which it asks much about."""
    if type(left) is int and type(right) is int:
        return left < right
    return bool(compared._lt(token, left, right))


def _rows(value: Any) -> Sequence[Any]:
    """What a loop goes through: the pairs of a mapping, a text as one item, nothing for anything else."""
    if type(value) is list:
        return value
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, str):
        return [value] if value else []
    return value if isinstance(value, Sequence) else []


def _window(rows: Sequence[Any], limit: int | None, offset: int | None, backwards: bool) -> Sequence[Any]:
    """`rows` from `offset`, at most `limit`; a limit that reaches back to the start is left to python-liquid."""
    first = offset or 0
    stop = None if limit is None else first + limit
    if stop is not None and stop <= 0:
        raise Unfit
    chosen = rows[max(first, 0) : stop]
    return chosen[::-1] if backwards else chosen


def _once(found: int) -> bool:
    if found > 1:
        raise Unfit
    return found == 1


def _allowed(most: int, rounds: int) -> None:
    if rounds > most:
        raise Unfit


def _bounded(pieces: list[str]) -> None:
    if len(pieces) > _PIECES:
        raise Unfit


def _assign(most: int, local: dict[str, Any], name: str, value: Any) -> None:
    local[name] = value
    if sum(sys.getsizeof(item, 1) for item in local.values()) > most:
        raise Unfit


def _joined(most: int, outputs: Sequence[list[str]]) -> str:
    """The text of the last of `outputs`, the one being written; all of them together may have `most` characters.

    Line ends are made one by one, as python-liquid's buffer does.
    """
    if sum([sum(map(len, pieces)) for pieces in outputs]) > most:
        raise Unfit
    text = "".join(outputs[-1])
    if "\r" in text:
        return "".join([piece.replace("\r\n", "\n").replace("\r", "\n") for piece in outputs[-1]])
    return text
