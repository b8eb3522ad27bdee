# SPDX-License-Identifier: Apache-2.0
"""The room of failed charges."""

from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    """Registers the room under the label `recovery`."""

    name = "conserje.data.recovery"
    label = "recovery"
    default_auto_field = "django.db.models.BigAutoField"
