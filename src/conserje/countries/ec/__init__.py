# SPDX-License-Identifier: Apache-2.0
"""Ecuador, by article 49 of the Ley Orgánica de Defensa del Consumidor as changed in 2022, in three sentences.

Agencies (here: everybody) may telephone, message and write Monday to Friday 7-20, never on weekends or public
holidays, once a day in all, and from a number that can be recognised. Only the debtor, a co-debtor or a guarantor is
contacted, nothing is told to anybody else or left with them. Nobody is threatened, ridiculed or humiliated.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="EC",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Defensoría del Pueblo",
        short_name="DPE",
        site="https://www.dpe.gob.ec",
    ),
)
