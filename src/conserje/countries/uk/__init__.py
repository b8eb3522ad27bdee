# SPDX-License-Identifier: Apache-2.0
"""The United Kingdom, by the late-payment Act of 1998 and the FCA's CONC 7, in three sentences.

Nothing is fixed about hours and frequency, which must be reasonable: as a policy everything keeps to Monday to Saturday
8-20, outside the bank holidays of the customer's nation, three times in seven days, and to the customer alone. Whoever
is in a breathing space is not asked for the debt, and whoever disputes it or takes debt advice is left in peace
meanwhile; a person is sued no sooner than thirty days after a letter. Businesses that pay each other late owe eight
points over the Bank rate and 40, 70 or 100 pounds for each debt.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="UK",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Financial Conduct Authority",
        short_name="FCA",
        site="https://www.fca.org.uk",
    ),
    languages=("en", "es"),
)
