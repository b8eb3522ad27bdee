# SPDX-License-Identifier: Apache-2.0
"""What a PostgreSQL address says, in Django's words."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def parse(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?host=/folder&sslmode=...` as an entry of DATABASES.

    A socket folder may be given as `?host=/folder` or percent-encoded as the host. Parameters that are not ours go to
    libpq. Raises `ValueError`.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(
            "DATABASE_URL must begin with postgresql:// (PostgreSQL is the only database Conserje runs on)."
        )
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/")) or options.pop("dbname", "")
    if not name:
        raise ValueError("DATABASE_URL names no database. Write postgresql://user@host/database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or "") or options.pop("user", ""),
        "PASSWORD": unquote(parts.password or "") or options.pop("password", ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }
