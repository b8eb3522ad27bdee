# SPDX-License-Identifier: Apache-2.0
"""Memory while rows come by the thousand."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Rows by the thousand hold no cycles: searching them for some takes a fifth of an import, a tenth of a sweep."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
