# SPDX-License-Identifier: Apache-2.0
"""What every folder of `gateways/` promises. Folders are found, not listed: a new one is tested by being there.

`samples/*.http.json` are recorded calls (`conserje.testing.replay.http`); `samples/*.hook.json` hold `settings`, `raw`
(the request as it arrived), `now_epoch`, whether it is `trusted`, and the `events` in it.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import itertools
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import conserje.gateways
from conserje.domain.kit.canonical import plain
from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.gateway import ChargeFact, ChargeState, CheckoutRequest, Redirect
from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.settings import describe, read
from conserje.testing.replay import RecordedHttp, Recording, load_recording

ROOT = Path(conserje.gateways.__file__).parent
FOLDERS = sorted(path for path in ROOT.iterdir() if (path / "__init__.py").exists())
RECORDINGS = sorted(ROOT.glob("*/samples/*.http.json"))
HOOKS = sorted(ROOT.glob("*/samples/*.hook.json"))
SECRET_WORDS = ("password", "secret", "token", "api_key", "private_key")
FIVE_MINUTES = 300


def adapter_of(folder: Path) -> Any:
    return importlib.import_module(f"conserje.gateways.{folder.name}").ADAPTER


def name(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parts[-3]}/{path.name}"


def replay(path: Path) -> tuple[Recording, Any, RecordedHttp]:
    """The recording, what the adapter concludes from it, and the `http` it was given."""
    recording = load_recording(path)
    adapter = adapter_of(path.parents[1])
    http = RecordedHttp(recording.exchanges)
    settings = read(adapter.settings_type, recording.given["settings"])
    if recording.call == "start":
        given = dict(recording.given["request"])
        given["amount"] = Money(given["amount"]["currency"], given["amount"]["minor"])
        concluded = adapter.start(CheckoutRequest(**given), settings, http)
    elif recording.call == "fetch":
        concluded = adapter.fetch(recording.given["external_id"], settings, http)
    else:
        concluded = adapter.check(settings, http)
    return recording, concluded, http


def hook(path: Path) -> tuple[Any, Any, RawRequest, dict[str, Any]]:
    """Adapter, settings, the request as it arrived, and the sample itself."""
    sample = json.loads(path.read_text(encoding="utf-8"))
    adapter = adapter_of(path.parents[1])
    raw = RawRequest(**{**sample["raw"], "body": sample["raw"]["body"].encode()})
    return adapter, read(adapter.settings_type, sample["settings"]), raw, sample


def facts(folder: Path) -> list[ChargeFact]:
    """What the folder's recorded fetches conclude."""
    paths = [path for path in RECORDINGS if path.parents[1] == folder]
    return [concluded for path in paths if isinstance(concluded := replay(path)[1], ChargeFact)]


