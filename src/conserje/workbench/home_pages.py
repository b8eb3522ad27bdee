# SPDX-License-Identifier: Apache-2.0
"""What the first screen of a desk shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.workbench.pages import AgeingChart, Figure, Frame


@dataclass(frozen=True, slots=True)
class Attention:
    """Something a person should look at: a count, a sentence, where to go. `tone`: late, rest, stop or empty."""

    count: int
    text: str
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class StopNotice:
    """Sending that is stopped: `what` is, `since` when, by whom, `why`, and what is `to_do` about it.

    `channel` is empty for everything.
    """

    channel: str
    what: str
    since: datetime
    by: str
    why: str
    to_do: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """`workbench/home/show.html`, at `workbench:home`. `figures`: receivable, overdue, collected, contacts today.

    `lift_url` takes POST `channel` of one of `stops`, `stop_url` POST `reason`; both empty for those who may not.
    """

    frame: Frame
    figures: tuple[Figure, ...]
    ageing: tuple[AgeingChart, ...]
    attention: tuple[Attention, ...] = ()
    is_empty: bool = False
    stops: tuple[StopNotice, ...] = ()
    lift_url: str = ""
    stop_url: str = ""
