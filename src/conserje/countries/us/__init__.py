# SPDX-License-Identifier: Apache-2.0
"""The United States, by the FDCPA, Regulation F and the TCPA, in three sentences.

Whoever collects for others writes and calls between 8 and 21 where the customer is, at most seven calls in seven days
about one debt and none in the week after a conversation, says who it is in every message and how to stop in every
electronic one, and leaves alone whoever asked to be left alone, disputes the debt or has an attorney. Sellers who write
in their own name are outside the federal law and keep the same hours and counts by policy; Massachusetts, California
and New York City bind them too. Only the customer and the spouse are spoken to, and a debt that is out of time is
neither sued for nor threatened with it.
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="US",
    folder=Path(__file__).parent,
    authority=Authority(
        name="Consumer Financial Protection Bureau",
        short_name="CFPB",
        site="https://www.consumerfinance.gov",
    ),
    languages=("en", "es"),
)