def test_there_are_gateways_to_ask() -> None:
    assert FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_the_folder_is_whole(folder: Path) -> None:
    for file in ("adapter.py", "settings.py", "vocabulary.py", "README.md"):
        assert (folder / file).is_file(), f"{folder.name} lacks {file}"
    calls = {load_recording(path).call for path in RECORDINGS if path.parents[1] == folder}
    assert calls == {"start", "fetch", "check"}
    trusted = {hook(path)[3]["trusted"] for path in HOOKS if path.parents[1] == folder}
    assert trusted == {True, False}
    assert (importlib.import_module(f"conserje.gateways.{folder.name}").__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_it_stands_on_the_ground_only(folder: Path) -> None:
    own = f"conserje.gateways.{folder.name}"
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [item.name for item in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for imported in names:
                ours = imported.startswith("conserje")
                assert not ours or imported.startswith(("conserje.domain", own)), f"{path}: {imported}"
                forbidden = ("django", "httpx", "requests", "urllib.request", "socket")
                assert not imported.startswith(forbidden), f"{path}: {imported}"


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_it_says_who_it_is_and_hides_secrets(folder: Path) -> None:
    adapter = adapter_of(folder)
    assert adapter.name == folder.name
    fields = describe(adapter.settings_type)
    assert all(field.label for field in fields)
    for field in fields:
        if any(word in field.name for word in SECRET_WORDS):
            assert field.secret, f"{field.name} is not marked secret"
    path = next(path for path in RECORDINGS if path.parents[1] == folder)
    values = load_recording(path).given["settings"]
    shown = repr(read(adapter.settings_type, values))
    assert not any(str(values[field.name]) in shown for field in fields if field.secret)


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_its_claims_are_shown(folder: Path) -> None:
    abilities = adapter_of(folder).abilities
    assert abilities.currencies == frozenset(abilities.exponents)
    found = facts(folder)
    paid = [fact for fact in found if fact.state is ChargeState.PAID]
    assert {fact.method for fact in paid} >= set(abilities.methods), "a claimed method has no paid sample"
    assert {fact.state for fact in found} == set(abilities.states), "a state has no sample"
    strange = {code for code in abilities.currencies if abilities.exponents[code] != exponent(code)}
    assert {fact.amount.currency for fact in paid if fact.amount} >= strange
    for fact in paid:
        assert fact.amount is not None
        assert fact.payment_id
        assert fact.value_on is not None


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_its_pages_live_where_it_says(folder: Path) -> None:
    starts = [
        path for path in RECORDINGS if path.parents[1] == folder and load_recording(path).call == "start"
    ]
    seen = 0
    for path in starts:
        recording, concluded, _ = replay(path)
        if not isinstance(concluded, Redirect):
            continue
        adapter = adapter_of(folder)
        origins = adapter.origins(read(adapter.settings_type, recording.given["settings"]))
        parts = urlsplit(concluded.url)
        assert f"{parts.scheme}://{parts.netloc}" in origins
        assert all(urlsplit(origin)._replace(scheme="", netloc="").geturl() == "" for origin in origins)
        seen += 1
    assert seen


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_exponents_are_applied_on_the_way_out(folder: Path) -> None:
    places = adapter_of(folder).abilities.exponents
    started = [load_recording(path) for path in RECORDINGS if path.parents[1] == folder]
    seen = set()
    for recording in started:
        if recording.call == "start" and recording.exchanges:
            asked = recording.given["request"]["amount"]
            currency, minor = asked["currency"], asked["minor"]
            sent = json.dumps(recording.exchanges[0]["request"].get("json"))
            assert str(minor * 10 ** places[currency] // 10 ** exponent(currency)) in sent, recording.name
            seen.add(currency)
    assert seen >= {code for code in places if places[code] != exponent(code)}


@pytest.mark.parametrize("path", RECORDINGS, ids=name)
def test_recording(path: Path) -> None:
    recording, concluded, http = replay(path)
    assert http.departures == []
    assert http.finished()
    shown = plain(concluded)
    if dataclasses.is_dataclass(concluded):
        usual = {field.name: field.default for field in dataclasses.fields(concluded)}
        told = {name: value for name, value in shown.items() if name in recording.concludes}
        unsaid = [name for name in shown if name not in told]
        assert all(getattr(concluded, name) == usual[name] for name in unsaid), "the sample leaves out a fact"
        shown = {"is": type(concluded).__name__, **told}
    assert shown == recording.concludes


@pytest.mark.parametrize("path", RECORDINGS, ids=name)
def test_a_silent_or_broken_gateway_never_raises_nor_decides(path: Path) -> None:
    recording = load_recording(path)
    if not recording.exchanges or recording.call == "check":
        return
    request = recording.exchanges[0]["request"]
    for reached, body in itertools.product(
        (True, False), (None, "", "null", "[]", '{"id": 1e999}', "9" * 5000)
    ):
        ending = (
            {"silence": {"why": "timed_out", "reached": reached}}
            if body is None
            else {"answer": {"status": 200, "body": body}}
        )
        adapter = adapter_of(path.parents[1])
        http = RecordedHttp(({"request": request, **ending},))
        settings = read(adapter.settings_type, recording.given["settings"])
        if recording.call == "fetch":
            assert adapter.fetch(recording.given["external_id"], settings, http).state is ChargeState.UNKNOWN
        else:
            given = dict(recording.given["request"])
            given["amount"] = Money(given["amount"]["currency"], given["amount"]["minor"])
            failed = adapter.start(CheckoutRequest(**given), settings, http)
            assert failed.retry, "the checkout may exist: the same key must be usable again"


@pytest.mark.parametrize("path", HOOKS, ids=name)
def test_hook(path: Path) -> None:
    adapter, settings, raw, sample = hook(path)
    assert adapter.trusts(raw, settings, now_epoch=sample["now_epoch"]) is sample["trusted"]
    told = [{"about": "payment", **event} for event in sample["events"]]
    assert [plain(event) for event in adapter.read_hook(raw, settings)] == told


@pytest.mark.parametrize("path", HOOKS, ids=name)
def test_whatever_is_changed_on_a_trusted_hook_ends_the_trust(path: Path) -> None:
    adapter, settings, raw, sample = hook(path)
    if not sample["trusted"]:
        return
    now = sample["now_epoch"]

    def trusted(changed: RawRequest, at: int = now, by: Any = settings) -> bool:
        return bool(adapter.trusts(changed, by, now_epoch=at))

    assert trusted(dataclasses.replace(raw, headers={key.upper(): raw.headers[key] for key in raw.headers}))
    assert not trusted(dataclasses.replace(raw, body=raw.body + b" "))
    assert not trusted(dataclasses.replace(raw, body=b""))
    signing = [key for key in raw.headers if key.startswith("webhook-") or "signature" in key]
    assert signing
    for key in signing:
        assert not trusted(
            dataclasses.replace(raw, headers={k: v for k, v in raw.headers.items() if k != key})
        )
        for strange in ("", "x", raw.headers[key][:-2], "٣" * 10, "v1,\udcff", "v1,ñ"):
            assert not trusted(dataclasses.replace(raw, headers={**raw.headers, key: strange}))
    stamp = next(int(raw.headers[key]) for key in signing if raw.headers[key].isdigit())
    assert trusted(raw, stamp + FIVE_MINUTES)
    assert trusted(raw, stamp - FIVE_MINUTES)
    assert not trusted(raw, stamp + FIVE_MINUTES + 1), "a replayed hook is refused by its age"
    assert not trusted(raw, stamp - FIVE_MINUTES - 1)
    others = {field.name: sample["settings"][field.name] for field in describe(adapter.settings_type)}
    for field in describe(adapter.settings_type):
        if "hook" in field.name and field.secret:
            others[field.name] = others[field.name][:-8] + others[field.name][-8:].swapcase()
    assert not trusted(raw, by=read(adapter.settings_type, others))


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_duplicates_and_order_change_nothing(folder: Path) -> None:
    """Read in any order and twice, the same hooks give the same events: once-only by id is then enough."""
    trusted = [found for path in HOOKS if path.parents[1] == folder and (found := hook(path))[3]["trusted"]][
        :5
    ]
    first = {event for adapter, settings, raw, _ in trusted for event in adapter.read_hook(raw, settings)}
    for order in itertools.permutations(trusted + trusted[:1]):
        seen = {event for adapter, settings, raw, _ in order for event in adapter.read_hook(raw, settings)}
        assert seen == first
    assert len({event.event_id for event in first}) == len(first)
