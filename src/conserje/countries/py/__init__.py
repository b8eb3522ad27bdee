# SPDX-License-Identifier: Apache-2.0
"""Paraguay, by the guide of good collection of SEDECO (Resolución SDCU 764/2025), in three sentences.

Suppliers, creditors and their agents may contact Monday to Friday 8-18 and Saturday 8-12, never on Sundays and public
holidays. Three attempts that nobody answers are the limit of a week, and after an answer one more contact may follow
that day. Family, employers and others are never contacted, the amount is told with its parts, and only what was agreed
may be charged.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="PY",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Secretaría de Defensa del Consumidor y el Usuario",
        short_name="SEDECO",
        site="https://www.sedeco.gov.py",
    ),
)
