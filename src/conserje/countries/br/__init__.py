# SPDX-License-Identifier: Apache-2.0
"""Brazil, by the Código de Defesa do Consumidor and the laws of its states, in three sentences.

Collecting may not shame, constrain or threaten, every written claim shows who the supplier is, with CPF or CNPJ, and a
debt that is prescribed is not claimed at all. There are no federal hours: as a policy everything keeps to Monday to
Friday 8-20 and Saturday 8-14, one contact a day, and calls in São Paulo, Rio de Janeiro, Espírito Santo and Alagoas
keep the hours of the state's law. Relatives, neighbours and employers are never contacted, and nobody is reported to a
file before a written notice.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="BR",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Secretaria Nacional do Consumidor",
        short_name="Senacon",
        site="https://www.consumidor.gov.br",
    ),
    languages=("pt", "es", "en"),
)
