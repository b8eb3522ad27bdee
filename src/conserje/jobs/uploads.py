# SPDX-License-Identifier: Apache-2.0
"""Imports that are too large for a page, and the end of those that nobody came back to."""

from __future__ import annotations

from django.utils import translation
from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.integrations import upload, upload_work
from conserje.services.tenancy import creditor as creditors


@app.task(name="integrations.uploads")
def do_wanted(creditor_id: int) -> None:
    """Do what is wanted of each upload of a creditor, in the creditor's language."""
    facts = creditors.by_id(creditor_id=creditor_id)
    with translation.override(facts.locale.replace("_", "-").lower()):
        for upload_id in upload_work.waiting(creditor_id=creditor_id):
            upload_work.work(creditor_id=creditor_id, upload_id=upload_id, now=clock.now_for(facts))


@app.periodic(cron="41 * * * *")
@app.task(name="uploads.remove_old", queueing_lock="uploads.remove_old")
def remove_old(timestamp: int) -> None:
    """Each hour: uploads that nobody touched for two weeks go, with their files; by each creditor's own clock."""
    for facts in creditors.every():
        upload.remove_old(creditor_id=facts.id, now=clock.now_for(facts))
