# SPDX-License-Identifier: Apache-2.0
"""Argentina, by Ley 24.240 and, in the City of Buenos Aires, Ley 6171, in three sentences.

Whoever collects treats people with dignity: nothing shames, harasses or threatens, and a claim out of court never looks
like one of a court. No national law sets hours or a number of contacts, so as a policy everything keeps to Monday to
Friday 8-20 and Saturday 8-12, once a day, and relatives, neighbours and employers are left alone. In the City of Buenos
Aires the creditor must tell the customer before an agency writes, and who the agency is.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="AR",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Dirección Nacional de Defensa del Consumidor",
        short_name="Defensa del Consumidor",
        site="https://www.argentina.gob.ar/defensadelconsumidor",
    ),
)
