# SPDX-License-Identifier: Apache-2.0
"""Putting jobs in the queue by their dotted name, in the transaction of what caused them."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def enqueue(*, job: str, once: str, creditor_id: int) -> bool:
    """Queue `job` for a creditor unless one named `once` is already waiting; False when it is.

    One that is waiting leaves the transaction of the caller as it was.
    """
    try:
        with transaction.atomic():
            app.configure_task(name=job, queueing_lock=once).defer(creditor_id=creditor_id)
    except AlreadyEnqueued:
        return False
    return True
