# SPDX-License-Identifier: Apache-2.0
"""The way through an import: four steps, where a person stands on it, and who may go it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from conserje.services.integrations import upload
from conserje.services.integrations.upload import Kept, NoUpload
from conserje.services.tenancy.act import reading
from conserje.workbench.access import Desk
from conserje.workbench.import_pages import ImportStep, Way


def kept_of(desk: Desk, upload_id: int) -> Kept:
    """The upload in the address, for who may import; inside the desk's transaction. 404 when it is gone."""
    if not desk.seat.may_act:
        raise PermissionDenied
    try:
        return upload.find(creditor_id=desk.creditor_id, upload_id=upload_id)
    except NoUpload:
        raise Http404 from None


def kept_for_act(desk: Desk, upload_id: int) -> Kept:
    """The same for views that change something, in a transaction of its own."""
    with reading(creditor_id=desk.creditor_id):
        return kept_of(desk, upload_id)


def stands_at(desk: Desk, kept: Kept) -> str:
    """The address of the screen where an upload goes on."""
    if kept.taken_at is not None:
        return desk.url("import_result", upload=kept.id)
    if kept.wanted:
        return desk.url("import_progress", upload=kept.id)
    if kept.seen is not None:
        return desk.url("import_preview", upload=kept.id)
    if kept.answers is not None or not kept.tables:
        return desk.url("import_questions", upload=kept.id)
    return desk.url("import_columns", upload=kept.id)


def way(desk: Desk, kept: Kept, *, at: int) -> Way:
    """The steps as seen from step `at` (1 columns, 2 questions, 3 preview, 4 done)."""
    names = {1: _("Columns"), 2: _("Questions"), 3: pgettext("step of an import", "Preview"), 4: _("Done")}
    screens = {1: "import_columns", 2: "import_questions", 3: "import_preview"}
    is_open = kept.taken_at is None and not kept.wanted
    reachable = {1: is_open, 2: is_open, 3: is_open and kept.seen is not None, 4: False}
    steps = tuple(
        ImportStep(
            number,
            text,
            "now" if number == at else "done" if number < at else "next",
            desk.url(screens[number], upload=kept.id) if reachable[number] and number != at else "",
        )
        for number, text in names.items()
    )
    files = tuple(file.name for file in kept.files if file.kind != "corrections")
    return Way(steps, files, desk.url("import_discard", upload=kept.id) if kept.taken_at is None else "")
