# SPDX-License-Identifier: Apache-2.0
"""The samples of `gateways/*/samples/`, replayed through their adapters: what the contract suite asks from."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import conserje.gateways
from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.gateway import (
    ChargeFact,
    ChargeRequest,
    CheckoutRequest,
    MandateRequest,
    Mandates,
    Payer,
    RefundRequest,
    Refunds,
)
from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.settings import read
from conserje.testing.replay import RecordedHttp, Recording, load_recording

ROOT = Path(conserje.gateways.__file__).parent
FOLDERS = sorted(path for path in ROOT.iterdir() if (path / "__init__.py").exists())
RECORDINGS = sorted(ROOT.glob("*/samples/*.http.json"))
HOOKS = sorted(ROOT.glob("*/samples/*.hook.json"))
CALLS = {"start", "fetch", "check"}
MANDATE_CALLS = {"ask_mandate", "fetch_mandate", "charge", "end_mandate"}
REQUESTS: dict[str, Any] = {
    "start": CheckoutRequest,
    "ask_mandate": MandateRequest,
    "charge": ChargeRequest,
    "refund": RefundRequest,
}
# The one argument of a call that asks about something by its name.
NAMES = {"fetch": "external_id", "fetch_mandate": "external_id", "end_mandate": "token"}


@cache
def adapter_of(folder: Path) -> Any:
    return importlib.import_module(f"conserje.gateways.{folder.name}").ADAPTER


def name(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parts[-3]}/{path.name}"


def of(folder: Path, *calls: str) -> list[Path]:
    """The folder's recordings of `calls`; all when none is named."""
    own = [path for path in RECORDINGS if path.parents[1] == folder]
    return [path for path in own if not calls or load_recording(path).call in calls]


def wanted_calls(folder: Path) -> set[str]:
    """Every call that the adapter can be asked for: each needs a sample."""
    adapter = adapter_of(folder)
    calls = set(CALLS)
    calls |= MANDATE_CALLS if isinstance(adapter, Mandates) else set()
    return calls | ({"refund"} if isinstance(adapter, Refunds) else set())


def request_of(recording: Recording, **changed: Any) -> Any:
    """The request that a recording was made with, as the adapter is handed it."""
    given = {**recording.given["request"], **changed}
    for field, into in (
        ("payer", lambda it: Payer(**it)),
        ("until", datetime.fromisoformat),
        ("methods", tuple),
    ):
        if given.get(field):
            given[field] = into(given[field])
    if isinstance(given.get("amount"), dict):
        given["amount"] = Money(given["amount"]["currency"], given["amount"]["minor"])
    return REQUESTS[recording.call](**given)


def settings_of(path: Path) -> Any:
    return read(adapter_of(path.parents[1]).settings_type, load_recording(path).given["settings"])


def asked(path: Path, http: RecordedHttp, **changed: Any) -> Any:
    """What the adapter concludes when it is asked as the recording says, over `http`."""
    recording = load_recording(path)
    adapter, settings = adapter_of(path.parents[1]), settings_of(path)
    if recording.call in REQUESTS:
        return getattr(adapter, recording.call)(request_of(recording, **changed), settings, http)
    if recording.call in NAMES:
        about = {**recording.given, **changed}[NAMES[recording.call]]
        return getattr(adapter, recording.call)(about, settings, http)
    return adapter.check(settings, http)


def replay(path: Path) -> tuple[Recording, Any, RecordedHttp]:
    """The recording, what the adapter concludes from it, and the `http` it was given."""
    recording = load_recording(path)
    http = RecordedHttp(recording.exchanges)
    return recording, asked(path, http), http


def concluded(folder: Path, *calls: str) -> list[Any]:
    """What the folder's recordings of `calls` conclude."""
    return [replay(path)[1] for path in of(folder, *calls)]


def facts(folder: Path) -> list[ChargeFact]:
    """What the folder's recorded fetches conclude."""
    return [fact for fact in concluded(folder, "fetch") if isinstance(fact, ChargeFact)]


def hook(path: Path) -> tuple[Any, Any, RawRequest, dict[str, Any]]:
    """Adapter, settings, the request as it arrived, and the sample itself."""
    sample = json.loads(path.read_text(encoding="utf-8"))
    adapter = adapter_of(path.parents[1])
    raw = RawRequest(**{**sample["raw"], "body": sample["raw"]["body"].encode()})
    return adapter, read(adapter.settings_type, sample["settings"]), raw, sample


def trusted_hooks(folder: Path) -> list[Path]:
    return [path for path in HOOKS if path.parents[1] == folder and hook(path)[3]["trusted"]]


def figures(text: str) -> set[str]:
    """Every number in a text, as it is written there."""
    return set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w]|\.\d)", text))


def forms(amount: Money, places: int) -> tuple[str, set[str]]:
    """How a gateway of `places` decimals may write `amount`: in its minor units, or in whole money."""
    minor = str(int(amount.decimal().scaleb(places)))
    whole = amount.decimal()
    decimals = {str(whole), f"{whole.normalize():f}", f"{whole:.{places}f}", str(float(whole))}
    return minor, decimals


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value that is no object and no list, with the way to it."""
    pairs = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if pairs is None:
        yield path, value
        return
    for key, item in pairs:
        yield from leaves(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    """A copy of `value` with `leaf` at `path`."""
    if not path:
        return leaf
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], leaf)
    return copy


def is_amount(leaf: Any, amount: Money, places: int) -> bool:
    """Whether a value of an answer may be this amount, in minor units or in whole money, number or text."""
    if isinstance(leaf, bool) or not isinstance(leaf, int | float | str):
        return False
    if isinstance(leaf, str) and not re.fullmatch(r"\d+(\.\d+)?", leaf):
        return False
    told = Decimal(str(leaf))
    return told in (amount.decimal(), amount.decimal().scaleb(places), Decimal(amount.minor)) and told != 0


def strange(folder: Path) -> set[str]:
    """Currencies with other decimals at the gateway than in our own table."""
    places = adapter_of(folder).abilities.exponents
    return {code for code in places if places[code] != exponent(code)}
