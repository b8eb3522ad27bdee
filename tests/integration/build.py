# SPDX-License-Identifier: Apache-2.0
"""Builders that write rows: each takes only what a test cares about."""

from __future__ import annotations

from typing import Any

from conserje.data.tenancy.models import Creditor, Organisation


def organisation(**given: Any) -> Organisation:
    """A saved organisation."""
    return Organisation.objects.create(**({"name": "Firma de prueba"} | given))


def creditor(**given: Any) -> Creditor:
    """A saved creditor; without `organisation` it gets one of its own."""
    usual = {
        "name": "Estudio de prueba",
        "legal_name": "Estudio de Prueba S.A.S.",
        "tax_id": "900123456",
        "country": "CO",
        "time_zone": "America/Bogota",
        "locale": "es_CO",
        "currency": "COP",
    }
    chosen = usual | given
    if "organisation" not in chosen and "organisation_id" not in chosen:
        chosen["organisation"] = organisation()
    return Creditor.objects.create(**chosen)
