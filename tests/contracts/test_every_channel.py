# SPDX-License-Identifier: Apache-2.0
"""What every folder of `channels/` promises. Folders are found, not listed: a new one is tested by being there."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import conserje.channels
from conserje.domain.ports.channel import Accepted, Channel, Outcome, Parcel, Session, Traceable, Unsure
from conserje.domain.ports.settings import describe, read
from conserje.testing.replay import (
    Dialogue,
    RecordedHttp,
    Recording,
    ScriptedServer,
    load_dialogue,
    load_recording,
)

ROOT = Path(conserje.channels.__file__).parent
FOLDERS = sorted(path for path in ROOT.iterdir() if (path / "__init__.py").exists())
SECRET_WORDS = ("password", "secret", "token", "api_key", "private_key")
DIALOGUES = sorted(ROOT.glob("*/samples/*.smtp.txt"))


def adapter_of(folder: Path) -> Any:
    return importlib.import_module(f"conserje.channels.{folder.name}").ADAPTER


def name(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parts[-3]}/{path.name}"


def test_there_are_channels_to_ask() -> None:
    assert FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_the_folder_is_whole(folder: Path) -> None:
    for file in ("adapter.py", "settings.py", "vocabulary.py", "README.md"):
        assert (folder / file).is_file(), f"{folder.name} lacks {file}"
    samples = [path for path in (folder / "samples").iterdir() if path.is_file()]
    unknown = [path.name for path in samples if not path.name.endswith((".smtp.txt", ".http.json"))]
    assert samples
    assert not unknown, f"no replay for {unknown}"
    assert (importlib.import_module(f"conserje.channels.{folder.name}").__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_it_stands_on_the_ground_only(folder: Path) -> None:
    own = f"conserje.channels.{folder.name}"
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [item.name for item in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for imported in names:
                ours = imported.startswith("conserje")
                assert not ours or imported.startswith(("conserje.domain", own)), f"{path}: {imported}"
                assert not imported.startswith("django"), f"{path}: {imported}"


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_it_says_who_it_is_and_hides_secrets(folder: Path) -> None:
    adapter = adapter_of(folder)
    assert adapter.name == folder.name
    assert isinstance(adapter.channel, Channel)
    fields = describe(adapter.settings_type)
    assert all(field.label for field in fields)
    for field in fields:
        if any(word in field.name for word in SECRET_WORDS):
            assert field.secret, f"{field.name} is not marked secret"
    blank = {field.name: "canary-value" for field in fields if field.required and field.kind == "str"}
    secrets = {field.name: "canary-secret" for field in fields if field.secret}
    assert "canary-secret" not in repr(read(adapter.settings_type, {**blank, **secrets}))


def smtp_settings(dialogue: Dialogue, port: int) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "timeout_seconds": int(dialogue.one("timeout", "5")),
        "username": dialogue.one("username"),
        "password": dialogue.one("password"),
    }


def parcel(dialogue: Dialogue, number: int) -> Parcel:
    recipient = dialogue.one("recipient", "cliente@example.test").replace("\\r\\n", "\r\n")
    body = "Buenos días\n.punto\n" if dialogue.one("content") else "Hola\n.punto\n..dos\n"
    head = f"From: taller@example.test\nTo: cliente@example.test\nMessage-ID: <{number}@example.test>\n\n"
    return Parcel(f"key-{number}", "taller@example.test", recipient, (head + body).encode())


def told(outcome: Outcome) -> str:
    if isinstance(outcome, Accepted):
        return "accepted"
    if isinstance(outcome, Unsure):
        return f"unsure {outcome.reason}"
    return f"refused {outcome.reason}" + (" permanent" if outcome.permanent else "")


@pytest.mark.parametrize("path", DIALOGUES, ids=name)
def test_smtp_dialogue(path: Path) -> None:
    dialogue = load_dialogue(path)
    adapter = adapter_of(path.parents[1])
    marks: list[int] = []
    with ScriptedServer(dialogue) as server:
        settings = read(adapter.settings_type, smtp_settings(dialogue, server.port))
        session = adapter.open(settings, RecordedHttp(()))
        outcomes = []
        for number, _ in enumerate(dialogue.all("outcome")):
            outcomes.append(session.send(parcel(dialogue, number), mark=lambda: marks.append(1)))
        session.close()
    assert [told(outcome) for outcome in outcomes] == list(dialogue.all("outcome"))
    assert server.departures == []
    assert len(marks) == int(dialogue.one("marked"))
    for content in server.contents:
        assert b"\r\n.punto\r\n" in content
        assert b"\n" not in content.replace(b"\r\n", b"")
    for outcome in outcomes:
        assert "@" not in str(outcome), "an outcome is kept in the journal and names nobody"


def concluded_by(adapter: Any, session: Session, recording: Recording, http: RecordedHttp) -> Outcome | None:
    """What comes of a recording: of handing a parcel over or, when its call is `look_up`, of asking for it later."""
    if recording.call == "look_up":
        found: Outcome | None = adapter.look_up(
            recording.given["key"], read(adapter.settings_type, recording.given["settings"]), http
        )
        return found
    given = recording.given["parcel"]
    parcel = Parcel(given["key"], given["sender"], given["recipient"], given["content"].encode())
    return session.send(parcel, mark=lambda: None)


def unproven(adapter: Any, recordings: Sequence[Recording]) -> set[str]:
    """What a carrier that can be asked afterwards must show with recordings, and does not."""
    if not isinstance(adapter, Traceable):
        return set()
    shown = {str(item.concludes["is"]) for item in recordings if item.call == "look_up"}
    return {"Accepted", "NoneType"} - shown


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_a_carrier_that_can_be_asked_shows_what_it_took_and_what_it_does_not_know(folder: Path) -> None:
    recordings = [load_recording(path) for path in sorted((folder / "samples").glob("*.http.json"))]
    assert unproven(adapter_of(folder), recordings) == set()


def test_a_carrier_that_only_says_it_can_be_asked_is_found() -> None:
    class Boasting:
        def look_up(self, key: str, settings: Any, http: Any) -> Outcome | None:
            return None

    assert unproven(Boasting(), ()) == {"Accepted", "NoneType"}
    assert unproven(object(), ()) == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_http_recordings(folder: Path) -> None:
    adapter = adapter_of(folder)
    for path in sorted((folder / "samples").glob("*.http.json")):
        recording = load_recording(path)
        http = RecordedHttp(recording.exchanges)
        session = adapter.open(read(adapter.settings_type, recording.given["settings"]), http)
        outcome = concluded_by(adapter, session, recording, http)
        session.close()
        concluded = {"is": type(outcome).__name__, **(dataclasses.asdict(outcome) if outcome else {})}
        assert {key: concluded[key] for key in recording.concludes} == recording.concludes, path.name
        assert http.departures == [], path.name
        assert http.finished(), path.name


@pytest.mark.parametrize("path", [path for path in DIALOGUES if path.name.startswith("accepted")], ids=name)
def test_nothing_is_sent_when_the_mark_fails(path: Path) -> None:
    accepted = load_dialogue(path)
    before = tuple(line for line in accepted.connections[0] if line != "C: <content>")
    until_354 = before[: next(place for place, line in enumerate(before) if line.startswith("S: 354")) + 1]
    dialogue = Dialogue("mark fails", accepted.facts, ((*until_354, "C: <gone>"), accepted.connections[0]))
    adapter = adapter_of(path.parents[1])

    def broken_mark() -> None:
        raise RuntimeError("the row could not be committed")

    with ScriptedServer(dialogue) as server:
        session = adapter.open(
            read(adapter.settings_type, smtp_settings(dialogue, server.port)), RecordedHttp(())
        )
        with pytest.raises(RuntimeError, match="could not be committed"):
            session.send(parcel(dialogue, 1), mark=broken_mark)
        assert isinstance(session.send(parcel(dialogue, 2), mark=lambda: None), Accepted)
        session.close()
    assert server.departures == []
    assert len(server.contents) == 1


@pytest.mark.parametrize("path", DIALOGUES, ids=name)
def test_proof_and_doubt_never_mix(path: Path) -> None:
    """A sample that expects `refused` shows an answer or no content; one that expects `unsure` shows neither."""
    dialogue = load_dialogue(path)
    if len(dialogue.all("outcome")) > 1:
        return
    lines = dialogue.connections[-1]
    sent = "C: <content>" in lines
    after = lines[lines.index("C: <content>") + 1] if sent else ""
    answered = after[:4] in ("S: 4", "S: 5")
    kind = dialogue.one("outcome").split()[0]
    assert {"refused": not sent or answered, "unsure": sent and not answered, "accepted": sent}[kind]
