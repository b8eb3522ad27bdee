# SPDX-License-Identifier: Apache-2.0
"""Field 86, which every bank fills its own way: with subfields `?20`, with words between slashes, or freely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SUBFIELD: Final = re.compile(r"\?([0-9]{2})([^?]*)")
_SLASHED: Final = re.compile(r"/(EREF|KREF|REMI|NAME|ORDP|BENM|IBAN|CNTP|RTRN|MARF|SVCL|PREF|TRCD|ADDR)/")
_INSIDE: Final = re.compile(r"(EREF|KREF|MREF|CRED|SVWZ|ABWA|IBAN|BIC)\+")


@dataclass(frozen=True, slots=True)
class Details:
    """What the field says of who paid and why; empty where it says nothing."""

    text: str = ""
    name: str = ""
    number: str = ""
    end_to_end_id: str = ""


def read(value: str) -> Details:
    """The field's value in our words."""
    if "?2" in value or "?3" in value:
        return _subfields(value.replace("\n", ""))
    parts = _SLASHED.split(value.replace("\n", ""))
    if len(parts) > 2:
        return _slashed(dict(zip(parts[1::2], parts[2::2], strict=True)))
    return Details(text=" ".join(value.split()))


def _subfields(value: str) -> Details:
    found: dict[int, str] = {}
    for code, text in _SUBFIELD.findall(value):
        found[int(code)] = found.get(int(code), "") + text
    told = "".join(text for code, text in sorted(found.items()) if 20 <= code <= 29 or 60 <= code <= 63)
    pieces = _INSIDE.split(told)
    named = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return Details(
        text=_plain(named.get("SVWZ", told)),
        name=_plain(found.get(32, "") + found.get(33, "")),
        number=_plain(found.get(31, "")),
        end_to_end_id=_reference(named.get("EREF", "")),
    )


def _slashed(named: dict[str, str]) -> Details:
    party = next((named[code] for code in ("NAME", "ORDP", "CNTP", "BENM") if code in named), "")
    remittance = named.get("REMI", "").strip("/")
    return Details(
        text=_plain(remittance.rsplit("/", 1)[-1] if remittance.startswith("USTD/") else remittance),
        name=_plain(party.strip("/").rsplit("/", 1)[-1]),
        number=_plain(named.get("IBAN", "").strip("/")),
        end_to_end_id=_reference(named.get("EREF", "").strip("/")),
    )


def _reference(text: str) -> str:
    bare = _plain(text)
    return "" if bare.upper() in ("NOTPROVIDED", "NONREF") else bare


def _plain(text: str) -> str:
    return " ".join(text.split())
