# SPDX-License-Identifier: Apache-2.0
"""Chile, by article 37 of Ley 19.496 as changed by Ley 21.320, in three sentences.

Whoever gave the credit or collects it may call or visit Monday to Saturday 8-20, never on Sundays and public holidays,
once a week, and write twice a week with two full days between; here messages keep the same hours. Nobody else is told
of the debt, nothing may look like a court's, and a debt that is paid, somebody else's, in court or in insolvency rests.
Fees are 9, 6 and 3 % by tranches of 10 and 50 UF, only after 20 days and after a free attempt to help within 15.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="CL",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Servicio Nacional del Consumidor",
        short_name="SERNAC",
        site="https://www.sernac.cl",
    ),
)
