# SPDX-License-Identifier: Apache-2.0
"""Which databases Django knows: `default` runs as the powerless role, `owner` exists only to migrate."""

from __future__ import annotations

import os
from typing import Any

from conserje.config import embedded
from conserje.config.database import provision, url

_KEPT_OPEN = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}


def databases() -> dict[str, dict[str, Any]]:
    """The setting DATABASES, from DATABASE_URL and DATABASE_OWNER_URL; without them, the embedded server.

    `DATABASE_URL=none:` is for checks that must not touch any database.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given == "none:":
        return {"default": {"ENGINE": "django.db.backends.dummy"}}
    if not given:
        return {
            "default": _embedded(provision.ROLES["app"]) | _KEPT_OPEN,
            "owner": _embedded(provision.ROLES["owner"]),
        }
    owner = os.environ.get("DATABASE_OWNER_URL", "")
    return {"default": _own(given) | _KEPT_OPEN} | ({"owner": _own(owner)} if owner else {})


def roles(known: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The setting DATABASE_ROLES: the names of the owner, app and backup roles."""
    return {
        "owner": known.get("owner", {}).get("USER") or provision.ROLES["owner"],
        "app": known["default"].get("USER") or provision.ROLES["app"],
        "backup": os.environ.get("CONSERJE_BACKUP_ROLE") or provision.ROLES["backup"],
    }


def _own(given: str) -> dict[str, Any]:
    entry = url.parse(given)
    # A server that does not even refuse is given up after ten seconds.
    return entry | {"OPTIONS": {"connect_timeout": "10", **entry["OPTIONS"]}}


def _embedded(role: str) -> dict[str, Any]:
    return {
        "ENGINE": "conserje.config.database",
        "NAME": embedded.DATABASE,
        "USER": role,
        "HOST": str(embedded.socket_folder()),
        "PORT": str(embedded.PORT),
        "OPTIONS": {},
    }
