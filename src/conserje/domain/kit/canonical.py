# SPDX-License-Identifier: Apache-2.0
"""One byte form for any plain value, so that equal facts have equal bytes and equal hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from json.encoder import encode_basestring
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

_KEPT_MAX = 4096
_SHARED: set[type] = set()
T = TypeVar("T")
Encoder = Callable[[Any], str]


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


def text(value: Any) -> str:
    """Canonical JSON of `value`: sorted keys, no spaces. Takes what `plain` takes, without building it first.

    Dataclasses whose fields all have plain types are written by an encoder made once from those types.
    """
    kind: Any = type(value)
    encode = _of_dataclass(kind)
    return _ENCODER.encode(value) if encode is None else encode(value)


def dump(value: Any) -> bytes:
    """The same in UTF-8: what is stored and hashed."""
    return text(value).encode()


def _shallow(value: Any) -> Any:
    return (
        plain(value) if not is_dataclass(value) else {f.name: getattr(value, f.name) for f in fields(value)}
    )


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_shallow
)


@lru_cache(maxsize=256)
def _of_dataclass(kind: Any) -> Encoder | None:
    """The encoder of a dataclass, `None` for other values and when a field's type does not say how it is written.

    A part is written as its field's type says: a value of a class derived from that one would lose what it added.
    """
    if not is_dataclass(kind):
        return None
    try:
        hints = get_type_hints(kind)
    except NameError:  # a class that stands inside a function
        return None
    names = sorted(field.name for field in fields(kind))
    parts = [_of_type(hints[name]) for name in names]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    # One expression for all fields: reading and joining them one by one costs twice as much, millions of times.
    shown = [
        f"{{v.{name}:d}}" if hints[name] is int else f"{{p[{n}](v.{name})}}" for n, name in enumerate(names)
    ]
    body = ",".join(f'"{name}":{value}' for name, value in zip(names, shown, strict=True))
    encode: Encoder = eval(f"lambda v: f'''{{{{{body}}}}}'''", {"p": known})  # noqa: S307 - our own fields' names
    return encode


def _of_type(kind: Any) -> Encoder | None:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        rest = [item for item in args if item is not type(None)]
        inner = _of_type(rest[0]) if len(rest) == 1 else None
        return inner and _or_null(inner)
    if origin is tuple:
        items = [_of_type(item) for item in args if item is not Ellipsis]
        known = [item for item in items if item is not None]
        if len(known) < len(items):
            return None
        return _listed(known[0]) if args[-1] is Ellipsis else _paired(known)
    if origin is frozenset:
        return _Kept(lambda value: _ENCODER.encode(plain(value))).__getitem__
    if isinstance(kind, type) and is_dataclass(kind):
        whole: Any = kind
        inner = _of_dataclass(whole)
        return _once(inner) if inner is not None and kind in _SHARED else inner
    if isinstance(kind, type) and issubclass(kind, Enum) and len(kind):
        return {member: _ENCODER.encode(member.value) for member in kind}.__getitem__
    return _LEAVES.get(kind)


def _or_null(inner: Encoder) -> Encoder:
    return lambda value: "null" if value is None else inner(value)


def _listed(item: Encoder) -> Encoder:
    return lambda value: f"[{','.join(map(item, value))}]" if value else "[]"


def _paired(items: list[Encoder]) -> Encoder:
    return lambda value: "[" + ",".join([item(part) for item, part in zip(items, value, strict=True)]) + "]"


def _once(inner: Encoder) -> Encoder:
    kept: dict[int, tuple[Any, str]] = {}

    def encode(value: Any) -> str:
        # Its number alone would not do: it is another's once the value is gone.
        known, written = kept.get(id(value), (None, ""))
        if known is value:
            return written
        if len(kept) > _KEPT_MAX:
            kept.clear()
        written = inner(value)
        kept[id(value)] = (value, written)
        return written

    return encode


class _Kept(dict[Any, str]):
    """What was written of values that come again and again; forgotten when there are too many."""

    def __init__(self, write: Encoder) -> None:
        self._write = write

    def __missing__(self, value: Any) -> str:
        if len(self) > _KEPT_MAX:
            self.clear()
        written = self[value] = self._write(value)
        return written


_LEAVES: dict[Any, Encoder] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: {True: "true", False: "false"}.__getitem__,
    date: _Kept(lambda day: f'"{day.isoformat()}"').__getitem__,
    datetime: lambda at: f'"{at.isoformat()}"',
    time: lambda at: f'"{at.isoformat()}"',
}


def shared(kind: type[T]) -> type[T]:
    """Mark a frozen dataclass whose values are parts of many others: each is written once and remembered."""
    _SHARED.add(kind)
    return kind


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(dump(value)).hexdigest()


def load(kind: type[T], data: bytes) -> T:
    """A value of `kind` (a frozen dataclass of plain parts) from the bytes `dump` made of it.

    What was stored before a class had a field gets the field's default; without one it raises `KeyError`.
    """
    return build(kind, json.loads(data))


def build(kind: type[T], shape: Any) -> T:
    """A value of `kind` from the JSON types that `plain` made of it; defaults as in `load`."""
    return cast(T, _build(kind, shape))


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
        stored = [field for field in fields(kind) if field.name in value or not _has_default(field)]
        return kind(**{field.name: _build(hints[field.name], value[field.name]) for field in stored})
    if kind in (datetime, date, time):
        return kind.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING
