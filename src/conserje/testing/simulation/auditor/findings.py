# SPDX-License-Identifier: Apache-2.0
"""What the auditor finds: which rule was broken, of whom, when, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule. `who` is a customer's reference, empty when it is about everybody."""

    at: datetime
    rule: str
    who: str
    evidence: str

    def line(self) -> str:
        """As it is shown."""
        return f"{self.at.isoformat()} {self.who or 'everybody'}: {self.rule}. {self.evidence}"
