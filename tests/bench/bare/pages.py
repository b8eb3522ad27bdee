# SPDX-License-Identifier: Apache-2.0
"""Two pages: an account (our statements, their rows in a table) and a hook (our signature, our statements).

The statements are those that our own doors ran a moment before on the same database, read from the file that
BARE_STATEMENTS names: {"account": {"<cookie>": [sql, ...]}, "hook": {"event": id, "secret": whsec, "sql": [sql, ...]}}.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.utils import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

_RECORDED = json.loads(Path(os.environ["BARE_STATEMENTS"]).read_text())
_PAGE = Engine().from_string(
    "<!doctype html><title>Account</title><body>{% for rows in tables %}<table>{% for row in rows %}<tr>"
    "{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{% endfor %}</body>"
)


def _run(statements: list[str]) -> list[list[tuple[Any, ...]]]:
    tables = []
    with connection.cursor() as cursor:
        for statement in statements:
            try:
                cursor.execute(statement)
            except IntegrityError:
                # As ours does where a job is waiting already.
                continue
            if cursor.description is not None:
                tables.append(cursor.fetchall())
    return tables


def account(request: HttpRequest) -> HttpResponse:
    """What one reader owes."""
    tables = _run(_RECORDED["account"][request.COOKIES["account"]])
    return HttpResponse(_PAGE.render(Context({"tables": tables})))


@csrf_exempt
def hook(request: HttpRequest) -> HttpResponse:
    """One signed message, stored."""
    recorded = _RECORDED["hook"]
    event, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    key = base64.b64decode(recorded["secret"].removeprefix("whsec_"))
    mac = hmac.new(key, f"{event}.{at}.".encode() + request.body, hashlib.sha256).digest()
    if not hmac.compare_digest(b"v1," + base64.b64encode(mac), request.headers["webhook-signature"].encode()):
        return HttpResponse(status=401)
    _run([statement.replace(recorded["event"], event) for statement in recorded["sql"]])
    return HttpResponse(status=200)


urlpatterns = [path("account/", account), path("hook/", hook)]
