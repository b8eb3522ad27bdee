# SPDX-License-Identifier: Apache-2.0
"""A made-up land for tests and newcomers, in three sentences.

Offices write Monday to Thursday and on Friday mornings, with an evening hour for short messages, and from July 2026 the
day begins later. Written messages keep two full days between them, calls come once in seven days, and only what arrived
is counted. The province of Norte closes earlier and keeps a day of its own.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="XX",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Oficina del Buen Trato (inventada)",
        short_name="OBT",
        site="https://oficina.example",
    ),
)
