# SPDX-License-Identifier: Apache-2.0
"""YAML for law: plain values only, and a key written twice is an error instead of a silent last word."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml


class PackError(ValueError):
    """A country's file says something that cannot be law; the message names the file, the place and the remedy."""


class Located(dict[Hashable, Any]):
    """A mapping that knows the line of its beginning and of each key, counted from 1."""

    line: int
    lines: Mapping[Hashable, int]


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # written in C, if it is there
    """`yaml.SafeLoader` that refuses duplicate keys, merge keys included."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> Located:
    found = Located()
    lines: dict[Hashable, int] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise PackError(f"line {line}: a list or mapping cannot be a key.")
        if key in found:
            raise PackError(f"line {line}: '{key}' is written twice. Keep one.")
        try:
            found[key] = loader.construct_object(value_node, deep=True)
        except ValueError as error:
            if isinstance(error, PackError):
                raise
            raise PackError(f"line {line}: '{key}' is wrong: {error}.") from None
        lines[key] = line
    found.line = node.start_mark.line + 1
    found.lines = lines
    return found


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(text: str, *, name: str) -> Any:
    """The plain values of `text`. Raises `PackError` starting with `name` for bad YAML or a repeated key."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader with fewer liberties
    except PackError as error:
        raise PackError(f"{name}, {error}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise PackError(f"{name} is not YAML: {error}") from None


def read(path: Path) -> dict[str, Any]:
    """The mapping a file holds; raises `PackError` when it holds something else, or cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path} cannot be read: {error}.") from None
    found = load(text, name=path.name)
    if not isinstance(found, dict):
        raise PackError(f"{path.name} must be a mapping of keys to values.")
    return found


def line_of(entry: Any, key: Hashable = None) -> str:
    """ ", line 7" for the place of `key` (or of the whole entry); nothing where it is not known."""
    lines = getattr(entry, "lines", {})
    line = lines.get(key, getattr(entry, "line", None))
    return "" if line is None else f", line {line}"


def mapping(value: Any, *, place: str) -> Mapping[str, Any]:
    """`value` if it is a mapping; raises `PackError`."""
    if not isinstance(value, dict):
        raise PackError(f"{place} must be a mapping of keys to values, not '{value}'.")
    return value


def refuse_unknown(entry: Any, *, known: frozenset[str], place: str) -> None:
    """Raise `PackError` for a key nobody reads: a misspelt rule must not vanish."""
    for key in mapping(entry, place=place):
        if key not in known:
            raise PackError(
                f"{place}{line_of(entry, key)}: unknown key '{key}'. Known keys: {', '.join(sorted(known))}."
            )
