# SPDX-License-Identifier: Apache-2.0
"""Every dependency is declared, explained and free to be used: no GPL below an import."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import distribution, packages_distributions

import pytest
from tests.tidy import tables
from tests.tidy.source import ROOT, Source, house, imported

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ROWS = {row["Package"]: row for row in tables.rows(ROOT / "docs/dependencies.md") if "Package" in row}
# They carry another with them, as an extra or as what they are built on, and we import it on purpose.
CARRIED = {
    "cryptography": "django-allauth",
    "httpcore": "httpx",
    "psycopg-pool": "procrastinate",
    "qrcode": "django-allauth",
}


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: Iterable[str]) -> set[str]:
    """Names of packages as they are compared: lower case, hyphens."""
    return {_folded(re.match(r"[\w.-]+", requirement).group()) for requirement in requirements}  # type: ignore[union-attr]


RUNTIME = names(PROJECT["dependencies"])
DEV = names(PROJECT["optional-dependencies"]["dev"])


def licence(package: str) -> str:
    """What the installed package says of its licence, or what the documents say where it is silent."""
    metadata = distribution(package).metadata
    said = [metadata.get("License-Expression") or (metadata.get("License") or "").partition("\n")[0]]
    said += [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    return " ".join(filter(None, said)) or ROWS[package]["Licence"]


def is_gpl(text: str) -> bool:
    """Whether a licence is a GPL proper; the Lesser one allows to be imported."""
    loose = re.sub(r"LGPL\S*|(GNU )?Lesser General Public License", "", text)
    return bool(re.search(r"\bA?GPL|General Public License", loose))


@lru_cache(maxsize=1)
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())


def undeclared(source: Source, declared: set[str]) -> Iterator[str]:
    """Imports of packages that pyproject.toml does not name."""
    for node, module in imported(source):
        top = module.split(".")[0]
        if top in sys.stdlib_module_names or top in ("conserje", "__future__"):
            continue
        owners = {_folded(owner) for owner in _distributions().get(top, [top])}
        if not owners & declared:
            yield f"{source.at(node)}: {top}; declare it in pyproject.toml"


def locked(file: str = "requirements.txt") -> dict[str, str]:
    """Every package of a lock, with its version; by default those we run on."""
    text = (ROOT / file).read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", text, re.M))


def test_every_dependency_has_its_row() -> None:
    assert sorted((RUNTIME | DEV) - set(ROWS)) == []
    assert sorted(set(ROWS) - RUNTIME - DEV) == []


def test_every_row_says_licence_size_and_why() -> None:
    assert [name for name, row in ROWS.items() if not all(row.values())] == []


def test_rows_name_the_locked_version() -> None:
    both = {**locked("requirements-dev.txt"), **locked()}
    versions = {_folded(name): version for name, version in both.items()}
    wrong = {name: row["Version"] for name, row in ROWS.items() if versions.get(name) != row["Version"]}
    assert wrong == {}


@pytest.mark.parametrize("package", sorted(locked()))
def test_nothing_we_run_on_is_gpl(package: str) -> None:
    assert not is_gpl(licence(package))


def test_no_gpl_tool_is_imported() -> None:
    tools = {name for name in DEV if is_gpl(licence(name))}
    assert tools == {"djlint", "codespell"}
    assert [
        fault
        for source in house()
        for node, module in imported(source)
        if module.split(".")[0] in tools
        for fault in [source.at(node)]
    ] == []


def test_every_import_is_declared() -> None:
    declared = RUNTIME | set(CARRIED)
    assert [fault for source in house() for fault in undeclared(source, declared)] == []


def brought(package: str) -> set[str]:
    """What is installed because of `package`, however far down; extras count."""
    ours = {_folded(name) for name in locked()}
    found: set[str] = set()
    waiting = {package}
    while waiting:
        found |= waiting
        needed = {name for one in waiting for name in names(distribution(one).requires or [])}
        waiting = (needed & ours) - found
    return found


@pytest.mark.parametrize(("carried", "carrier"), sorted(CARRIED.items()))
def test_what_is_carried_is_carried(carried: str, carrier: str) -> None:
    assert carrier in RUNTIME
    assert carried in brought(carrier)


def test_planted_imports_and_licences_are_found() -> None:
    assert list(undeclared(Source("a.py", "import djlint\nimport json\n"), RUNTIME))
    assert not list(undeclared(Source("a.py", "import yaml\n"), RUNTIME))
    assert is_gpl("GPL-3.0-or-later")
    assert is_gpl("AGPL-3.0")
    assert is_gpl("License :: OSI Approved :: GNU General Public License v3 (GPLv3)")
    assert not is_gpl("LGPL-3.0-only")
    assert not is_gpl("GNU Lesser General Public License v2 or later (LGPLv2+)")
