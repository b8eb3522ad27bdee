# SPDX-License-Identifier: Apache-2.0
"""The room of what happened and why."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers the room under the label `journal`."""

    name = "conserje.data.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
