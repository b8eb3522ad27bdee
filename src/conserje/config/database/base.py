# SPDX-License-Identifier: Apache-2.0
"""The backend class that Django looks for."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError

from conserje.config import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL of our own: if it does not answer, it is started, and asked once more."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A psycopg connection. Raises `embedded.ServerFailed` when the server cannot be started."""
        try:
            return super().get_new_connection(conn_params)
        except OperationalError:
            embedded.start()
            return super().get_new_connection(conn_params)
