# SPDX-License-Identifier: Apache-2.0
"""Spain, by Ley 3/2004 between businesses and by privacy and data law for persons, in three sentences.

Businesses and public bodies that pay late owe, without being asked, eight points over the rate of the European Central
Bank and 40 euros for each invoice, as in every country of the Union. No law sets hours for persons: as a policy they
are written to Monday to Friday 9-21, never on weekends and holidays, three times in seven days, with the notice of data
law the first time, and nobody else is told. A report to a file of unpaid debts needs a certain debt of 50 euros or more
that nobody contests, told beforehand and asked for, and a suit needs an attempt to agree.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="ES",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Agencia Española de Protección de Datos",
        short_name="AEPD",
        site="https://www.aepd.es",
    ),
)
