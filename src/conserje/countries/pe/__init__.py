# SPDX-License-Identifier: Apache-2.0
"""Peru, by articles 61 and 62 of the Código de Protección y Defensa del Consumidor, in three sentences.

Nobody is visited or called between 20 and 7, nor on Saturdays, Sundays and public holidays; here messages keep the
same hours, one a day and three in seven days. Nobody else is told of the debt or receives its papers, nothing looks
like a court's or is shown in public, and a wrong number is not called again. A reminder carries no offer, for
promotion needs a permission that only the customer may begin.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="PE",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Instituto Nacional de Defensa de la Competencia y de la Protección de la Propiedad Intelectual",
        short_name="Indecopi",
        site="https://www.indecopi.gob.pe",
    ),
)
