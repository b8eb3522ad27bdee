# SPDX-License-Identifier: Apache-2.0
"""What goes wrong on request: scripted faults, each for a number of times and, if wanted, one target."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MAIL_FAULTS: Final = {
    "reject": "answer `code` and `text` at `phase` (mail, rcpt, data, end)",
    "drop": "close the connection at `phase` (mail, rcpt, data, end; at the end the message was accepted)",
    "hang": "say nothing for `seconds` at `phase` (at the end the message was accepted)",
    "slow": "wait `seconds` before the answer at `phase`",
    "nonsense": "answer no SMTP at the end; the message was accepted",
}
CHECKOUT_FAULTS: Final = {
    "lost_answer": "do what was asked at `phase` (create, fetch, charge, refund), wait `seconds`, close with no answer",
    "server_error": "answer 500 at `phase` (as above) and do nothing",
    "decline": "the next payment or charge is declined with `code`",
    "refund_pending": "a refund is pending until it is asked for again",
    "amount_mismatch": "the payment is of `delta` minor units more or less than asked",
    "settle_later": "the payment stays in process for `seconds`",
    "hook_never": "no webhook",
    "hook_delay": "webhooks `seconds` late",
    "hook_duplicates": "each webhook `copies` times",
    "hook_reorder": "the last event first",
    "hook_forged": "webhooks signed with a wrong secret",
}


class UnknownFault(ValueError):
    """No fault of that kind: the message lists what there is."""


@dataclass(slots=True)
class Fault:
    """One scripted fault. `target`: a recipient or a reference, "" for any; `left` times, -1 always."""

    kind: str
    target: str = ""
    left: int = 1
    phase: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def seconds(self, otherwise: float = 0.0) -> float:
        """The option `seconds`."""
        return float(self.options.get("seconds", otherwise))


class FaultBook:
    """The faults still to happen; safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, values: Mapping[str, Any]) -> Fault:
        """Script one fault from `kind`, `target`, `times` (-1: always), `phase` and its options."""
        rest = dict(values)
        kind = str(rest.pop("kind", ""))
        if kind not in MAIL_FAULTS and kind not in CHECKOUT_FAULTS:
            known = ", ".join((*MAIL_FAULTS, *CHECKOUT_FAULTS))
            raise UnknownFault(f"There is no fault '{kind}'. Known: {known}.")
        fault = Fault(
            kind,
            str(rest.pop("target", "")).lower(),
            int(rest.pop("times", 1)),
            str(rest.pop("phase", "")),
            rest,
        )
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, *kinds: str, targets: tuple[str, ...] = (), phase: str = "") -> Fault | None:
        """The first fault of `kinds` at `phase` for one of `targets`; it happens once less from now on."""
        wanted = {target.lower() for target in targets}
        with self._lock:
            for fault in self._faults:
                fits = not fault.target or fault.target in wanted
                if fault.kind in kinds and fits and fault.phase in ("", phase) and fault.left:
                    fault.left -= fault.left > 0
                    return fault
        return None

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        """What is still to happen."""
        with self._lock:
            return [
                {"kind": f.kind, "target": f.target, "times": f.left, "phase": f.phase, **f.options}
                for f in self._faults
                if f.left
            ]
