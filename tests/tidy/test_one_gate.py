# SPDX-License-Identifier: Apache-2.0
"""Nothing reaches a carrier but through `services/outreach/send.py`, with what was judged again and marked."""

from __future__ import annotations

import ast
from typing import TypeGuard

import pytest
from tests.tidy.source import Source, house

GATE = "services/outreach/send.py"
# Who may know how to speak to the outside at all: adapters, the one HTTP of the house, and the invented world.
_LINES = ("channels/", "gateways/", "connectors/", "testing/", "services/tenancy/http.py")
_OUTSIDE = frozenset({"smtplib", "imaplib", "httpx", "requests", "aiohttp", "http.client", "urllib.request"})
# Writes to the people of the desk, once a day, and to nobody else.
_DIGEST = "services/outreach/digest.py"
_DIGEST_WRITER = "services/insights/digest.py"
# What anybody may ask of an installed carrier.
_HARMLESS = frozenset({"channel", "check", "settings", "abilities", "name", "title"})


def leaks(source: Source) -> list[str]:
    """Every way by which one module could hand something to a carrier without the gate."""
    found: list[str] = []
    for node in source.nodes():
        if isinstance(node, ast.Import | ast.ImportFrom) and not source.path.startswith(_LINES):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            found += [f"imports {name}" for name in names if name in _OUTSIDE]
            if isinstance(node, ast.ImportFrom) and node.module == "django.core.mail":
                sent = {a.name for a in node.names} & {
                    "send_mail",
                    "send_mass_mail",
                    "get_connection",
                    "mail_admins",
                }
                found += [f"imports {name}" for name in sorted(sent)]
        if source.path == GATE or source.path.startswith(_LINES):
            continue
        if isinstance(node, ast.Attribute) and _is_carrier(node.value) and node.attr not in _HARMLESS:
            found.append(f"uses a carrier's {node.attr}")
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("send", "open") and _marks(node):
                found.append("hands over")
            if _called(node) == "Ready" and source.path != "services/outreach/prepare.py":
                found.append("makes a letter ready")
            if _called(node) == "prepare" and isinstance(node.func, ast.Attribute):
                holder = node.func.value
                if isinstance(holder, ast.Name) and holder.id == "prepare":
                    found.append("prepares what is claimed")
    return found


def _is_carrier(node: ast.AST) -> bool:
    """Whether an expression is `carriers.get(...)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "get":
        return False
    holder = node.func.value
    return (holder.id if isinstance(holder, ast.Name) else getattr(holder, "attr", "")) == "carriers"


def _marks(node: ast.Call) -> bool:
    return any(keyword.arg == "mark" for keyword in node.keywords)


def _makes(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and _called(node) == name


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _function(path: str, name: str) -> ast.FunctionDef:
    (source,) = [item for item in house() if item.path == path]
    return next(
        node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef) and node.name == name
    )


def _calls(function: ast.FunctionDef) -> set[str]:
    return {_called(node) for node in ast.walk(function) if isinstance(node, ast.Call)}


def test_nothing_reaches_a_carrier_but_through_the_gate() -> None:
    found = {source.path: leaks(source) for source in house() if leaks(source)}
    assert found == {_DIGEST: ["uses a carrier's open", "hands over"]}


def test_the_digest_writes_to_the_people_of_the_desk_alone() -> None:
    (parcel,) = [node for node in ast.walk(_function(_DIGEST_WRITER, "_parcel")) if _makes(node, "Parcel")]
    assert ast.unparse(parcel.args[2]) == "ready.worker.email"


def test_what_goes_through_the_gate_was_judged_again_when_written_and_when_marked() -> None:
    assert {"recheck", "Writing"} <= _calls(_function("services/outreach/prepare.py", "_judge_again"))
    assert "still_right" in _calls(_function(GATE, "_mark"))
    assert {"note", "mark"} <= _calls(_function(GATE, "_mark"))
    assert "_judge_again" in _calls(_function("services/outreach/prepare.py", "_prepare"))
    assert "_mark" in _calls(_function(GATE, "_hand_over"))


@pytest.mark.parametrize(
    ("path", "text", "leak"),
    [
        ("workbench/planted.py", "import smtplib", "imports smtplib"),
        ("services/insights/planted.py", "import httpx", "imports httpx"),
        ("portal/planted.py", "from django.core.mail import send_mail", "imports send_mail"),
        ("cli/planted.py", "carriers.get('email_smtp').open(settings, http)", "uses a carrier's open"),
        ("services/outreach/planted.py", "registry.carriers.get(name).open(a, b)", "uses a carrier's open"),
        ("jobs/planted.py", "session.send(parcel, mark=lambda: None)", "hands over"),
        ("services/outreach/planted.py", "Ready(touch, case)", "makes a letter ready"),
        ("workbench/planted.py", "prepare.prepare(creditor_id=1)", "prepares what is claimed"),
    ],
)
def test_each_way_around_the_gate_is_seen(path: str, text: str, leak: str) -> None:
    assert leaks(Source(path, text)) == [leak]
