# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.journal.entry import Entry
from conserje.data.journal.seal import Seal

__all__ = ["Entry", "Seal"]
