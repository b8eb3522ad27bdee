# SPDX-License-Identifier: Apache-2.0
"""What a WSGI server loads: `granian --interface wsgi conserje.config.wsgi:application`."""

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from conserje.services.tenancy import turns

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conserje.config.settings")

_answer = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request in its turn."""
    environ["wsgi.input"] = turns.Incoming(environ["wsgi.input"])
    with turns.taken():
        return _answer(environ, start_response)


# Every page's code is loaded now: no first visitor waits for it.
get_resolver().url_patterns  # noqa: B018 - they are loaded by being looked at

# What was loaded stays, and a page makes thousands of values that die with it: looked through after every 700, as is
# usual, they are a good part of what a long account costs.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
