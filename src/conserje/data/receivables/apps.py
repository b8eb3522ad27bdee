# SPDX-License-Identifier: Apache-2.0
"""The room of customers, invoices, payments and the Ledger."""

from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    """Registers the room under the label `receivables`."""

    name = "conserje.data.receivables"
    label = "receivables"
    default_auto_field = "django.db.models.BigAutoField"
