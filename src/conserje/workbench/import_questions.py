# SPDX-License-Identifier: Apache-2.0
"""The second step of an import: what is asked once for all lines, and who answered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from babel import Locale
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conserje.domain.kit.text import fold
from conserje.domain.ports.channel import Channel
from conserje.domain.ports.connector import Field
from conserje.services.integrations import import_history, upload, upload_work, zones
from conserje.services.integrations.intake_answers import AnswerRefused, Answers
from conserje.services.integrations.upload import Kept, NoUpload, plan_of
from conserje.services.integrations.upload_work import Asked, NotSeen
from conserje.services.outreach.permission import Basis
from conserje.services.tenancy.act import reading
from conserje.ui import labels
from conserje.ui.listing import Option
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.frame import frame
from conserje.workbench.import_pages import Question, QuestionsPage
from conserje.workbench.import_way import kept_for_act, kept_of, stands_at, way
from conserje.workbench.import_words import BASES, KINDS, OUR_ROLES, said
from conserje.workbench.words import Words

_CHANNELS: Final = ("email", "whatsapp", "sms", "call", "letter")
_SOURCE_LONGEST: Final = 240


@dataclass(frozen=True, slots=True)
class _Given:
    """What stands in the form: texts, the ticked channels, and what is wrong with each."""

    texts: Mapping[str, str]
    channels: tuple[str, ...]
    faults: Mapping[str, str]


@looking
def _show(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    kept = kept_of(desk, upload)
    if kept.taken_at is not None or kept.wanted:
        return redirect(stands_at(desk, kept))
    if kept.trouble:
        messages.warning(request, said(kept.trouble))
    return _drawn(request, desk, kept, _before(desk, kept))


@acting
def _answer(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    kept = kept_for_act(desk, upload)
    given = _posted(request, desk)
    answers = None if given.faults else _answers(given, desk)
    if answers is None:
        with reading(creditor_id=desk.creditor_id):
            return _drawn(request, desk, kept, given)
    return looked_at(request, desk, kept, answers)


show = by_method(get=_show, post=_answer)


def looked_at(request: HttpRequest, desk: Desk, kept: Kept, answers: Answers) -> HttpResponse:
    """Keep the answers and see what would come of it: now when the upload is small, else by the queue."""
    try:
        upload.answer(creditor_id=desk.creditor_id, upload_id=kept.id, answers=answers, now=desk.now)
        with reading(creditor_id=desk.creditor_id):
            kept = kept_of(desk, kept.id)
        queued = not upload_work.is_small(kept)
        asked = Asked("see", desk.by, kept.version)
        upload_work.ask(
            creditor_id=desk.creditor_id, upload_id=kept.id, asked=asked, queued=queued, now=desk.now
        )
        if not queued:
            upload_work.work(creditor_id=desk.creditor_id, upload_id=kept.id, now=desk.now)
    except (NoUpload, NotSeen):
        messages.warning(request, _("Somebody changed it meanwhile. Look at it once more."))
    return redirect(desk.url("import", upload=kept.id))


def _before(desk: Desk, kept: Kept) -> _Given:
    """The answers given so far, else those of the import before, but for the permission: each file has its own."""
    if kept.answers is not None:
        said_before = kept.answers
        through = said_before.payments_through
        return _Given(
            {
                "country": said_before.country,
                "time_zone": said_before.time_zone,
                "kind": said_before.kind,
                "role": said_before.role,
                "permission": said_before.permission.value,
                "source": said_before.permission_source,
                "currency": said_before.currency,
                "through": through.isoformat() if through else "",
            },
            tuple(channel.value for channel in said_before.channels),
            {},
        )
    last: Mapping[str, Any] = import_history.last_answers(creditor_id=desk.creditor_id)
    texts = {name: str(last.get(name, "")) for name in ("country", "time_zone", "kind", "role", "currency")}
    texts["country"] = texts["country"] or desk.creditor.country
    return _Given(texts, ("email",), {})


def _posted(request: HttpRequest, desk: Desk) -> _Given:
    names = ("country", "time_zone", "kind", "role", "permission", "source", "currency", "through")
    texts = {name: request.POST.get(name, "").replace("\0", "").strip() for name in names}
    texts["source"] = " ".join(texts["source"].split())[:_SOURCE_LONGEST]
    texts["currency"] = texts["currency"].upper()
    if texts["time_zone"] not in zones.of_country(country=texts["country"]):
        texts["time_zone"] = ""
    channels = tuple(name for name in _CHANNELS if name in request.POST.getlist("channels"))
    return _Given(texts, channels, _faults(texts, channels, desk.today))


def _faults(texts: Mapping[str, str], channels: tuple[str, ...], today: date) -> dict[str, str]:
    found = {}
    if len(zones.of_country(country=texts["country"])) > 1 and not texts["time_zone"]:
        found["time_zone"] = _("That country has several time zones: choose the one of these customers.")
    if texts["permission"] not in ("", Basis.NOT_STATED.value):
        if not channels:
            found["channels"] = _("Tick at least one channel for which they gave it.")
        if not texts["source"]:
            found["source"] = _("Write which one: it is the evidence that is kept with each address.")
    if texts["currency"] and texts["currency"] not in Locale("en").currencies:
        found["currency"] = _("Write the three letters of a currency, such as COP or USD.")
    if texts["through"]:
        try:
            is_right = date.fromisoformat(texts["through"]) <= today
        except ValueError:
            is_right = False
        if not is_right:
            found["through"] = _("Choose a day that is not after today.")
    return found


def _answers(given: _Given, desk: Desk) -> Answers | None:
    """The form as answers, None when it says what no form of ours can."""
    texts = given.texts
    try:
        basis = Basis(texts["permission"] or Basis.NOT_STATED)
        is_stated = basis is not Basis.NOT_STATED
        return Answers(
            country=texts["country"],
            time_zone=texts["time_zone"],
            kind=texts["kind"],
            role=texts["role"],
            permission=basis,
            channels=tuple(Channel(name) for name in given.channels) if is_stated else (),
            permission_source=texts["source"] if is_stated else "",
            currency=texts["currency"],
            payments_through=date.fromisoformat(texts["through"]) if texts["through"] else None,
            stated_by=desk.by,
        )
    except (AnswerRefused, ValueError):
        return None


def _drawn(request: HttpRequest, desk: Desk, kept: Kept, given: _Given) -> HttpResponse:
    columns = _columns(kept)
    page = QuestionsPage(
        frame=frame(request, desk, section="imports"),
        way=way(desk, kept, at=2),
        customers=tuple(_customers(given, columns)),
        permission=tuple(_permission(given, columns)),
        payments=tuple(_payments(given, columns, desk)),
        back_url=desk.url("import_columns", upload=kept.id),
        is_large=not upload_work.is_small(kept),
        has_faults=bool(given.faults),
    )
    status = 422 if given.faults else 200
    return render(request, "workbench/import/questions.html", {"page": page}, status=status)


def _columns(kept: Kept) -> dict[Field, str]:
    """The header of the column that says a thing line by line."""
    return {
        column.field: column.header or str(column.index + 1)
        for file in kept.tables
        for sheet in plan_of(file).sheets
        for column in sheet.columns
    }


def _customers(given: _Given, columns: Mapping[Field, str]) -> list[Question]:
    texts = given.texts
    country = texts.get("country", "")
    found = [
        Question(
            "country",
            "select",
            _("Where the customers are"),
            _("Their law decides when, how and how often they may be written to. Without it nothing leaves."),
            columns.get(Field.COUNTRY, ""),
            (Option("", _("I do not know"), chosen=not country), *_countries(country)),
        )
    ]
    own_zones = zones.of_country(country=country)
    if len(own_zones) > 1:
        zone = texts.get("time_zone", "")
        options = tuple(Option(name, name.replace("_", " "), chosen=name == zone) for name in own_zones)
        found.append(
            Question(
                "time_zone",
                "select",
                _("Their time zone"),
                _("Lawful hours are theirs, not ours."),
                columns.get(Field.TIME_ZONE, ""),
                (Option("", _("Choose one"), chosen=not zone), *options),
                fault=given.faults.get("time_zone", ""),
            )
        )
    found.append(
        Question(
            "kind",
            "radio",
            _("Companies or persons"),
            _("Persons are protected more. Where nothing is known, the strictest law is kept."),
            columns.get(Field.CUSTOMER_KIND, ""),
            _options(KINDS, texts.get("kind", "")),
        )
    )
    found.append(
        Question(
            "role",
            "select",
            _("In whose right we write"),
            column=columns.get(Field.CREDITOR_ROLE, ""),
            options=_options(OUR_ROLES, texts.get("role", "")),
        )
    )
    return found


def _permission(given: _Given, columns: Mapping[Field, str]) -> list[Question]:
    texts = given.texts
    return [
        Question(
            "permission",
            "radio",
            _("How these customers gave us their addresses"),
            _("Your name, today's date and your answer are kept with each address as evidence."),
            columns.get(Field.PERMISSION, ""),
            _options(BASES, texts.get("permission", ".")),
        ),
        Question(
            "channels",
            "ticks",
            _("For which channels"),
            options=tuple(
                Option(code, str(labels.CHANNELS[code]), chosen=code in given.channels) for code in _CHANNELS
            ),
            fault=given.faults.get("channels", ""),
        ),
        Question(
            "source",
            "text",
            _("Which contract, order, form or e-mail"),
            _("As you would find it again: “Framework contract, clause 7”, “Order form on our site”."),
            value=texts.get("source", ""),
            fault=given.faults.get("source", ""),
        ),
    ]


def _payments(given: _Given, columns: Mapping[Field, str], desk: Desk) -> list[Question]:
    texts = given.texts
    return [
        Question(
            "through",
            "date",
            _("Payments are recorded in these files through"),
            _("Nobody should be written to who has paid. Left empty, each message waits for you as a draft."),
            value=texts.get("through", ""),
            latest=desk.today,
            fault=given.faults.get("through", ""),
        ),
        Question(
            "currency",
            "text",
            _("Currency of amounts that name none"),
            _("Left empty: %(currency)s.") % {"currency": desk.creditor.currency},
            columns.get(Field.CURRENCY, ""),
            value=texts.get("currency", ""),
            fault=given.faults.get("currency", ""),
        ),
    ]


def _options(words: Words, chosen: str) -> tuple[Option, ...]:
    return tuple(Option(code, str(word), chosen=code == chosen) for code, word in words.items())


def _countries(chosen: str) -> tuple[Option, ...]:
    return tuple(
        Option(code, name, chosen=code == chosen) for code, name in _country_names(get_language() or "es")
    )


@lru_cache(maxsize=16)
def _country_names(language: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of every country in alphabetical order of that language."""
    known = Locale.parse(language.partition("-")[0]).territories
    named = [(code, str(known.get(code, code))) for code in zones.countries()]
    return tuple(sorted(named, key=lambda pair: fold(pair[1])))
