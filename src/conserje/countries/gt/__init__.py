# SPDX-License-Identifier: Apache-2.0
"""Guatemala, by the Ley de Bancos as reformed by Decreto 28-2016, in three sentences.

Banks, financial groups and whoever collects for them write only on working days and hours, at most twice a day, and
only to who owes and to guarantors, without posters. What those hours are the law does not say: as a policy they are
Monday to Friday 8-18, and everybody, banks or not, writes once a day at most. Relatives, neighbours and employers are
never contacted.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="GT",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Superintendencia de Bancos de Guatemala",
        short_name="SIB",
        site="https://www.sib.gob.gt",
    ),
)
