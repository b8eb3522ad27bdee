# SPDX-License-Identifier: Apache-2.0
"""The box in which a contact is tried: what the gate would say of it, and why. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from conserje.domain.kit.days import zone
from conserje.domain.ports.registry import countries
from conserje.services.outreach import law_why
from conserje.services.outreach.law import stack_for
from conserje.services.outreach.law_why import Answer
from conserje.services.receivables import lookup
from conserje.services.receivables.lookup import Found
from conserje.ui import labels, law_words
from conserje.ui.codes import Words, name
from conserje.ui.figures import locale_of
from conserje.ui.listing import Option
from conserje.workbench import why
from conserje.workbench.access import Desk, looking
from conserje.workbench.frame import frame
from conserje.workbench.law_pages import Choice, Trial, Tried, TryPage

_ABOUT: Final = (
    ("channel", gettext_lazy("Channel"), labels.CHANNELS, "email"),
    ("purpose", gettext_lazy("What for"), law_words.PURPOSES, "collection"),
    ("recipient", gettext_lazy("To whom"), law_words.ROLES, "debtor"),
)
_WHO_OWES: Final[Words] = {
    "natural_consumer": pgettext_lazy("who owes", "a consumer"),
    "sole_trader": pgettext_lazy("who owes", "a sole trader"),
    "company_final_user": pgettext_lazy("who owes", "a company as final user"),
    "company_trade": pgettext_lazy("who owes", "a company in trade"),
    "public_body": pgettext_lazy("who owes", "a public body"),
    "unknown": pgettext_lazy("who owes", "not known"),
}
_OURS: Final[Words] = {
    "first_party": pgettext_lazy("our part", "the creditor itself"),
    "agency": pgettext_lazy("our part", "a collection agency"),
    "assignee": pgettext_lazy("our part", "a buyer of debts"),
    "law_firm": pgettext_lazy("our part", "a law firm"),
}
_FACTS: Final = (
    ("debtor_type", gettext_lazy("Who owes"), _WHO_OWES, "natural_consumer"),
    ("creditor_role", gettext_lazy("Who asks for the money"), _OURS, "first_party"),
    ("consent", gettext_lazy("Permission for the channel"), labels.CONSENTS, "granted"),
)


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The box, and what the gate says of what was asked. Without a question only the box."""
    tried, error = None, ""
    if "channel" in request.GET:
        try:
            tried = _tried(request, desk)
        except LookupError:
            error = _("No customer begins with “%(text)s”. Give the number or the start of the name.") % {
                "text": request.GET.get("customer", "")
            }
        except ValueError:
            error = _("That cannot be judged: look at the moment and at the other fields.")
    page = TryPage(frame(request, desk, section="law"), box(request, desk), tried, error)
    # A script shows no answer that is an error; a person without one gets the page all the same.
    status = 422 if error and "HX-Request" not in request.headers else 200
    return render(request, "workbench/law/try.html", {"page": page}, status=status)


def box(request: HttpRequest, desk: Desk) -> Trial:
    """The box with what was asked, or with what is usual."""
    asked = request.GET
    return Trial(
        url=desk.url("law_try"),
        about=tuple(_choice(one, asked) for one in _ABOUT),
        facts=(_countries(desk, asked), *(_choice(one, asked) for one in _FACTS)),
        customer=asked.get("customer", ""),
        part=asked.get("part", ""),
        at=asked.get("at", ""),
        opened="opened" in asked,
    )


def _choice(one: tuple[str, Any, Mapping[str, Any], str], asked: Mapping[str, str]) -> Choice:
    key, label, table, usual = one
    value = asked.get(key, usual)
    options = tuple(Option(code, str(word), chosen=code == value) for code, word in table.items())
    return Choice(key, str(label), options)


def _countries(desk: Desk, asked: Mapping[str, str]) -> Choice:
    value = asked.get("country", desk.creditor.country)
    names = locale_of(get_language() or "es").territories
    codes = {pack.country for folder in countries.all() for pack in folder.packs() if pack.country in names}
    listed = sorted((str(names[code]), code) for code in codes)
    options = tuple(Option(code, word, chosen=code == value) for word, code in listed)
    return Choice("country", str(_("Country")), options)


def _tried(request: HttpRequest, desk: Desk) -> Tried:
    """Raises `LookupError` for a customer that is not there and `ValueError` for what cannot be read."""
    asked = request.GET
    contact: dict[str, Any] = {key: asked.get(key, usual) for key, _label, _table, usual in _ABOUT}
    contact["opened_by_customer"] = "opened" in asked
    case: dict[str, Any] = {"contact": contact, "at": asked.get("at", "")}
    text = asked.get("customer", "").strip()
    if not text:
        case["customer"] = {
            "country": asked.get("country", desk.creditor.country),
            "subdivision": asked.get("part", "").strip().upper(),
            "debtor_type": asked.get("debtor_type", "natural_consumer"),
            "creditor_role": asked.get("creditor_role", "first_party"),
            "consent": {contact["channel"]: asked.get("consent", "granted")},
        }
        stack = stack_for(country=case["customer"]["country"])
        return _told(desk, law_why.of_facts(case=case, stack=stack, now=desk.now), None)
    found = lookup.customer(creditor_id=desk.creditor_id, text=text)
    if found is None:
        raise LookupError(text)
    answer = law_why.of_customer(creditor_id=desk.creditor_id, customer_id=found.id, case=case, now=desk.now)
    return _told(desk, answer, found)


def _told(desk: Desk, answer: Answer, found: Found | None) -> Tried:
    verdict, local = answer.verdict, zone(answer.zone)
    ruling = verdict.ruling.name.lower()
    return Tried(
        ruling=ruling,
        says=name(law_words.RULINGS, ruling),
        at=answer.at.astimezone(local),
        zone=answer.zone,
        why=why.of_verdict(verdict),
        texts=tuple(name(law_words.SLOTS, slot) for slot in verdict.texts),
        packs=verdict.packs,
        next_at=None if verdict.until is None else verdict.until.astimezone(local),
        customer=found.name if found else "",
        customer_url=desk.url("customer", customer=found.id) if found else "",
    )
