# SPDX-License-Identifier: Apache-2.0
"""The import contracts hold, and each of them breaks when it is broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / ".importlinter"
_LINT = [
    sys.executable,
    "-c",
    "from importlinter.cli import lint_imports_command as lint; lint()",
    "--no-cache",
]

# One violation for each contract: the contract's name, the module that is planted, and what it says.
VIOLATIONS = [
    ("floors", "domain/planted.py", "import conserje.services.tenancy"),
    ("floors", "services/tenancy/planted.py", "import conserje.channels"),
    ("floors", "hooks/planted.py", "import conserje.config.settings"),
    ("floors", "portal/planted.py", "import conserje.workbench"),
    ("floors", "undeclared/__init__.py", ""),
    ("ground", "domain/kit/planted.py", "import django.db"),
    ("ground", "domain/kit/planted.py", "import httpx"),
    ("wings", "channels/planted/__init__.py", "import django.core.mail"),
    ("wings", "gateways/planted/__init__.py", "import conserje.wording"),
    ("low", "wording/planted.py", "import django"),
    ("doors", "portal/planted.py", "import conserje.data.tenancy"),
    ("doors", "cli/planted.py", "import conserje.channels"),
    ("adapters", "channels/planted/__init__.py", "import conserje.channels.another"),
    ("wiring", "config/planted.py", "import conserje.channels.another"),
    ("tables", "data/receivables/planted.py", "import conserje.data.outreach"),
    ("tables", "data/undeclared/__init__.py", ""),
    ("verbs", "services/outreach/planted.py", "import conserje.services.receivables"),
    ("tags", "portal/templatetags/planted.py", "import conserje.services.tenancy"),
    ("circles", "domain/kit/planted.py", "import conserje.domain.rules"),
]


def broken(folder: Path) -> set[str]:
    """The titles of the contracts that do not hold in the tree at `folder`."""
    result = subprocess.run(
        _LINT,
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", result.stdout, re.MULTILINE))
    assert len(verdicts) == len(titles()), result.stdout + result.stderr
    return {title for title, verdict in verdicts.items() if verdict == "BROKEN"}


def titles() -> dict[str, str]:
    """The contracts' short names and titles."""
    return dict(
        re.findall(
            r"^\[importlinter:contract:(\w+)\]\nname = (.+)$", CONTRACTS.read_text("utf-8"), re.MULTILINE
        )
    )


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house with every package and no walls: each `__init__.py` empty, nothing else, and two channels."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(CONTRACTS, folder)
    for package in (ROOT / "src").rglob("__init__.py"):
        empty = folder / package.relative_to(ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    (folder / "src/conserje/config/wiring.py").touch()
    for name in ("channels/another", "domain/rules", "domain/kit"):
        place = folder / "src/conserje" / name
        place.mkdir(exist_ok=True)
        (place / "__init__.py").touch()
    (folder / "src/conserje/domain/rules/__init__.py").write_text("import conserje.domain.kit\n")
    return folder


def test_the_house_as_it_is_keeps_every_contract() -> None:
    assert broken(ROOT) == set()


def test_a_bare_house_keeps_every_contract(bare: Path) -> None:
    assert broken(bare) == set()


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "module", "text"), VIOLATIONS)
def test_a_planted_violation_is_found(
    bare: Path, tmp_path: Path, contract: str, module: str, text: str
) -> None:
    house = tmp_path / "house"
    shutil.copytree(bare, house)
    planted = house / "src/conserje" / module
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(text + "\n")
    assert titles()[contract] in broken(house)


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(titles())
