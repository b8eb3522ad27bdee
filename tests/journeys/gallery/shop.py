# SPDX-License-Identifier: Apache-2.0
"""The invented creditor of the portal's samples, and the day on which they are drawn."""

from __future__ import annotations

from datetime import date

from conserje.portal import pages

TODAY = date(2026, 11, 24)
BRAND = pages.Brand(
    creditor="tallerejemplo",
    name="Taller Ejemplo",
    legal_name="Taller Ejemplo S.A.S.",
    tax_id="NIT 900.000.000-0",
    reply_address="cuentas@tallerejemplo.example",
    phone="601 000 0000",
    phone_published_on="tallerejemplo.example",
    phone_hours="lunes a viernes de 8 a 17",
    host="pagos.tallerejemplo.example",
    privacy_url="https://tallerejemplo.example/datos",
    complaint_authority="SIC",
    complaint_url="https://www.sic.gov.co/",
)
