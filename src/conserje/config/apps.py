# SPDX-License-Identifier: Apache-2.0
"""The roof as Django sees it: once everything is loaded, adapters are found."""

from django.apps import AppConfig

from conserje.config.wiring import wire


class ConfigApp(AppConfig):
    """Wires adapters at start-up."""

    name = "conserje.config"
    label = "config"

    def ready(self) -> None:
        """Fill the registries."""
        wire()
