# SPDX-License-Identifier: Apache-2.0
"""Who may sit at which desk: signing in, roles, and that a foreign creditor looks like none at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from tests.integration import build
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.config import clock
from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor, Membership
from conserje.services.outreach import sweep
from conserje.services.tenancy.act import acting


@pytest.fixture
def filled(creditor: Creditor) -> Creditor:
    """A demo book of two customers, each with a draft that waits."""
    wb.in_mode(creditor, "draft")
    wb.fill(creditor, 2)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    return creditor


def addresses(creditor: Creditor) -> tuple[list[str], list[str]]:
    """Every screen and every act of a creditor's desk, with rows that exist."""
    with acting(creditor_id=creditor.id):
        touch, customer = Touch.objects.values_list("id", "customer_id").order_by("id").first() or (0, 0)
    shown = [
        "",
        "receivables/",
        "payments/",
        "contacts/",
        "contacts/book/",
        "unsure/",
        f"customer/{customer}/",
        f"messages/{touch}/body/",
        "drafts/",
        f"drafts/{touch}/",
        "clock/",
    ]
    done = [
        "drafts/approval/",
        "unsure/resolution/",
        f"drafts/{touch}/approval/",
        f"drafts/{touch}/refusal/",
        "clock/",
        "payments/recorded/",
        f"customer/{customer}/portal/",
    ]
    return [wb.at(creditor, one) for one in shown], [wb.at(creditor, one) for one in done]


def test_nobody_comes_in_without_signing_in(filled: Creditor) -> None:
    shown, done = addresses(filled)
    client = wb.browser()
    answers = [client.get(one) for one in shown] + [client.post(one) for one in done]
    assert {(one.status_code, one.headers["Location"].partition("?")[0]) for one in answers} == {
        (302, "/accounts/login/")
    }


