# SPDX-License-Identifier: Apache-2.0
"""Typed settings of an adapter: the form is drawn from them, secrets are marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

S = TypeVar("S")


class SettingsRefused(ValueError):
    """The stored settings do not fit the adapter: says which field, why and what to write."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a settings form."""

    name: str
    label: str
    kind: str
    required: bool
    secret: bool
    hint: str


def setting(label: str, *, default: Any = ..., secret: bool = False, hint: str = "") -> Any:
    """A dataclass field with what a form needs to show it."""
    info = {"label": label, "secret": secret, "hint": hint}
    return field(metadata=info) if default is ... else field(default=default, metadata=info)


def describe(kind: type) -> tuple[FieldInfo, ...]:
    """The fields of a settings dataclass, in order."""
    return tuple(
        FieldInfo(
            name=item.name,
            label=item.metadata.get("label", item.name),
            kind=str(item.type),
            required=item.default is MISSING and item.default_factory is MISSING,
            secret=bool(item.metadata.get("secret")),
            hint=item.metadata.get("hint", ""),
        )
        for item in fields(kind)
    )


def read(kind: type[S], values: Mapping[str, Any]) -> S:
    """`values` as an instance of `kind`; unknown names and missing ones raise `SettingsRefused`."""
    infos = {info.name: info for info in describe(kind)}
    unknown = sorted(set(values) - set(infos))
    missing = sorted(name for name, info in infos.items() if info.required and values.get(name) in (None, ""))
    if unknown or missing:
        raise SettingsRefused(
            f"Settings of {kind.__module__} do not fit. Missing: {', '.join(missing) or 'none'}. "
            f"Unknown: {', '.join(unknown) or 'none'}. Correct them in the connection and try again."
        )
    return kind(**values)
