# SPDX-License-Identifier: Apache-2.0
"""The room of what comes from and goes to other systems."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Registers the room under the label `integrations`."""

    name = "conserje.data.integrations"
    label = "integrations"
    default_auto_field = "django.db.models.BigAutoField"
