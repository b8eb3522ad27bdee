# SPDX-License-Identifier: Apache-2.0
"""Short messages, by the rules of those who carry them, in three sentences; a contract and not law.

A customer is written to by SMS only with a recorded permission, and a stop is honoured at once: after it the carrier
refuses the number by itself. Carriers know only the English words for stop, so ours in Spanish and Portuguese are read
here. Public short links are what their filters look for, so no message has one.
"""

from pathlib import Path

from conserje.countries.reading import Country

ADAPTER = Country(code="SMS", folder=Path(__file__).parent, authority=None)
