# SPDX-License-Identifier: Apache-2.0
"""Mexico, by the provisions of CONDUSEF of 7 October 2014 and the twin ones of PROFECO, in three sentences.

Financial entities, habitual credit grantors and their agencies (here: everybody) may contact from 7 to 22 by the clock
of the customer, here Monday to Friday and never on holidays, at most once a day and three times in seven days. The
first contact says who collects for whom, the contract, the amount with its parts and its date, how to settle, where to
complain, and that only the creditor is paid. Nobody but the customer, co-obligors and guarantors is contacted, and
nothing may threaten, expose or look like a court's or an authority's.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="MX",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Procuraduría Federal del Consumidor",
        short_name="PROFECO",
        site="https://www.gob.mx/profeco",
    ),
)
