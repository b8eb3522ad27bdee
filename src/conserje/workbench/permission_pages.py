# SPDX-License-Identifier: Apache-2.0
"""What the screen of missing permissions shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conserje.ui.listing import Option
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class SilentRow:
    """One customer to ask. `ticked` after an answer that could not be taken."""

    id: str
    name: str
    address: str
    url: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class PermissionPage:
    """`workbench/permission/show.html`. `rows` are the first of `total`; `said_no` took their permission back.

    `bases` and `channels` are the answers to choose from, `source` the evidence, `everybody` that all `total` are
    meant, `faults` what to correct by field. `subject` and `body` ask for permission.
    """

    frame: Frame
    rows: tuple[SilentRow, ...]
    total: int
    said_no: int
    bases: tuple[Option, ...]
    channels: tuple[Option, ...]
    source: str
    everybody: bool
    faults: Mapping[str, str]
    may_act: bool
    subject: str
    body: str
