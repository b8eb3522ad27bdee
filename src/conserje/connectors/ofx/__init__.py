# SPDX-License-Identifier: Apache-2.0
"""Bank statements as OFX and QFX, versions 1 (SGML) and 2 (XML)."""

from conserje.connectors.ofx.adapter import Ofx

ADAPTER = Ofx()
