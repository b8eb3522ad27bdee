# SPDX-License-Identifier: Apache-2.0
"""Rules of reach: who may read the clock, speak to the network, print, guess, or hold a number that is not exact."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import FUNCTIONS, Rule, Source, imported

_MOMENTS = frozenset(
    [
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "timezone.now",
        "timezone.localdate",
        "timezone.localtime",
        "functions.Now",
    ]
)
_STOPWATCHES = frozenset(["time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.process_time"])
_SQL_CLOCK = re.compile(
    r"\b(now\s*\(\)|clock_timestamp|statement_timestamp|transaction_timestamp"
    r"|current_(date|time|timestamp)\b(?!\w))",
    re.I,
)
_SQL = re.compile(r"\b(SELECT|UPDATE|INSERT|DELETE)\b")
# Rooms where amounts are worked with. Tenancy only times requests, in seconds.
_MONEY = ("domain", "data", "gateways", "services")
_NETWORK = frozenset(
    [
        "smtplib",
        "imaplib",
        "poplib",
        "ftplib",
        "socket",
        "ssl",
        "http",
        "requests",
        "urllib3",
        "httpx",
        "httpcore",
        "aiohttp",
        "aiosmtpd",
    ]
)
_NETWORK_PARTS = frozenset({"urllib.request", "urllib.error"})
_WORLD = ("testing/world", "testing/replay")
_CHANCE = frozenset({"random", "secrets", "uuid", "os", "time", "subprocess", "tempfile", "shutil"})


def clocks(source: Source) -> Iterator[str]:
    """Readers of the clock other than the one the doors ask; the world is another process and has its own."""
    if source.below("config/clock.py", *_WORLD):
        return
    aliases = {
        alias.asname or alias.name: f"{node.module.split('.')[-1]}.{alias.name}"
        for node in source.nodes()
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    for node in source.nodes():
        said = ""
        if isinstance(node, ast.Attribute):
            said = ".".join(ast.unparse(node).split(".")[-2:])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            said = aliases.get(node.id, "")
        if said in _MOMENTS:
            yield f"{source.at(node)}: {said}; take `now` as an argument, doors ask config.clock"
        if said in _STOPWATCHES and not source.below("config", "cli", "channels", "services/tenancy/http.py"):
            yield f"{source.at(node)}: {said}; only what speaks a protocol of its own times it"


def stamps(source: Source) -> Iterator[str]:
    """Columns and statements that take the database's clock, other than leases and the birth of a creditor's row."""
    for node in source.nodes():
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            if node.arg == "auto_now" or not source.below("data/tenancy"):
                yield f"{source.at(node.value)}: {node.arg}; the service writes the moment it was given"
        elif _reads_clock(node) and not source.below("data/outreach/hand_over.py", "config"):
            yield f"{source.at(node)}: reads the database's clock; only leases go by it"


def _reads_clock(node: ast.AST) -> bool:
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return bool(_SQL.search(text) and _SQL_CLOCK.search(text))


def inexact(source: Source) -> Iterator[str]:
    """Floats, and divisions that make them, where amounts are."""
    if not source.below(*_MONEY) or source.below("services/tenancy"):
        return
    for node in source.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{source.at(node)}: {node.value}; amounts are whole minor units, other figures Decimal"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield f"{source.at(node)}: float; amounts are whole minor units, other figures Decimal"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _may_be_number(node.right):
            yield f"{source.at(node)}: {ast.unparse(node)}; share minor units with kit.money.split or //"
        elif isinstance(node, ast.Attribute) and node.attr == "FloatField":
            yield f"{source.at(node)}: FloatField; amounts are bigint minor units"


def _may_be_number(node: ast.expr) -> bool:
    # A path is divided by text.
    return not isinstance(node, ast.JoinedStr) and not (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def network(source: Source) -> Iterator[str]:
    """Modules with a wire of their own."""
    if source.below("services/tenancy/http.py", *_WORLD):
        return
    for node, name in imported(source):
        top = name.split(".")[0]
        if top not in _NETWORK and name not in _NETWORK_PARTS:
            continue
        # Channels whose protocol is not HTTP carry it themselves.
        if source.below("channels") and top in ("smtplib", "imaplib", "socket", "ssl"):
            continue
        yield f"{source.at(node)}: {name}; adapters are handed an `http`, others ask a service"


def chance(source: Source) -> Iterator[str]:
    """What makes the same facts give another answer in the domain."""
    if not source.below("domain"):
        return
    for node, name in imported(source):
        if name.split(".")[0] in _CHANCE:
            yield f"{source.at(node)}: {name}; take what it would give as an argument"
    for node in source.nodes():
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("open", "input")
        ):
            yield f"{source.at(node)}: {node.func.id}(); the ground reads nothing"


def environment(source: Source) -> Iterator[str]:
    """Readers of the environment other than the roof and the commands; a child is given what it may know."""
    if source.below("config", "cli", "testing"):
        return
    for node in source.nodes():
        named = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("getenv", "get")
        if named and ast.unparse(node.func) in ("os.getenv", "os.environ.get"):
            yield f"{source.at(node)}: {ast.unparse(node)}; let config/settings.py read it"
        by_name = isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Name)
        if by_name and ast.unparse(node).startswith("os.environ["):
            yield f"{source.at(node)}: {ast.unparse(node)}; let config/settings.py read it"


def signals(source: Source) -> Iterator[str]:
    """Signals, which make a cause call what it does not know."""
    for node, name in imported(source):
        if name.startswith("django.dispatch") or name.split(".")[-1] == "signals":
            yield f"{source.at(node)}: {name}; call the consequence by its name"
    for node in source.nodes():
        names = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
        if names & {"signals", "receiver", "Signal"} and ast.unparse(node).startswith("from django"):
            yield f"{source.at(node)}: {ast.unparse(node)}; call the consequence by its name"


def prints(source: Source) -> Iterator[str]:
    """Words thrown at a terminal by what has none. The world answers its parent process in JSON."""
    if source.below("cli", "testing/world/__main__.py"):
        return
    for node in source.nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{source.at(node)}: print; log it, or return it"


# Above a creditor, or of a person who works for several.
_ABOVE = frozenset(
    {"TenantModel", "Organisation", "Creditor", "Membership", "User", "ContactRecord", "WrongAddress"}
)


def loose_tables(source: Source) -> Iterator[str]:
    """Tables that do not carry their creditor in every key."""
    if not source.below("data"):
        return
    for node in source.nodes():
        if isinstance(node, ast.ClassDef) and node.name not in _ABOVE:
            bases = {ast.unparse(base) for base in node.bases}
            if bases & {"models.Model", "Model", "AbstractBaseUser"}:
                yield f"{source.at(node)}: {node.name}; derive it from TenantModel"


def loose_services(source: Source) -> Iterator[str]:
    """Public services that touch the rows of their `creditor_id` and are neither act nor step.

    Tenancy holds what stands above a creditor.
    """
    if not source.below("services") or source.below("services/tenancy"):
        return
    for function in source.tree.body:
        if not isinstance(function, FUNCTIONS) or function.name.startswith("_"):
            continue
        if all(one.arg != "creditor_id" for one in function.args.kwonlyargs):
            continue
        text = ast.unparse(function)
        marked = {ast.unparse(one) for one in function.decorator_list} & {"act", "step"}
        opens = re.search(r"\bwith (acting|reading)\(", text)
        touched = set(re.findall(r"(\w+)\.(?:objects\b|cursor\()", text)) - _ABOVE
        if touched and not marked and not opens:
            yield f"{source.at(function)}: {function.name}; mark it @act or @step"


RULES = (
    Rule(
        "now is an argument",
        "preview, simulation and test must be the very code that sends",
        clocks,
        (
            ("domain/a.py", "from datetime import datetime\na = datetime.now()\n"),
            ("services/a.py", "import datetime\na = datetime.datetime.utcnow()\n"),
            ("channels/a.py", "from datetime import date\na = date.today()\n"),
            ("portal/a.py", "from django.utils import timezone\nmoment = timezone.now()\n"),
            ("data/a.py", "from django.utils import timezone\nfield(default=timezone.now)\n"),
            ("services/a.py", "from time import time\na = time()\n"),
            ("services/a.py", "import time\na = time.monotonic()\n"),
        ),
        (
            ("services/a.py", "def f(*, now): return now.date()\n"),
            ("channels/a/line.py", "import time\na = time.monotonic()\n"),
            ("config/clock.py", "from datetime import UTC, datetime\na = datetime.now(UTC)\n"),
        ),
    ),
    Rule(
        "rows carry the moment they were given",
        "a demo book, a replay and a late job live in another moment than the server",
        stamps,
        (
            ("data/a.py", "at = models.DateTimeField(auto_now=True)\n"),
            ("data/receivables/a.py", "at = models.DateTimeField(auto_now_add=True)\n"),
            ("services/a.py", 'A = "UPDATE t SET ended_at = now()"\n'),
        ),
        (("data/outreach/hand_over.py", 'A = "UPDATE t SET until = clock_timestamp()"\n'),),
    ),
    Rule(
        "amounts are exact",
        "a float loses a cent, and a cent is a complaint",
        inexact,
        (
            ("domain/a.py", "a = 0.1\n"),
            ("services/receivables/a.py", "a = float(b)\n"),
            ("domain/a.py", "a = minor / 3\n"),
            ("data/a.py", "a = models.FloatField()\n"),
            ("gateways/a.py", "a = amount / 100\n"),
        ),
        (("domain/a.py", 'a = minor // 3\nb = folder / "name"\n'), ("services/tenancy/a.py", "a = 0.5\n")),
    ),
    Rule(
        "one wire for everybody",
        "time limits, the guard of addresses and quiet logs are written once",
        network,
        (
            ("gateways/a.py", "import httpx\n"),
            ("services/a.py", "from urllib.request import urlopen\n"),
            ("services/a.py", "import smtplib\n"),
            ("channels/a.py", "import requests\n"),
        ),
        (("channels/a.py", "import smtplib\n"), ("portal/a.py", "from urllib.parse import quote\n")),
    ),
    Rule(
        "the ground neither guesses nor looks around",
        "the same facts must give the same decision, byte for byte",
        chance,
        (
            ("domain/a.py", "import random\n"),
            ("domain/a.py", "from uuid import uuid4\n"),
            ("domain/a.py", "open('x')\n"),
        ),
        (("services/a.py", "from uuid import uuid4\n"),),
    ),
    Rule(
        "settings are read on the roof",
        "an operator finds every choice in one table of docs/operations.md",
        environment,
        (
            ("services/a.py", "import os\na = os.environ['A']\n"),
            ("portal/a.py", "import os\na = os.environ.get('A')\n"),
        ),
        (("config/a.py", "import os\na = os.environ['A']\n"),),
    ),
    Rule(
        "calls are explicit",
        "who reads a function must see what it causes",
        signals,
        (
            ("data/a.py", "from django.db.models.signals import post_save\n"),
            ("services/a.py", "from django.dispatch import receiver\n"),
            ("data/a.py", "from django.db.models import signals\n"),
        ),
        (("cli/a.py", "import signal\n"),),
    ),
    Rule(
        "only commands speak to a terminal",
        "a worker's words belong in its log, without names and amounts",
        prints,
        (("services/a.py", "print('a')\n"),),
        (("cli/a.py", "print('a')\n"),),
    ),
    Rule(
        "every table of a creditor carries it in its keys",
        "a foreign key is checked without regard to row security",
        loose_tables,
        (
            ("data/receivables/a.py", "class Refund(models.Model): ...\n"),
            ("data/a.py", "class Refund(Model): ...\n"),
        ),
        (("data/receivables/a.py", "class Refund(TenantModel): ...\n"),),
    ),
    Rule(
        "a service is an act or a step",
        "it must be plain who opens the one transaction",
        loose_services,
        (("services/outreach/a.py", "def place(*, creditor_id):\n    Hold.objects.create()\n"),),
        (
            ("services/outreach/a.py", "@step\ndef place(*, creditor_id):\n    Hold.objects.create()\n"),
            ("services/outreach/a.py", "def place(*, creditor_id):\n    return _place()\n"),
        ),
    ),
)