def test_the_desk_opens_with_address_and_password_and_the_session_gets_a_new_name(filled: Creditor) -> None:
    wb.person(filled)
    client = wb.browser()
    client.post("/language/", {"language": "es"})
    session = client.session
    session["before"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    answer = client.post("/accounts/login/", {"login": wb.ANA, "password": wb.PASSWORD}, follow=True)

    assert answer.redirect_chain == [("/", 302), (wb.at(filled), 302)]
    assert b"Por cobrar" in answer.content
    assert client.session.session_key != session.session_key
    assert client.cookies[settings.SESSION_COOKIE_NAME]["httponly"]


def test_guessing_passwords_is_slowed_down(filled: Creditor) -> None:
    cache.clear()
    wb.person(filled)
    client = wb.browser()
    wrong = {"login": wb.ANA, "password": "no-es-esta-clave"}
    answers = [client.post("/accounts/login/", wrong) for _ in range(7)]
    right = client.post("/accounts/login/", {"login": wb.ANA, "password": wb.PASSWORD})
    cache.clear()

    assert "_auth_user_id" not in client.session
    assert right.status_code != 302
    assert len({one.content for one in answers}) > 1


def test_somebody_of_another_organisation_finds_nothing_anywhere(filled: Creditor) -> None:
    other = wb.in_mode(build.creditor(name="Otro estudio"), "draft")
    wb.fill(other, 1)
    client = wb.desk(other, "beto@otro.example")
    shown, done = addresses(filled)
    unknown = client.get("/w/nadie/receivables/")

    answers = [client.get(one) for one in shown] + [client.post(one) for one in done]

    assert {one.status_code for one in answers} == {404}
    assert {one.content for one in answers} == {unknown.content}
    with acting(creditor_id=filled.id):
        assert set(Touch.objects.values_list("state", flat=True)) == {"proposed"}


def test_rows_of_another_creditor_do_not_exist_at_ones_own_desk(filled: Creditor) -> None:
    other = wb.in_mode(build.creditor(name="Otro estudio", organisation=filled.organisation), "draft")
    with acting(creditor_id=filled.id):
        customer = Customer.objects.order_by("-id").first()
        touch = Touch.objects.order_by("-id").first()
    assert customer is not None
    assert touch is not None
    client = wb.desk(filled)
    for rest in (f"customer/{customer.id}/", f"drafts/{touch.id}/", f"messages/{touch.id}/body/"):
        assert client.get(wb.at(other, rest)).status_code == 404
    client.post(wb.at(other, f"drafts/{touch.id}/approval/"))
    client.post(wb.at(other, "drafts/approval/"), {"draft": [touch.id]})
    with acting(creditor_id=filled.id):
        assert set(Touch.objects.values_list("state", flat=True)) == {"proposed"}


def test_a_viewer_sees_everything_and_does_nothing(filled: Creditor) -> None:
    client = wb.desk(filled, role="viewer")
    shown, done = addresses(filled)

    assert {client.get(one).status_code for one in shown} == {200}
    assert {client.post(one, {"to": "2026-11-18"}).status_code for one in done} == {403}
    for one in shown:
        forms = client.get(one).content.decode().split("<form method=")[1:]
        # What is left: choosing a language and signing out.
        assert all("/language/" in form[:80] or "/logout/" in form[:80] for form in forms)
    with acting(creditor_id=filled.id):
        assert set(Touch.objects.values_list("state", flat=True)) == {"proposed"}


def test_a_role_for_one_creditor_opens_that_one_and_the_widest_role_counts(filled: Creditor) -> None:
    sister = wb.in_mode(build.creditor(name="Hermana", organisation=filled.organisation), "draft")
    client = wb.browser()
    user = wb.person(build.creditor(), "caro@taller.example", "viewer")
    Membership.objects.filter(user=user).delete()
    Membership.objects.create(user=user, organisation=filled.organisation, creditor=filled, role="viewer")
    client.force_login(user)
    assert client.get(wb.at(filled)).status_code == 200
    assert client.get(wb.at(sister)).status_code == 404
    assert client.get("/").headers["Location"] == wb.at(filled)

    Membership.objects.create(user=user, organisation=filled.organisation, role="collector")
    assert client.get(wb.at(sister)).status_code == 200
    assert client.post(wb.at(filled, "drafts/approval/")).status_code == 302
    choice = client.get("/").content.decode()
    assert wb.at(filled) in choice
    assert wb.at(sister) in choice


def test_somebody_without_a_desk_is_told_kindly(creditor: Creditor) -> None:
    user = wb.person(creditor, "dani@taller.example")
    Membership.objects.filter(user=user).delete()
    client = wb.browser()
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == 200
    assert "no pertenece a ningún acreedor" in answer.content.decode()


def test_a_form_from_elsewhere_changes_nothing(filled: Creditor) -> None:
    client = wb.desk(filled, enforce_csrf_checks=True)
    _, done = addresses(filled)
    assert {client.post(one).status_code for one in done} == {403}
    with acting(creditor_id=filled.id):
        assert set(Touch.objects.values_list("state", flat=True)) == {"proposed"}


def test_a_desk_is_locked_after_half_an_hour_alone_and_after_twelve_busy_hours(
    filled: Creditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.SESSION_COOKIE_AGE == 30 * 60
    client = wb.desk(filled)
    assert client.get(wb.at(filled)).status_code == 200
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real + timedelta(hours=11, minutes=59))
    assert client.get(wb.at(filled)).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: real + timedelta(hours=12, minutes=1))
    assert client.get(wb.at(filled)).headers["Location"] == "/accounts/login/"
    monkeypatch.undo()
    assert client.get(wb.at(filled)).headers["Location"].startswith("/accounts/login/")


def test_the_language_is_chosen_kept_and_never_leads_elsewhere(filled: Creditor) -> None:
    client = wb.desk(filled)
    assert "Por cobrar" in client.get(wb.at(filled)).content.decode()
    answer = client.post(
        "/language/", {"language": "pt-br"}, headers={"referer": f"http://localhost{wb.at(filled)}"}
    )
    assert answer.headers["Location"] == wb.at(filled)
    assert "A receber" in client.get(wb.at(filled)).content.decode()
    client.post("/language/", {"language": "en"})
    assert "Receivable" in client.get(wb.at(filled)).content.decode()
    for elsewhere in (
        "https://elsewhere.example/",
        "http://localhost.elsewhere.example/x",
        "javascript:alert(1)",
    ):
        answer = client.post("/language/", {"language": "xx"}, headers={"referer": elsewhere})
        assert answer.headers["Location"] == "/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert client.get("/language/").status_code == 405


def test_nothing_of_a_desk_is_kept_by_browsers(filled: Creditor) -> None:
    client = wb.desk(filled)
    shown, _ = addresses(filled)
    for one in shown:
        assert client.get(one).headers["Cache-Control"] == "no-store"
