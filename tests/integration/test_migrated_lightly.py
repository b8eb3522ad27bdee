# SPDX-License-Identifier: Apache-2.0
"""Migrations that render only what they change make the same tables as Django's own way."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests import harness

from conserje.config import embedded
from conserje.config.database import provision

pytestmark = pytest.mark.long

MIGRATE = """
import contextlib
import sys
from conserje.cli.main import ready
from conserje.config import migration_state
if sys.argv[1] == "usual":
    migration_state.lightly = contextlib.nullcontext
ready()
from conserje.config import migrating
migrating.bring_up_to_date()
"""


def schema(way: str) -> list[str]:
    """Each line of the dumped schema of a new database, but for the keys that every dump draws anew."""
    name = f"alike_{way}"
    with harness.admin() as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        provision.database(server, name)
        try:
            with harness.admin(name) as inside:
                provision.privileges(inside, name)
            environment = harness.Clone(name).environment()
            subprocess.run([sys.executable, "-c", MIGRATE, way], env=environment, check=True, timeout=600)
            dump = [str(embedded.programs() / "pg_dump"), "--schema-only", harness.address("owner", name)]
            told = subprocess.run(dump, capture_output=True, text=True, check=True, timeout=60).stdout
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
    return sorted(line for line in told.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


@pytest.mark.usefixtures("template")
def test_the_tables_come_out_alike() -> None:
    light, usual = schema("lightly"), schema("usual")
    assert len(light) > 5_000
    assert light == usual
