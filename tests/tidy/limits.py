# SPDX-License-Identifier: Apache-2.0
"""Rules of size and shape: how long, how many parameters, how files are called and how they begin."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.tidy.source import FUNCTIONS, Function, Rule, Source

FUNCTION_MAX = 60
FILE_MAX = 400
PARAMETERS_MAX = 6
LICENCE = "# SPDX-License-Identifier: Apache-2.0"
VAGUE = frozenset(
    {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "tools"}
)
# A port's signature is kept for authors of outside adapters; the kit's words are operators: `instant(day, time, zone)`.
_OPERANDS = ("domain/kit", "domain/ports")
_LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def long_functions(source: Source) -> Iterator[str]:
    """Functions longer than a screen."""
    for function in source.functions():
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_MAX:
            yield f"{source.at(function)}: {function.name} has {length} lines; at most {FUNCTION_MAX}"


def long_files(source: Source) -> Iterator[str]:
    """Files longer than one sitting."""
    if len(source.lines) > FILE_MAX:
        yield f"{source.path}: {len(source.lines)} lines; at most {FILE_MAX}"


def loose_parameters(source: Source) -> Iterator[str]:
    """Public functions of domain and services: one subject may stand first, everything else has its name said."""
    if not source.below("domain", "services"):
        return
    for function in _public(source.tree.body):
        order = [*function.args.posonlyargs, *function.args.args]
        if len(order) > 1 and not source.below(*_OPERANDS):
            names = ", ".join(parameter.arg for parameter in order[1:])
            yield f"{source.at(function)}: {function.name} takes {names} by position; put a * before them"


def many_parameters(source: Source) -> Iterator[str]:
    """Public functions and methods of domain and services with more than six parameters."""
    if not source.below("domain", "services"):
        return
    classes = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
    methods = (method for one in classes for method in _public(one.body))
    for function in (*_public(source.tree.body), *methods):
        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        count = sum(parameter.arg not in ("self", "cls") for parameter in every)
        if count > PARAMETERS_MAX:
            yield f"{source.at(function)}: {function.name} takes {count}; group them in a frozen dataclass"


def _public(body: list[ast.stmt]) -> Iterator[Function]:
    return (node for node in body if isinstance(node, FUNCTIONS) and not node.name.startswith("_"))


def vague_names(source: Source) -> Iterator[str]:
    """Modules, folders and classes called after nothing in particular."""
    for part in source.path.removesuffix(".py").split("/"):
        if part in VAGUE and not (part == "base" and _is_database_backend(source)):
            yield f"{source.path}: say what is in '{part}'"
    for node in source.nodes():
        if isinstance(node, ast.ClassDef) and re.search(r"(Impl|Helper|Utils?)$", node.name):
            yield f"{source.at(node)}: say what {node.name} is"


def _is_database_backend(source: Source) -> bool:
    # Django looks for a backend in a module of this name and no other.
    return any(isinstance(node, ast.ClassDef) and node.name == "DatabaseWrapper" for node in source.tree.body)


def unlicensed(source: Source) -> Iterator[str]:
    """Files that do not say under what licence they are."""
    if source.lines[:1] != [LICENCE]:
        yield f"{source.path}: begin with {LICENCE}"


def put_off(source: Source) -> Iterator[str]:
    """Comments and docstrings that put something off."""
    if not _LATER.search(source.text):
        return
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and _LATER.search(token.string):
            yield f"{source.path}:{token.start[0]}: do it, or write it into the documents"
    for node in source.nodes():
        if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Module)) and _LATER.search(
            ast.get_docstring(node) or ""
        ):
            yield f"{source.at(node)}: do it, or write it into the documents"


_LONG = "def long() -> None:\n" + "    pass\n" * FUNCTION_MAX
_SHORT = "def short() -> None:\n" + "    pass\n" * (FUNCTION_MAX - 1)

EVERYWHERE = (
    Rule(
        "functions fit on a screen",
        "what does not fit in one look is not checked in one look",
        long_functions,
        (("domain/a.py", _LONG), ("domain/a.py", _LONG.replace("def", "async def"))),
        (("domain/a.py", _SHORT),),
    ),
    Rule(
        "files are read in one sitting",
        "a file beyond this length has two subjects",
        long_files,
        (("domain/a.py", "\n" * (FILE_MAX + 1)),),
        (("domain/a.py", "\n" * FILE_MAX),),
    ),
    Rule(
        "every file names its licence",
        "a file is copied without the folder it came from",
        unlicensed,
        (("domain/a.py", '"""No licence."""\n'), ("domain/__init__.py", "")),
        (("domain/a.py", LICENCE + "\n"),),
    ),
    Rule(
        "nothing is put off",
        "a note to oneself in the code is a promise nobody keeps",
        put_off,
        (("domain/a.py", "a = 1  # TODO: b\n"), ("domain/a.py", '"""FIXME later."""\n')),
        (("domain/a.py", 'TODO = "TODO"  # todo el saldo\n'),),
    ),
)
HOUSE_ONLY = (
    Rule(
        "parameters are named where they are given",
        "two ids in the wrong order are a payment on another's invoice",
        loose_parameters,
        (("services/a.py", "def record(a, b): ...\n"), ("domain/a/b.py", "async def f(a, b, *, c): ...\n")),
        (
            ("services/a.py", "def fold(text, *, deep=False): ...\ndef _own(a, b): ...\n"),
            ("services/a.py", "class A:\n    def add(self, a, b): ...\n"),
            ("domain/kit/a.py", "def instant(on, at, zone): ...\n"),
            ("portal/a.py", "def show(request, creditor): ...\n"),
        ),
    ),
    Rule(
        "six parameters are enough",
        "more are a value that was not given a name",
        many_parameters,
        (
            ("services/a.py", "def f(*, a, b, c, d, e, f, g): ...\n"),
            ("domain/a.py", "class A:\n    def m(self, a, b, c, d, e, f, g): ...\n"),
        ),
        (
            (
                "domain/a.py",
                "class A:\n    def m(self, a, b, c, d, e, f): ...\n    def __init__(self, *a): ...\n",
            ),
        ),
    ),
    Rule(
        "names say what is inside",
        "a drawer without a label is where everything ends up",
        vague_names,
        (
            ("services/utils.py", ""),
            ("services/common/money.py", ""),
            ("data/base.py", ""),
            ("domain/a.py", "class ReaderImpl: ...\n"),
        ),
        (("config/database/base.py", "class DatabaseWrapper: ...\n"), ("domain/baseline.py", "")),
    ),
)
