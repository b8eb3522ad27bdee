# SPDX-License-Identifier: Apache-2.0
"""A parsed template as one Python function: what makes hundreds of thousands of letters an hour possible.

python-liquid walks its tree anew for every letter. Here the tree is walked once and written down as a function. It is
sure of itself or silent: whatever it does not do exactly as python-liquid does (a missing value, a limit reached, a
filter that complains, a rare construct) raises or is not written at all, and `sandbox.render` hands the letter to
python-liquid, which knows the error and its sentence. Why, and what it saves: docs/decisions/0017-letters-compiled.md.

No word of a template is ever code: the source below is made of our own fragments and of numbered names (`k7`), and
what somebody wrote is bound to those names as a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Final

from liquid import BoundTemplate, RenderContext
from liquid.ast import BlockNode
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import LoopExpression, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.echo_tag import EchoNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.increment_tag import IncrementNode
from liquid.builtin.tags.inline_comment_tag import InlineCommentNode
from liquid.builtin.tags.unless_tag import UnlessNode

from conserje.wording.program_parts import Program, Scope, Unfit, names, steps

_LOOPS_INSIDE: Final = 6
# A shorter run of what stands is written as fast as it is found again.
_WORTH_KEEPING: Final = 2
_INDENT: Final = " "
_RETURN: Final = f"{_INDENT}return joined((o0,))"


def program(template: BoundTemplate, *, lasting: frozenset[str] = frozenset()) -> Program | None:
    """The function that fills `template`; None when the template holds what only python-liquid does.

    What is made of nothing but the values named in `lasting` is written once for as long as those are the same objects.

    The function raises any exception for values that it leaves to python-liquid.
    """
    try:
        writer = _Writer(template, lasting)
        source = writer.source()
        code = compile(source, "<letter>", "exec")
    except (Unfit, SyntaxError, RecursionError, MemoryError):
        return None
    space: dict[str, Any] = dict(writer.scope.constants)
    exec(code, space)  # noqa: S102 - our own fragments and numbered names, see above
    made: Program = space["fill"]
    return made


class _Writer:
    """Writes the body of the function, node by node, in the order of python-liquid."""

    def __init__(self, template: BoundTemplate, lasting: frozenset[str] = frozenset()) -> None:
        self.nodes = template.nodes
        self.lasting = lasting
        assigned, counters = names(template.nodes)
        self.scope = Scope(
            env=template.env,
            constants=steps(template.env, item=RenderContext(template).get_item),
            assigned=assigned,
            counters=counters,
        )
        self.lines: list[str] = []
        self.depth = 1
        self.outputs = ["o0"]
        self.muted = False
        self.pieces: list[str] = []

    def source(self) -> str:
        """The whole function as Python."""
        runs = [(stands, list(run)) for stands, run in groupby(self.nodes, key=self._stands)]
        parts = []
        for stands, run in runs:
            if stands and sum(type(node) is not ContentNode for node in run) >= _WORTH_KEEPING:
                parts += self._part(run)
            else:
                self._all(run)
        self._flush()
        starts = [f"{_INDENT}{name} = 0" for name in self.scope.counters.values()]
        head = ["def fill(v):", f"{_INDENT}l = {{}}", f"{_INDENT}o0 = []", *starts]
        return "\n".join([*parts, *head, *self.lines, _RETURN, ""])

    def _all(self, nodes: Iterable[Any]) -> None:
        for node in nodes:
            self._node(node)

    def _apart(self, nodes: Iterable[Any]) -> tuple[list[str], set[str]]:
        """The lines of `nodes`, beside those of the function, and the values that they read."""
        self._flush()
        around, self.lines, self.scope.roots = self.lines, [], set()
        self._all(nodes)
        self._flush()
        lines, self.lines = self.lines, around
        return lines, self.scope.roots

    def _stands(self, node: Any) -> bool:
        """Whether `node` is made of nothing but what lasts, and changes nothing that others read."""
        if not self.lasting or type(node) is ContentNode:
            return bool(self.lasting)
        assigned, counters = names([node])
        if assigned or counters:
            return False
        _, roots = self._apart([node])
        return roots <= self.lasting - self.scope.assigned

    def _part(self, nodes: Iterable[Any]) -> list[str]:
        """A function of its own for `nodes`, called where they stand."""
        lines, roots = self._apart(nodes)
        part, kept = self.scope.fresh("w"), self.scope.fresh("p")
        given = "".join(f"{self.scope.constant(name)}, " for name in sorted(roots))
        self._out(f"{kept}(v)")
        return [
            f"def {part}(v):",
            f"{_INDENT}o0 = []",
            *lines,
            _RETURN,
            f"{kept} = standing({part}, ({given}))",
        ]

    def _node(self, node: Any) -> None:
        write = _WRITERS.get(type(node))
        if write is None:
            raise Unfit
        write(self, node)

    def _line(self, text: str) -> None:
        self._flush()
        self.lines.append(_INDENT * self.depth + text)

    def _out(self, piece: str) -> None:
        if self.muted:
            self._line(piece)
        else:
            self.pieces.append(piece)

    def _flush(self) -> None:
        if self.pieces:
            written, self.pieces = ", ".join(self.pieces), []
            self.lines.append(f"{_INDENT * self.depth}{self.outputs[-1]} += ({written},)")

    @contextmanager
    def _inside(self, head: str) -> Iterator[None]:
        """The lines written meanwhile stand below `head`."""
        self._line(head)
        self.depth += 1
        before = len(self.lines)
        yield
        self._flush()
        if len(self.lines) == before:
            self._line("pass")
        self.depth -= 1

    def _block(self, block: BlockNode) -> None:
        """A block of nothing but blanks and tags writes nothing: python-liquid's own rule."""
        outer, self.muted = self.muted, self.muted or bool(block.blank)
        self._flush()
        for node in block.nodes:
            self._node(node)
        self._flush()
        self.muted = outer

    def _content(self, node: ContentNode) -> None:
        if not self.muted:
            self._out(self.scope.constant(node.text))

    def _output(self, node: OutputNode) -> None:
        self._out(f"shown({self.scope.value(node.expression)})")

    def _comment(self, node: CommentNode) -> None:
        """Nothing is written."""

    def _choice(self, node: IfNode | UnlessNode) -> None:
        truth = self.scope.truth(node.condition)
        with self._inside(f"if {truth}:" if isinstance(node, IfNode) else f"if not {truth}:"):
            self._block(node.consequence)
        for other in node.alternatives:
            with self._inside(f"elif {self.scope.truth(other.expression)}:"):
                self._block(other.block)
        if node.default:
            with self._inside("else:"):
                self._block(node.default)

    def _case(self, node: CaseNode) -> None:
        """Every `when` that fits is written, and an `else` only while none has."""
        fits = self.scope.fresh("d")
        self._line(f"{fits} = 0")
        for block in node.blocks:
            if isinstance(block, MultiExpressionBlockNode):
                asked = block.expression.expressions
                found = " + ".join(self.scope.equal(node.expression, item) for item in asked)
                with self._inside(f"if once({found}):" if len(asked) > 1 else f"if {found}:"):
                    self._line(f"{fits} = 1")
                    self._block(block.block)
            else:
                with self._inside(f"if not {fits}:"):
                    self._block(block)

    def _for(self, node: ForNode) -> None:
        loop: LoopExpression = node.expression
        if len(self.scope.loops) >= _LOOPS_INSIDE:
            raise Unfit
        rows, count = self.scope.fresh("s"), self.scope.fresh("n")
        self._line(f"{rows} = {self._rows(loop)}")
        self._line(f"{count} = len({rows})")
        with self._inside(f"if {count}:"):
            every = " * ".join([count, *(entry.count for entry in self.scope.loops)])
            self._line(f"allowed({every})")
            with self.scope.looping(str(loop.identifier), count) as entry:
                head = f"for {entry.index}, {entry.item} in enumerate({rows}):"
                with self._inside(head):
                    self._line(f"bounded({self.outputs[-1]})")
                    self._block(node.block)
        if node.default:
            with self._inside("else:"):
                self._block(node.default)

    def _rows(self, loop: LoopExpression) -> str:
        rows = f"rows({self.scope.value(loop.iterable)})"
        if loop.cols is not None:
            raise Unfit
        if loop.limit is None and loop.offset is None and not loop.reversed:
            return rows
        if isinstance(loop.offset, StringLiteral):
            raise Unfit
        limit, offset = (
            "None" if item is None else f"whole({self.scope.value(item)})"
            for item in (loop.limit, loop.offset)
        )
        return f"window({rows}, {limit}, {offset}, {bool(loop.reversed)})"

    def _jump(self, node: BreakNode | ContinueNode) -> None:
        if not self.scope.loops:
            raise Unfit
        self._line("break" if isinstance(node, BreakNode) else "continue")

    def _assign(self, node: AssignNode) -> None:
        name = self.scope.constant(str(node.name))
        self._line(f"assign(l, {name}, {self.scope.value(node.expression)})")

    def _capture(self, node: CaptureNode) -> None:
        name, output = self.scope.constant(str(node.name)), self.scope.fresh("o")
        self._line(f"{output} = []")
        outer, self.muted = self.muted, False
        self.outputs.append(output)
        self._block(node.block)
        self._flush()
        text = f"joined(({', '.join(self.outputs)},))"
        self.outputs.pop()
        self.muted = outer
        self._line(f"assign(l, {name}, {'markup(' + text + ')' if self.scope.html else text})")

    def _increment(self, node: IncrementNode) -> None:
        counter = self.scope.counters[str(node.name)]
        self._out(f"str({counter})")
        self._line(f"{counter} += 1")


_WRITERS: Final[Mapping[type, Callable[[_Writer, Any], None]]] = {
    ContentNode: _Writer._content,
    OutputNode: _Writer._output,
    EchoNode: _Writer._output,
    CommentNode: _Writer._comment,
    InlineCommentNode: _Writer._comment,
    IfNode: _Writer._choice,
    UnlessNode: _Writer._choice,
    CaseNode: _Writer._case,
    ForNode: _Writer._for,
    BreakNode: _Writer._jump,
    ContinueNode: _Writer._jump,
    AssignNode: _Writer._assign,
    CaptureNode: _Writer._capture,
    IncrementNode: _Writer._increment,
}
