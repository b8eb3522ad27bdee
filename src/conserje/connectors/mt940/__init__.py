# SPDX-License-Identifier: Apache-2.0
"""Bank statements as SWIFT MT940, as banks and bookkeeping programs write them."""

from conserje.connectors.mt940.adapter import Mt940

ADAPTER = Mt940()
