# SPDX-License-Identifier: Apache-2.0
"""One byte form for any plain value, so that equal facts have equal bytes and equal hashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def plain(value: Any) -> Any:
    """`value` as JSON types only: dataclasses become objects, dates ISO text, sets sorted lists.

    Floats are refused: no figure of ours is one.
    """
    if value is None or isinstance(value, bool | int | str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    raise TypeError(
        f"{type(value).__name__} has no canonical form; use int, str, bool, date or a dataclass of them."
    )


def dump(value: Any) -> bytes:
    """Canonical JSON of `value`: sorted keys, no spaces, UTF-8. Takes what `plain` takes, without building it first."""
    return _ENCODER.encode(value).encode()


def _shallow(value: Any) -> Any:
    kind = type(value)
    names = _NAMES.get(kind)
    if names is None and is_dataclass(kind):
        names = _NAMES[kind] = tuple(field.name for field in fields(kind))
    if names is not None:
        return {name: getattr(value, name) for name in names}
    return plain(value)


_NAMES: dict[type, tuple[str, ...]] = {}
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_shallow
)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(dump(value)).hexdigest()


def load(kind: type[T], data: bytes) -> T:
    """A value of `kind` (a frozen dataclass of plain parts) from the bytes `dump` made of it."""
    return cast(T, _build(kind, json.loads(data)))


def _build(kind: Any, value: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        rest = [item for item in args if item is not type(None)]
        return None if value is None else _build(rest[0], value)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_build(args[0], item) for item in value)
        return tuple(_build(part, item) for part, item in zip(args, value, strict=True))
    if origin is frozenset:
        return frozenset(_build(args[0], item) for item in value)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{field.name: _build(hints[field.name], value[field.name]) for field in fields(kind)})
    if kind in (datetime, date, time):
        return kind.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value
