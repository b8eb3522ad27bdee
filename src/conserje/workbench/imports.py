# SPDX-License-Identifier: Apache-2.0
"""Imports: files arrive, wait on the desk, are thrown away; and the history of those that were brought in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from conserje.services.integrations import import_history
from conserje.services.integrations import upload as uploads
from conserje.services.integrations.import_history import Run, Trouble
from conserje.services.integrations.intake_answers import Answers
from conserje.services.integrations.upload import FilesRefused, NewFile
from conserje.services.tenancy.act import reading
from conserje.ui.listing import Pager
from conserje.workbench import import_words
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.actors import who
from conserje.workbench.frame import frame
from conserje.workbench.import_pages import (
    Bad,
    BadLine,
    HistoryPage,
    RunPage,
    RunRow,
    StartPage,
    UploadRow,
)
from conserje.workbench.import_questions import looked_at
from conserje.workbench.import_way import kept_for_act, kept_of, stands_at
from conserje.workbench.words import country, name

MEGABYTES: Final = 96
# What is larger than this is not even read to its end before it is refused.
_DRAINED: Final = 512_000_000
_CHUNK: Final = 1 << 20
PAGE: Final = 50


@looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _drawn(request, desk)


@acting
def _bring(request: HttpRequest, desk: Desk) -> HttpResponse:
    files = [file for file in request.FILES.getlist("files") if file.name]
    faults = _too_many(files)
    if not faults:
        try:
            upload_id = uploads.open_(
                creditor_id=desk.creditor_id,
                files=[NewFile(str(file.name), file.read()) for file in files],
                by=desk.by,
                now=desk.now,
            )
        except FilesRefused as refused:
            faults = refused.faults
        else:
            return _opened(request, desk, upload_id)
    with reading(creditor_id=desk.creditor_id):
        return _drawn(request, desk, faults=faults)


def _opened(request: HttpRequest, desk: Desk, upload_id: int) -> HttpResponse:
    kept = kept_for_act(desk, upload_id)
    if kept.tables:
        return redirect(stands_at(desk, kept))
    # Papers have no columns and nothing to ask: what would come of them is seen at once.
    return looked_at(request, desk, kept, Answers(stated_by=desk.by))


_either = csrf_protect(by_method(get=_show, post=_bring))


@csrf_exempt
def start(request: HttpRequest, creditor: str) -> HttpResponse:
    """What waits on the desk, and files to bring in. What is too large is refused before a form is read from it."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and length.isdecimal() and int(length) > MEGABYTES * 1_000_000:
        _drain(request, int(length))
        text = _(
            "The files have %(size)s MB together, and at most %(most)s MB are taken at once. Nothing was kept."
        )
        messages.warning(request, text % {"size": int(length) // 1_000_000, "most": MEGABYTES})
        return redirect("workbench:imports", creditor=creditor)
    return _either(request, creditor=creditor)


@looking
def go_on(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    """Where an import stands: its next screen."""
    return redirect(stands_at(desk, kept_of(desk, upload)))


@acting
def discard(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    """Throw an upload away with its files."""
    if uploads.discard(creditor_id=desk.creditor_id, upload_id=upload):
        messages.success(request, _("Thrown away. Nothing of it was kept."))
    return redirect(desk.url("imports"))


@looking
def history(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every file that was brought in, the latest first."""
    total = import_history.count(creditor_id=desk.creditor_id)
    asked = request.GET.get("page", "1")
    number = min(int(asked), 1 + max(0, total - 1) // PAGE) if asked.isdecimal() and len(asked) < 8 else 1
    first = max(0, number - 1) * PAGE
    found = import_history.page(creditor_id=desk.creditor_id, limit=PAGE, offset=first)
    names = who(run.by for run in found)
    url = desk.url("import_history")
    page = HistoryPage(
        frame=frame(request, desk, section="imports"),
        rows=tuple(_row(desk, run, names) for run in found),
        start_url=desk.url("imports"),
        pager=Pager(
            first + 1,
            first + len(found),
            total,
            f"{url}?page={number - 1}" if first else "",
            f"{url}?page={number + 1}" if first + len(found) < total else "",
        )
        if total > PAGE
        else None,
    )
    return render(request, "workbench/import/history.html", {"page": page})


@looking
def run(request: HttpRequest, desk: Desk, run: int) -> HttpResponse:
    """One file that was brought in: what it changed, what was answered, and the lines that were not taken."""
    found = import_history.one(creditor_id=desk.creditor_id, run_id=run)
    if found is None:
        raise Http404
    troubles = import_history.troubles(creditor_id=desk.creditor_id, run_id=run)
    page = RunPage(
        frame=frame(request, desk, section="imports"),
        file=found.file_name,
        at=desk.local(found.at),
        by=who([found.by])[found.by],
        groups=import_words.groups(found.counts),
        answers=tuple(_answers(found)),
        bad=_bad(found, troubles) if troubles else None,
        history_url=desk.url("import_history"),
    )
    return render(request, "workbench/import/run.html", {"page": page})


def _drawn(request: HttpRequest, desk: Desk, *, faults: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
    waiting = uploads.every(creditor_id=desk.creditor_id) if desk.seat.may_act else []
    names = who(item.opened_by for item in waiting)
    page = StartPage(
        frame=frame(request, desk, section="imports"),
        uploads=tuple(
            UploadRow(
                import_words.joined(item.names),
                desk.local(item.changed_at),
                names[item.opened_by],
                desk.url("import", upload=item.id),
                item.taken_at is not None,
            )
            for item in waiting
        ),
        history_url=desk.url("import_history"),
        may_act=desk.seat.may_act,
        megabytes=MEGABYTES,
        files_most=uploads.FILES_MOST,
        kept_days=uploads.KEPT_DAYS,
        faults=faults,
    )
    return render(request, "workbench/import/start.html", {"page": page}, status=422 if faults else 200)


def _too_many(files: Sequence[object]) -> tuple[tuple[str, str], ...]:
    if not files:
        return (("", _("Choose at least one file.")),)
    if len(files) > uploads.FILES_MOST:
        text = _("At most %(most)s files are taken at once. Put the papers into one zip archive.")
        return (("", text % {"most": uploads.FILES_MOST}),)
    return ()


def _drain(request: HttpRequest, length: int) -> None:
    """Read what is sent to its end, as far as that is reasonable: a browser shows no answer before it has sent all."""
    left = min(length, _DRAINED)
    while left > 0 and (chunk := request.read(min(_CHUNK, left))):
        left -= len(chunk)


def _row(desk: Desk, run: Run, names: dict[str, str]) -> RunRow:
    return RunRow(
        run.file_name,
        desk.local(run.at),
        names[run.by],
        import_words.short(run.counts),
        run.counts.get("bad_rows", 0),
        desk.url("import_run", run=run.id),
    )


def _answers(run: Run) -> list[tuple[str, str]]:
    said = run.answers
    channels = ", ".join(import_words.channel(channel) for channel in said.get("channels", ()))
    permission = name(import_words.BASES, said.get("permission", "not_stated"))
    found = [
        (_("Permission to write"), " · ".join(part for part in (permission, channels) if part)),
        (_("Evidence of the permission"), said.get("permission_source", "")),
        (_("Country"), country(said.get("country", ""))),
        (_("Time zone"), said.get("time_zone", "")),
        (_("Companies or persons"), name(import_words.KINDS, said["kind"]) if said.get("kind") else ""),
        (
            _("In whose right we write"),
            name(import_words.OUR_ROLES, said["role"]) if said.get("role") else "",
        ),
        (_("Payments recorded through"), import_words.day(said.get("payments_through"))),
    ]
    return [(question, answer) for question, answer in found if answer]


def _bad(run: Run, troubles: list[Trouble]) -> Bad:
    rows = tuple(
        BadLine(
            import_words.place(item.sheet, item.line),
            item.column,
            item.value,
            import_words.said(item.reason),
            import_words.said(item.remedy),
        )
        for item in troubles
    )
    return Bad(run.file_name, run.counts.get("bad_rows", len(rows)), rows)
