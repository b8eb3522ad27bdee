# SPDX-License-Identifier: Apache-2.0
"""WhatsApp, by the policies of its owner, in three sentences; a contract and not law.

Collecting for others is not to be done there at all, and a seller writes only to customers who agreed to be written to,
about its own invoices, in neutral words. Outside the twenty-four hours after a customer's message only templates of the
kind utility leave, and a stop is honoured at once. A ban would take the way from every customer at the same time, so
there is always a second one.
"""

from pathlib import Path

from conserje.countries.reading import Country

ADAPTER = Country(code="WHATSAPP", folder=Path(__file__).parent, authority=None)
