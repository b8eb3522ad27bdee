# SPDX-License-Identifier: Apache-2.0
"""`conserje backup` and `conserje restore`: the same books elsewhere, or a refusal with its reason, never half."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from django.test import override_settings
from tests import harness
from tests.integration import book, restoring
from tests.integration.book import TUESDAY

from conserje.config import migrating
from conserje.data.tenancy.models import Creditor
from conserje.services.journal import seal
from conserje.services.tenancy import archive, backup, programs, restore

pytestmark = pytest.mark.slow

_PRIVILEGES = (
    "SELECT kind, what, part, who::regrole::text, may"
    f" FROM ({backup._PRIVILEGES}) AS p(kind, what, part, who, may)"
)


@pytest.fixture
def kept(creditor: Creditor, tmp_path: Path) -> Iterator[Creditor]:
    """A small book with a sealed journal, whatever is kept outside being of this test."""
    with override_settings(OUTSIDE_FOLDER=tmp_path / "outside"):
        book.set_up(creditor, world=None)
        book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5))
        seal.close(creditor_id=creditor.id, now=TUESDAY)
        yield creditor


def answer(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def facts(clone: harness.Clone) -> tuple[Any, ...]:
    """What must be the same elsewhere: privileges, walls, rows."""
    with clone.connect("backup") as reading:
        return (
            sorted(reading.execute(_PRIVILEGES).fetchall()),
            sorted(
                reading.execute(
                    "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relnamespace ="
                    " 'public'::regnamespace AND relkind = 'r'"
                ).fetchall()
            ),
            sorted(
                reading.execute("SELECT tablename, policyname, qual, with_check FROM pg_policies").fetchall()
            ),
            sorted(
                reading.execute(
                    "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
                ).fetchall()
            ),
            reading.execute("SELECT count(*), sum(open_minor) FROM receivables_invoice").fetchone(),
            reading.execute("SELECT array_agg(hash ORDER BY id) FROM journal_entry").fetchone(),
        )


def test_the_books_work_elsewhere_and_sending_is_paused(
    kept: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    secret = {"CONSERJE_SECRET_KEY": ""}
    there, file = {"CONSERJE_HOME": str(tmp_path / "there")}, tmp_path / "a.conserje"
    here = {"CONSERJE_HOME": str(tmp_path / "here")}
    made = answer(restoring.conserje(database, "backup", str(file), "--json", **here, **secret))
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one["public_id"] for one in made["creditors"]] == [kept.public_id]
    with restoring.empty() as target:
        done = answer(restoring.conserje(target, "restore", str(file), "--json", **there, **secret))
        assert (done["ok"], done["creditors"][0]["books_hold"]) == (True, True)
        assert facts(target)[:4] == facts(database)[:4]
        assert facts(target)[4] == facts(database)[4]
        assert (tmp_path / "there" / "secret.key").read_text() == (
            tmp_path / "here" / "secret.key"
        ).read_text()
        assert (tmp_path / "there" / "secret.key").stat().st_mode & 0o777 == 0o600
        with target.connect("app") as reading:
            paused = reading.execute(
                "SELECT sending_paused_at, sending_paused_reason FROM tenancy_creditor"
            ).fetchone()
        assert paused is not None
        assert paused[0] is not None
        assert "Restored from a backup of" in paused[1]
        assert (
            json.loads(restoring.conserje(target, "sending", "--json", **there).stdout)["state"] == "paused"
        )
        refused = restoring.conserje(target, "restore", str(file), **there, **secret)
        assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
        other = restoring.conserje(
            target, "restore", str(file), "--replace", **there, CONSERJE_SECRET_KEY="another"
        )
        assert (other.returncode, "is not the secret of this backup" in other.stderr) == (1, True)


def test_a_full_disk_leaves_no_file_that_looks_finished(
    kept: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    done = restoring.conserje(database, "backup", str(tmp_path / "full.conserje"), largest_file=60_000)

    assert (done.returncode, "No backup was made" in done.stderr) == (1, True), done.stderr
    assert [path.name for path in tmp_path.glob("full*")] == []


def test_what_was_killed_half_way_is_called_part_and_refused(
    kept: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    file = tmp_path / "killed.conserje"

    class Killed(BaseException):
        pass

    seen = []

    def told(size: int) -> None:
        seen.append([path.name for path in tmp_path.glob("killed*")])
        raise Killed

    with pytest.raises(Killed), archive.writing(file, told=told) as into:
        into.add("database.dump", [b"PGDMP"])
    assert seen == [["killed.conserje.part"]]
    part = tmp_path / "killed.conserje.part"
    part.write_bytes(b"PK")
    with pytest.raises(archive.Unusable, match="never finished"):
        archive.opened(part, told=lambda size: None)
    restoring.back_up(database, file, now=TUESDAY)
    assert [path.name for path in tmp_path.glob("killed*")] == ["killed.conserje"], (
        "the next one takes its place"
    )


def test_a_damaged_backup_changes_nothing(kept: Creditor, database: harness.Clone, tmp_path: Path) -> None:
    file = tmp_path / "a.conserje"
    restoring.back_up(database, file, now=TUESDAY)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    damaged = tmp_path / "b.conserje"
    damaged.write_bytes(content)
    with pytest.raises(archive.Unusable):
        archive.opened(damaged, told=lambda size: None)
    damaged.write_bytes(content[: len(content) // 2])
    with pytest.raises(archive.Unusable, match="not a whole backup"):
        archive.opened(damaged, told=lambda size: None)


def test_a_dump_that_ends_too_soon_changes_nothing(
    kept: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    file = tmp_path / "a.conserje"
    restoring.back_up(database, file, now=TUESDAY)
    found = archive.opened(file, told=lambda size: None)
    dump = found.read(archive.DUMP)

    def broken_off(into: IO[bytes]) -> None:
        into.write(dump[: len(dump) * 2 // 3])

    before = facts(database)
    with pytest.raises(programs.ProgramFailed, match="nothing was changed"):
        programs.load(
            restoring.server(database, "owner"),
            feed=broken_off,
            at_least=found.manifest["program"],
            around=("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", ""),
        )
    assert facts(database) == before


def test_a_backup_newer_than_this_code_is_refused(
    kept: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    file = tmp_path / "a.conserje"
    restoring.back_up(database, file, now=TUESDAY)
    found = archive.opened(file, told=lambda size: None)
    old_code = migrating.known() - {"tenancy.0002_restored_from_a_backup"}
    with pytest.raises(restore.Refused, match="newer than this one"):
        restore.judge(found=found, known_migrations=old_code, target=restore.Target(0, 0), replace=False)
    with pytest.raises(restore.Refused, match="sessions of web or workers"):
        restore.judge(
            found=found, known_migrations=migrating.known(), target=restore.Target(0, 2), replace=False
        )


def test_the_secret_may_be_under_a_passphrase(
    kept: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    file = tmp_path / "a.conserje"
    restoring.back_up(database, file, now=TUESDAY, passphrase="una frase bastante larga")
    with zipfile.ZipFile(file) as inside:
        content = inside.read(archive.SECRET)
    assert b"only-for-tests" not in content
    assert archive.unsealed(content, passphrase="una frase bastante larga") == "only-for-tests"
    for wrong in ("", "otra frase bastante larga"):
        with pytest.raises(archive.Unusable, match="passphrase"):
            archive.unsealed(content, passphrase=wrong)


def test_a_cut_tail_of_the_journal_is_found_by_the_head_outside(
    kept: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    home = {"CONSERJE_HOME": str(tmp_path / "home")}
    book.invoice(kept, book.customer(kept, "Otra"), "FE-2", due_on=book.days_late(5))
    seal.close(creditor_id=kept.id, now=TUESDAY + timedelta(hours=1))
    answer(restoring.conserje(database, "backup", str(tmp_path / "a.conserje"), "--json", **home))
    assert answer(restoring.conserje(database, "verify", "--json", **home))["ok"]
    with database.connect("admin") as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM journal_seal WHERE id = (SELECT max(id) FROM journal_seal)")
        admin.execute("DELETE FROM journal_entry WHERE id > (SELECT max(up_to_id) FROM journal_seal)")
    done = restoring.conserje(database, "verify", "--json", **home)
    assert done.returncode == 1
    assert "the seal known from outside is not in the chain" in done.stdout
