# SPDX-License-Identifier: Apache-2.0
"""What holds in a Latin American country without a folder of its own, in three sentences.

No law of those countries is told here: it is the house's own policy, inside the hours of every Latin American pack and
with the tightest counts of all. One may write Monday to Friday 9-18 and never on holidays, by a channel the customer
allowed, once a day, twice a week with two full days between, one call a week, and one channel a week. Third parties,
visits, threats and questions of why are out, and before a report or a suit there are notices and time.
"""

from pathlib import Path

from conserje.countries.reading import Country

ADAPTER = Country(code="LATAM_STRICT", folder=Path(__file__).parent, authority=None)
