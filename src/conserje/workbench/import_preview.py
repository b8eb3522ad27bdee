# SPDX-License-Identifier: Apache-2.0
"""The last steps of an import: what would come of it, the letters of the first week, the queue, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from conserje.domain.kit.money import Money
from conserje.domain.outreach.strategy import Mode
from conserje.domain.ports.connector import BadRow
from conserje.services.integrations import first_week, upload, upload_work
from conserje.services.integrations.first_week import Batch, Example, Week
from conserje.services.integrations.intake_sight import Sight
from conserje.services.integrations.upload import Kept, NoUpload
from conserje.services.integrations.upload_work import Asked, NotSeen
from conserje.workbench import import_words, message
from conserje.workbench.access import Desk, acting, framing, looking
from conserje.workbench.actors import who
from conserje.workbench.frame import frame
from conserje.workbench.import_pages import (
    Bad,
    BadLine,
    BatchRow,
    BooksTotal,
    DayRow,
    LetterPage,
    PreviewPage,
    ProgressPage,
    ResultPage,
    Told,
    WeekPart,
)
from conserje.workbench.import_way import kept_for_act, kept_of, stands_at, way
from conserje.workbench.words import LETTERS, STAGES, name


@looking
def show(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    """What would come of an import, and the first week that would follow it."""
    kept = kept_of(desk, upload)
    if kept.seen is None or kept.seen.week is None or kept.wanted:
        return redirect(stands_at(desk, kept))
    if kept.trouble:
        messages.warning(request, import_words.said(kept.trouble))
    page = PreviewPage(
        frame=frame(request, desk, section="imports"),
        way=way(desk, kept, at=3),
        told=_told(desk, kept, kept.seen),
        week=_week(desk, kept, kept.seen, kept.seen.week),
        version=kept.version,
        apply_url=desk.url("import_application", upload=kept.id),
        columns_url=desk.url("import_columns", upload=kept.id),
        questions_url=desk.url("import_questions", upload=kept.id),
    )
    return render(request, "workbench/import/preview.html", {"page": page})


@acting
def take(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    """Bring in what was looked at (POST `version`)."""
    kept = kept_for_act(desk, upload)
    version = request.POST.get("version", "")
    asked = Asked("take", desk.by, int(version) if version.isdecimal() and len(version) < 9 else 0)
    queued = not upload_work.is_small(kept)
    try:
        upload_work.ask(
            creditor_id=desk.creditor_id, upload_id=kept.id, asked=asked, queued=queued, now=desk.now
        )
        if not queued:
            upload_work.work(creditor_id=desk.creditor_id, upload_id=kept.id, now=desk.now)
    except NotSeen:
        messages.warning(request, _("Somebody changed it meanwhile. Look at it once more."))
    except NoUpload:
        messages.info(request, _("It had been brought in already."))
    return redirect(desk.url("import", upload=upload))


@looking
def progress(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    """How far the queue is: the page asks again by itself, with and without scripts."""
    kept = kept_of(desk, upload)
    htmx = getattr(request, "htmx", False)
    if not kept.wanted:
        return HttpResponseClientRedirect(stands_at(desk, kept)) if htmx else redirect(stands_at(desk, kept))
    page = ProgressPage(
        frame=frame(request, desk, section="imports"),
        way=way(desk, kept, at=3),
        what=kept.wanted,
        lines=kept.lines,
        since=desk.local(kept.wanted_at or kept.changed_at),
        url=desk.url("import_progress", upload=kept.id),
    )
    template = "workbench/import/working.html" if htmx else "workbench/import/progress.html"
    return render(request, template, {"page": page})


@looking
def result(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    """What an import wrote."""
    kept = kept_of(desk, upload)
    if kept.taken is None or kept.taken_at is None:
        return redirect(stands_at(desk, kept))
    page = ResultPage(
        frame=frame(request, desk, section="imports"),
        way=way(desk, kept, at=4),
        told=_told(desk, kept, kept.taken),
        by=who([kept.taken_by])[kept.taken_by],
        at=desk.local(kept.taken_at),
        receivables_url=desk.url("receivables"),
        drafts_url=desk.url("drafts"),
        history_url=desk.url("import_history"),
        again_url=desk.url("imports"),
    )
    return render(request, "workbench/import/result.html", {"page": page})


@looking
def corrections(request: HttpRequest, desk: Desk, upload: int, file: int) -> HttpResponse:
    """The lines that cannot be taken, as a file to be corrected and brought in."""
    kept = kept_of(desk, upload)
    if file not in {one.id for one in kept.corrections}:
        raise Http404
    return _download(desk, kept, file)


@looking
@framing
def letter(request: HttpRequest, desk: Desk, upload: int, number: int) -> HttpResponse:
    """One letter of the first week as it would be written."""
    kept = kept_of(desk, upload)
    examples = _examples(kept)
    found = _example(examples, number)

    def url(place: int) -> str:
        inside = 0 <= place < len(examples)
        return desk.url("import_letter", upload=kept.id, number=place) if inside else ""

    page = LetterPage(
        frame=frame(request, desk, section="imports"),
        customer=found.customer,
        to=found.to,
        channel=found.channel,
        what=name(LETTERS, found.letter),
        leaves_at=found.at,
        subject=found.subject,
        body_url=desk.url("import_letter_body", upload=kept.id, number=number),
        text_body=found.text,
        back_url=desk.url("import_preview", upload=kept.id),
        previous_url=url(number - 1),
        next_url=url(number + 1),
    )
    return render(request, "workbench/import/letter.html", {"page": page})


@looking
def letter_body(request: HttpRequest, desk: Desk, upload: int, number: int) -> HttpResponse:
    """The letter by itself, for its frame."""
    return message.alone(HttpResponse(_example(_examples(kept_of(desk, upload)), number).html))


def _download(desk: Desk, kept: Kept, file_id: int) -> HttpResponse:
    file_name, data = upload.content(creditor_id=desk.creditor_id, upload_id=kept.id, file_id=file_id)
    return HttpResponse(
        data,
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
        },
    )


def _examples(kept: Kept) -> Sequence[Example]:
    return kept.seen.week.examples if kept.seen is not None and kept.seen.week is not None else ()


def _example(examples: Sequence[Example], number: int) -> Example:
    if not 0 <= number < len(examples):
        raise Http404
    return examples[number]


def _told(desk: Desk, kept: Kept, sight: Sight) -> Told:
    counts = sight.counts
    return Told(
        groups=import_words.groups(counts),
        totals=tuple(
            BooksTotal(
                Money(item.currency, item.before),
                Money(item.currency, item.after),
                item.invoices_before,
                item.invoices_after,
            )
            for item in sight.totals
        ),
        missing=import_words.missing(sight),
        remarks=import_words.remarks(sight),
        bad=tuple(
            Bad(seen.name, seen.count("bad_rows"), tuple(_line(row) for row in seen.bad_rows))
            for seen in sight.files
            if seen.bad_rows
        ),
        downloads=tuple(
            (file.name, desk.url("import_corrections", upload=kept.id, file=file.id))
            for file in kept.corrections
        ),
        unmatched=tuple(text for seen in sight.files for text in seen.unmatched),
        nothing_new=not import_words.has_news(counts),
    )


def _line(row: BadRow) -> BadLine:
    return BadLine(
        import_words.place(row.sheet, row.line),
        row.column,
        row.value,
        import_words.said(row.reason),
        import_words.said(row.remedy),
    )


def _week(desk: Desk, kept: Kept, sight: Sight, week: Week) -> WeekPart:
    quiet = tuple((item.count, import_words.why_quiet(item)) for item in week.quiet)
    if week.first_on is None:
        return WeekPart((), 0, import_words.why_empty(sight, week), quiet=quiet)
    days = tuple(
        DayRow(
            day.on,
            sum(batch.count for batch in day.batches),
            tuple(_batch(desk, kept, batch, week.examples) for batch in day.batches),
        )
        for day in week.days
    )
    return WeekPart(
        days,
        sum(day.count for day in days),
        first_on=week.first_on,
        last_on=week.first_on + timedelta(days=first_week.DAYS - 1),
        quiet=quiet,
        later=week.later,
        later_on=week.later_on,
    )


def _batch(desk: Desk, kept: Kept, batch: Batch, examples: Sequence[Example]) -> BatchRow:
    notes = {
        Mode.DRAFT.value: _("Each waits for a person to approve it."),
        Mode.SIMULATE.value: _("Only told: this stage is simulated, nothing leaves."),
        Mode.AUTOMATIC.value: _("They leave by themselves."),
    }
    return BatchRow(
        batch.count,
        name(LETTERS, batch.letter),
        name(STAGES, batch.stage),
        batch.channel,
        tuple(Money(currency, minor) for currency, minor in batch.sums),
        notes[batch.mode],
        tuple(
            (examples[place].customer, desk.url("import_letter", upload=kept.id, number=place))
            for place in batch.examples
        ),
    )
