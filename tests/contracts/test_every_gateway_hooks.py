# SPDX-License-Identifier: Apache-2.0
"""What every gateway promises about hooks: duplicate, out of order, forged, replayed.

`samples/*.hook.json` hold `settings`, `raw` (the request as it arrived), `now_epoch`, whether it is `trusted`, and the
`events` in it. A trusted one says in `signs` what its signature covers, and the suite changes just that:

- `body`: "whole" (any other byte ends the trust), "fields" (those of `fields`, written "data.id") or "none";
- `headers`, `query`: names whose change or absence ends the trust, the signature's own among them;
- `tolerance_seconds` with `stamp_epoch`, or null when the gateway signs no time;
- `not_by`: settings of somebody else, under which the very same request is a forgery.

Whatever is not signed may be anything: then the hook must still point at nothing but what was signed.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from tests.contracts.gateway_samples import FOLDERS, HOOKS, adapter_of, hook, leaves, name, put, trusted_hooks

from conserje.domain.kit.canonical import plain
from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.settings import read

TRUSTED = [path for folder in FOLDERS for path in trusted_hooks(folder)]
TEN_YEARS = 10 * 365 * 86_400
GARBAGE = (b"", b"null", b"[]", b"\xff\xfe", b'{"data": 1}', b"9" * 5000, b"[" * 100_000)


class Hook:
    """One trusted sample and a judge of its changed forms."""

    def __init__(self, path: Path) -> None:
        self.adapter, self.settings, self.raw, self.sample = hook(path)
        self.signs: dict[str, Any] = self.sample["signs"]
        self.now: int = self.sample["now_epoch"]
        self.about = {event.external_id for event in self.adapter.read_hook(self.raw, self.settings)}

    def trusted(self, *, at: int | None = None, by: Any = None, **changed: Any) -> bool:
        raw: RawRequest = dataclasses.replace(self.raw, **changed)
        return bool(self.adapter.trusts(raw, by or self.settings, now_epoch=self.now if at is None else at))

    def points_elsewhere(self, **changed: Any) -> bool:
        """Whether a changed request is trusted and tells of something that the signed one did not."""
        raw: RawRequest = dataclasses.replace(self.raw, **changed)
        events = self.adapter.read_hook(raw, self.settings)
        return self.trusted(**changed) and not {event.external_id for event in events} <= self.about


@pytest.mark.parametrize("path", HOOKS, ids=name)
def test_hook(path: Path) -> None:
    adapter, settings, raw, sample = hook(path)
    assert adapter.trusts(raw, settings, now_epoch=sample["now_epoch"]) is sample["trusted"]
    told = [{"about": "payment", **event} for event in sample["events"]]
    assert [plain(event) for event in adapter.read_hook(raw, settings)] == told


@pytest.mark.parametrize("path", TRUSTED, ids=name)
def test_header_names_are_read_in_any_case(path: Path) -> None:
    one = Hook(path)
    assert one.trusted(headers={key.upper(): value for key, value in one.raw.headers.items()})


@pytest.mark.parametrize("path", TRUSTED, ids=name)
def test_a_changed_body_ends_the_trust_or_points_nowhere_else(path: Path) -> None:
    one = Hook(path)
    bodies = [one.raw.body + b" ", *GARBAGE]
    if one.signs["body"] == "whole":
        assert not any(one.trusted(body=body) for body in bodies if body != one.raw.body)
    if one.signs["body"] == "fields":
        told = json.loads(one.raw.body)
        for field in one.signs["fields"]:
            way = tuple(field.split("."))
            before = next(leaf for at, leaf in leaves(told) if at == way)
            other = before + 1 if isinstance(before, int) else f"{before}0"
            assert not one.trusted(body=json.dumps(put(told, way, other)).encode()), field
    assert not any(one.points_elsewhere(body=body) for body in bodies)
    try:
        told = json.loads(one.raw.body)
    except (ValueError, RecursionError):
        return
    for way, leaf in leaves(told):
        if isinstance(leaf, str) and leaf:
            body = json.dumps(put(told, way, leaf[:-1] + ("0" if leaf[-1] != "0" else "1"))).encode()
            assert not one.points_elsewhere(body=body), way


@pytest.mark.parametrize("path", TRUSTED, ids=name)
def test_a_changed_signature_ends_the_trust(path: Path) -> None:
    one = Hook(path)
    for key in one.signs.get("headers", []):
        others = {name: value for name, value in one.raw.headers.items() if name != key}
        assert not one.trusted(headers=others), f"trusted without {key}"
        for strange in ("", "x", one.raw.headers[key][:-3], "٣" * 10, "v1,\udcff", "v1,ñ", "t=1,v1=a"):
            assert not one.trusted(headers={**one.raw.headers, key: strange}), (key, strange)
    pairs = dict(parse_qsl(one.raw.query, keep_blank_values=True))
    for key in one.signs.get("query", []):
        assert not one.trusted(query=urlencode({name: it for name, it in pairs.items() if name != key}))
        assert not one.trusted(query=urlencode({**pairs, key: pairs[key] + "0"}))


@pytest.mark.parametrize("path", TRUSTED, ids=name)
def test_a_replayed_hook_is_refused_by_its_age_or_harmless(path: Path) -> None:
    """Without a signed time a replay is stopped by its event id, and money moves only after a look anyway."""
    one = Hook(path)
    tolerance = one.signs["tolerance_seconds"]
    if tolerance is None:
        events = one.adapter.read_hook(one.raw, one.settings)
        assert all(event.event_id for event in events)
        return
    stamp = one.signs["stamp_epoch"]
    assert 60 <= tolerance <= 900
    assert one.trusted(at=stamp + tolerance)
    assert one.trusted(at=stamp - tolerance)
    assert not one.trusted(at=stamp + tolerance + 1)
    assert not one.trusted(at=stamp - tolerance - 1)
    assert not one.trusted(at=stamp + TEN_YEARS)


@pytest.mark.parametrize("path", TRUSTED, ids=name)
def test_the_hook_of_one_creditor_is_a_forgery_to_another(path: Path) -> None:
    one = Hook(path)
    values = {**one.sample["settings"], **one.signs["not_by"]}
    assert values != one.sample["settings"]
    assert not one.trusted(by=read(one.adapter.settings_type, values))


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_a_gateway_that_calls_nobody_trusts_nobody(folder: Path) -> None:
    if trusted_hooks(folder):
        return
    for path in HOOKS:
        if path.parents[1] == folder:
            adapter, settings, raw, sample = hook(path)
            bare = dataclasses.replace(raw, headers={}, query="")
            assert not adapter.trusts(bare, settings, now_epoch=sample["now_epoch"])
            assert adapter.read_hook(raw, settings) == ()


@pytest.mark.parametrize("path", HOOKS, ids=name)
def test_a_body_that_cannot_be_read_tells_nothing(path: Path) -> None:
    adapter, settings, raw, sample = hook(path)
    for body in GARBAGE:
        changed = dataclasses.replace(raw, body=body, query="")
        adapter.trusts(changed, settings, now_epoch=sample["now_epoch"])
        assert adapter.read_hook(changed, settings) == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_duplicates_and_order_change_nothing(folder: Path) -> None:
    """Read in any order and twice, the same hooks give the same events: once-only by id is then enough."""
    trusted = [hook(path) for path in trusted_hooks(folder)[:5]]
    first = {event for adapter, settings, raw, _ in trusted for event in adapter.read_hook(raw, settings)}
    for order in itertools.permutations(trusted + trusted[:1]):
        seen = {event for adapter, settings, raw, _ in order for event in adapter.read_hook(raw, settings)}
        assert seen == first
    assert len({event.event_id for event in first}) == len(first)
    assert all(event.about in ("payment", "mandate") for event in first)
    about_mandates = any(event.about == "mandate" for event in first)
    assert not about_mandates or hasattr(adapter_of(folder), "fetch_mandate")
