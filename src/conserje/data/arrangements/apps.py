# SPDX-License-Identifier: Apache-2.0
"""The room of promises, plans, disputes and holds."""

from django.apps import AppConfig


class ArrangementsConfig(AppConfig):
    """Registers the room under the label `arrangements`."""

    name = "conserje.data.arrangements"
    label = "arrangements"
    default_auto_field = "django.db.models.BigAutoField"
