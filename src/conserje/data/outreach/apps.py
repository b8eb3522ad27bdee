# SPDX-License-Identifier: Apache-2.0
"""The room of whom we contact, when and how."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Registers the room under the label `outreach`."""

    name = "conserje.data.outreach"
    label = "outreach"
    default_auto_field = "django.db.models.BigAutoField"
