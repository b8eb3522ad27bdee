# SPDX-License-Identifier: Apache-2.0
"""The room of organisations, creditors and the people who work for them."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Registers the room under the label `tenancy`."""

    name = "conserje.data.tenancy"
    label = "tenancy"
    default_auto_field = "django.db.models.BigAutoField"
