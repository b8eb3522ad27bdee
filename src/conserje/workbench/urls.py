# SPDX-License-Identifier: Apache-2.0
"""Addresses of the screens for the collector and the creditor; `/w/<creditor>/` is a creditor's desk."""

from django.urls import include, path

from conserje.workbench import (
    clock,
    contact_book,
    customer,
    drafts,
    home,
    in_doubt,
    language,
    law,
    law_try,
    message,
    receivables,
    rows,
    safety,
    start,
    stops,
    today,
    unsure,
)

app_name = "workbench"

_desk = [
    path("", home.show, name="home"),
    path("receivables/", receivables.show, name="receivables"),
    path("payments/", rows.payments, name="payments"),
    path("payments/recorded/", rows.recorded, name="payments_recorded"),
    path("payments/in-doubt/", in_doubt.show_all, name="in_doubt"),
    path("contacts/", rows.contacts, name="contacts"),
    path("contacts/book/", contact_book.show, name="contact_book"),
    path("unsure/", unsure.show_all, name="unsure"),
    path("unsure/resolution/", unsure.resolve, name="unsure_resolution"),
    path("unsure/retry/", unsure.retry, name="parked_retry"),
    path("stop/", stops.place, name="stop_place"),
    path("stop/lift/", stops.lift, name="stop_lift"),
    path("customer/<int:customer>/", customer.show, name="customer"),
    path("customer/<int:customer>/portal/", clock.see_portal, name="portal_link"),
    path("messages/<int:touch>/", message.show, name="message"),
    path("messages/<int:touch>/body/", message.body, name="message_body"),
    path("drafts/", drafts.show_all, name="drafts"),
    path("drafts/approval/", drafts.approve_all, name="drafts_approval"),
    path("drafts/<int:draft_id>/", drafts.show, name="draft"),
    path("drafts/<int:draft_id>/approval/", drafts.approve, name="draft_approval"),
    path("drafts/<int:draft_id>/refusal/", drafts.refuse, name="draft_refusal"),
    path("law/", law.show, name="law"),
    path("law/try/", law_try.show, name="law_try"),
    path("law/safety/", safety.show, name="safety"),
    path("law/safety/<str:figure>/", safety.show_rows, name="safety_rows"),
    path("law/pack/<str:pack>/", law.pack, name="law_pack"),
    path("today/", today.show, name="today"),
    path("today/wish/", today.choose, name="today_wish"),
    path("today/<str:token>/", today.by_link, name="today_link"),
    path("clock/", clock.show, name="clock"),
]
urlpatterns = [
    path("", start.show, name="start"),
    path("language/", language.choose, name="language"),
    path("w/<str:creditor>/", include(_desk)),
]
