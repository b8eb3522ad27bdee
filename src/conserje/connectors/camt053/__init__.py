# SPDX-License-Identifier: Apache-2.0
"""Bank statements as ISO 20022 camt.053 XML, of any version."""

from conserje.connectors.camt053.adapter import Camt053

ADAPTER = Camt053()
