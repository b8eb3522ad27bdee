# SPDX-License-Identifier: Apache-2.0
"""Colombia, by Ley 2300 de 2023, in three sentences.

Anyone who collects may contact only Monday to Friday 7-19 and Saturday 8-15, never on Sundays and public holidays,
and only by the channels the customer authorised. After a contact there is at most one a day and no second channel in
the same week. References, family, neighbours and employers are never contacted, home and workplace are not visited,
and nobody is asked why they have not paid.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="CO",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Superintendencia de Industria y Comercio",
        short_name="SIC",
        site="https://www.sic.gov.co",
    ),
)
