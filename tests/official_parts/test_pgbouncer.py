# SPDX-License-Identifier: Apache-2.0
"""Two creditors through PgBouncer in transaction mode: ten thousand interleaved requests, no row of the other one.

Sessions of PostgreSQL are shared by requests there, so anything that outlived a transaction would be the next one's.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import harness

harness.prepare_django()

from django.db import connection, connections, transaction  # noqa: E402 - Django is to be ready first
from tests.integration import build  # noqa: E402
from tests.integration import receivables_book as book  # noqa: E402

from conserje.config.database import url  # noqa: E402
from conserje.data.receivables.models import Customer  # noqa: E402
from conserje.data.tenancy import planned  # noqa: E402
from conserje.services.tenancy.act import acting, reading  # noqa: E402

pytestmark = pytest.mark.official

PROGRAM = shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin")
REQUESTS, THREADS, SESSIONS = 10_000, 8, 2

_CONF = """
[databases]
{name} = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 100
ignore_startup_parameters = extra_float_digits, options
"""


# What is planned once a connection elsewhere is not here: the session that planned it answers somebody else next.
_PLANNED = "SELECT count(*) FROM receivables_customer WHERE creditor_id = %s"


@contextmanager
def pooled(database: harness.Clone) -> Iterator[None]:
    """Django's `default` connections go through a PgBouncer of their own."""
    direct = url.parse(harness.address("app", database.name))
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = free.getsockname()[1]
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        ini = Path(folder) / "pgbouncer.ini"
        told = {"name": direct["NAME"], "host": direct["HOST"], "port": direct["PORT"] or 5432}
        ini.write_text(_CONF.format(**told, user=direct["USER"], listen=listen, sessions=SESSIONS))
        who = Path(direct["HOST"]).stat()
        drop = {"user": who.st_uid, "group": who.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        running = subprocess.Popen([str(PROGRAM), "-q", str(ini)], cwd="/", **drop)
        settings = connections.settings["default"]
        former = dict(settings)
        connections.close_all()
        settings |= {"HOST": "127.0.0.1", "PORT": str(listen)}
        connections["default"].settings_dict.update(settings)
        try:
            until = time.monotonic() + 20
            while socket.socket().connect_ex(("127.0.0.1", listen)):
                assert time.monotonic() < until
                time.sleep(0.1)
            yield
        finally:
            connections.close_all()
            settings |= former
            connections["default"].settings_dict.update(settings)
            running.terminate()
            running.wait()


@pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")
def test_ten_thousand_requests_of_two_creditors_see_their_own(database: harness.Clone) -> None:
    with pooled(database):
        ids = [build.creditor(name=name).pk for name in ("Uno", "Dos")]
        for creditor_id in ids:
            book.customers(creditor_id, *(f"{creditor_id}-{n}" for n in range(5)))
        wrong: list[object] = []
        asked = [0] * THREADS

        def work(place: int) -> None:
            rng = random.Random(place)
            for _ in range(REQUESTS // THREADS):
                creditor_id = rng.choice(ids)
                door = acting if rng.random() < 0.2 else reading
                with door(creditor_id=creditor_id):
                    seen = list(Customer.objects.values_list("creditor_id", flat=True))
                    known = planned.rows(_PLANNED, [creditor_id])
                if seen != [creditor_id] * 5 or known != [(5,)]:
                    wrong.append((creditor_id, seen, known))
                if rng.random() < 0.1 and Customer.objects.exists():
                    wrong.append("rows without a creditor")
                asked[place] += 1
            connections.close_all()

        threads = [threading.Thread(target=work, args=(place,)) for place in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(asked) == REQUESTS
        assert wrong == []
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('conserje.creditor_id', %s, false)", [str(ids[0])])
        seen = {who for _ in range(50) for who in Customer.objects.values_list("creditor_id", flat=True)}
        assert seen == {ids[0]}, "a context that outlives its transaction would have been seen"
