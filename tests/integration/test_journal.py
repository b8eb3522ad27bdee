# SPDX-License-Identifier: Apache-2.0
"""What the journal takes, and that a changed past is found."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from tests import harness

from conserje.data.journal.models import Entry, Seal
from conserje.data.tenancy.models import Creditor
from conserje.services.journal import entry, seal
from conserje.services.tenancy.act import acting

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def happened(creditor: Creditor, count: int, first: int = 0) -> None:
    fresh = [
        entry.NewEntry(
            at=NOW + timedelta(seconds=number),
            kind="receivables.payment.recorded",
            actor="person:7",
            customer_id=number,
            subject_kind="payment",
            subject_id=number,
            payload={
                "amount_minor": 320_000,
                "currency": "USD",
                "on": date(2026, 3, 1),
                "rules": ["co.l2300.window"],
            },
        )
        for number in range(first, first + count)
    ]
    with acting(creditor_id=creditor.pk):
        entry.write(creditor_id=creditor.pk, entries=fresh)


def broken(creditor: Creditor, known_head: str = "") -> list[str]:
    with acting(creditor_id=creditor.pk):
        return [
            f"{found.where}: {found.what}"
            for found in seal.broken(creditor_id=creditor.pk, known_head=known_head)
        ]


def test_entries_are_kept_in_their_order_with_their_hashes(creditor: Creditor) -> None:
    happened(creditor, 3)
    with acting(creditor_id=creditor.pk):
        rows = list(Entry.objects.order_by("id"))
    assert [row.subject_id for row in rows] == [0, 1, 2]
    assert rows[0].at == NOW
    assert rows[0].payload == {
        "amount_minor": 320_000, "currency": "USD", "on": "2026-03-01", "rules": ["co.l2300.window"],
    }  # fmt: skip
    assert len({row.hash for row in rows}) == 3
    assert broken(creditor) == []


def test_nothing_to_write_is_nothing_written(creditor: Creditor) -> None:
    happened(creditor, 0)
    assert seal.close(creditor_id=creditor.pk, now=NOW) == 0
    assert broken(creditor) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"payload": {"name": "Ana María"}}, "payload.name holds a text"),
        ({"payload": {"to": "ana@example.com"}}, "payload.to holds a text"),
        ({"payload": {"deep": [{"note": "llamó y dijo"}]}}, "payload.deep.note holds a text"),
        ({"actor": "Ana"}, "actor"),
        ({"kind": "recorded"}, "not a kind"),
        ({"at": datetime(2026, 3, 2)}, "no time zone"),
    ],
)
def test_names_addresses_and_texts_are_refused(
    creditor: Creditor, given: dict[str, object], said: str
) -> None:
    usual: dict[str, object] = {"at": NOW, "kind": "tests.thing.happened", "actor": "rule"}
    new = entry.NewEntry(**(usual | given))  # type: ignore[arg-type]
    with pytest.raises(entry.NotForTheJournal, match=said), acting(creditor_id=creditor.pk):
        entry.write(creditor_id=creditor.pk, entries=[new])


def test_seals_chain(creditor: Creditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "LARGEST_BATCH", 4)
    happened(creditor, 6)
    sealed = [seal.close(creditor_id=creditor.pk, now=NOW) for _ in range(3)]
    happened(creditor, 1, first=6)
    sealed.append(seal.close(creditor_id=creditor.pk, now=NOW))
    assert sealed == [4, 2, 0, 1]
    with acting(creditor_id=creditor.pk):
        hashes = list(Seal.objects.order_by("id").values_list("previous_hash", "hash"))
        head = seal.head(creditor_id=creditor.pk)
    assert [previous for previous, _ in hashes] == ["", hashes[0][1], hashes[1][1]]
    assert head == hashes[-1][1]
    assert broken(creditor, known_head=hashes[0][1]) == []


CHANGES: list[tuple[str, str, str]] = [
    (
        "an entry is changed",
        "UPDATE journal_entry SET payload = '{}' WHERE subject_id = 2",
        "does not have its hash",
    ),
    (
        "an entry is moved in time",
        "UPDATE journal_entry SET at = now() WHERE subject_id = 2",
        "does not have its hash",
    ),
    (
        "an entry is removed",
        "DELETE FROM journal_entry WHERE subject_id = 2",
        "covers 3 entries, but 2 are there",
    ),
    (
        "two entries change places",
        "UPDATE journal_entry SET id = 100 - id WHERE subject_id IN (1, 2);"
        "UPDATE journal_entry SET id = id - 97 WHERE id > 97",
        "are not those that were sealed",
    ),
    ("a seal is removed", "DELETE FROM journal_seal WHERE previous_hash = ''", "names a seal before it"),
    (
        "a seal is changed",
        "UPDATE journal_seal SET hash = repeat('0', 64) WHERE previous_hash = ''",
        "does not follow",
    ),
    ("the tail is cut", "DELETE FROM journal_seal WHERE previous_hash <> ''", "known from outside"),
]


@pytest.mark.parametrize(("change", "said"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_changed_past_is_found(creditor: Creditor, database: harness.Clone, change: str, said: str) -> None:
    happened(creditor, 3, first=1)
    seal.close(creditor_id=creditor.pk, now=NOW)
    happened(creditor, 2, first=4)
    seal.close(creditor_id=creditor.pk, now=NOW)
    with acting(creditor_id=creditor.pk):
        head = seal.head(creditor_id=creditor.pk)
    assert broken(creditor, known_head=head) == []
    with database.connect("admin") as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(change)
    assert [line for line in broken(creditor, known_head=head) if said in line]


def test_a_forged_entry_under_a_seal_is_found(creditor: Creditor, database: harness.Clone) -> None:
    happened(creditor, 2)
    seal.close(creditor_id=creditor.pk, now=NOW)
    with database.connect("admin") as admin:
        admin.execute(
            "CREATE TEMP TABLE forged AS SELECT * FROM journal_entry WHERE subject_id = 1;"
            "UPDATE forged SET id = 0; INSERT INTO journal_entry SELECT * FROM forged"
        )
    assert any("covers 2 entries, but 3 are there" in line for line in broken(creditor))


def test_sealing_waits_for_whoever_has_written_and_not_committed(creditor: Creditor) -> None:
    sealed: list[int] = []

    def close() -> None:
        sealed.append(seal.close(creditor_id=creditor.pk, now=NOW))
        connection.close()

    sealer = threading.Thread(target=close)
    with acting(creditor_id=creditor.pk):
        late = entry.NewEntry(at=NOW, kind="tests.thing.happened", actor="system")
        entry.write(creditor_id=creditor.pk, entries=[late])
        sealer.start()
        sealer.join(timeout=1)
        assert sealed == []
    sealer.join(timeout=60)
    assert sealed == [1]
    assert broken(creditor) == []
