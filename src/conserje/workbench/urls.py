# SPDX-License-Identifier: Apache-2.0
"""Addresses of the screens for the collector and the creditor; `/w/<creditor>/` is a creditor's desk."""

from django.urls import include, path

from conserje.workbench import (
    clock,
    contact_book,
    customer,
    data_requests,
    draft_words,
    drafts,
    home,
    import_columns,
    import_preview,
    import_questions,
    imports,
    in_doubt,
    language,
    message,
    receivables,
    rows,
    start,
    stops,
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
    path("customer/<int:customer>/data/", data_requests.of_customer, name="customer_data"),
    path("customer/<int:customer>/data/record.<str:form>", data_requests.file, name="customer_data_file"),
    path("requests/", data_requests.show_all, name="data_requests"),
    path("requests/<int:request_id>/", data_requests.show, name="data_request"),
    path("requests/<int:request_id>/answer/", data_requests.answer, name="data_request_answer"),
    path("requests/<int:request_id>/extension/", data_requests.extend, name="data_request_extension"),
    path("customer/<int:customer>/portal/", clock.see_portal, name="portal_link"),
    path("messages/<int:touch>/", message.show, name="message"),
    path("messages/<int:touch>/body/", message.body, name="message_body"),
    path("drafts/", drafts.show_all, name="drafts"),
    path("drafts/approval/", drafts.approve_all, name="drafts_approval"),
    path("drafts/<int:draft_id>/", drafts.show, name="draft"),
    path("drafts/<int:draft_id>/approval/", drafts.approve, name="draft_approval"),
    path("drafts/<int:draft_id>/refusal/", drafts.refuse, name="draft_refusal"),
    path("drafts/<int:draft_id>/words/", draft_words.show, name="draft_words"),
    path("drafts/<int:draft_id>/words/look/", draft_words.look, name="draft_words_look"),
    path("drafts/<int:draft_id>/words/preview/", draft_words.preview, name="draft_words_preview"),
    path("drafts/<int:draft_id>/words/removal/", draft_words.take_back, name="draft_words_removal"),
    path("clock/", clock.show, name="clock"),
    path("import/", imports.start, name="imports"),
    path("import/history/", imports.history, name="import_history"),
    path("import/history/<int:run>/", imports.run, name="import_run"),
    path("import/<int:upload>/", imports.go_on, name="import"),
    path("import/<int:upload>/discard/", imports.discard, name="import_discard"),
    path("import/<int:upload>/columns/", import_columns.show, name="import_columns"),
    path("import/<int:upload>/questions/", import_questions.show, name="import_questions"),
    path("import/<int:upload>/preview/", import_preview.show, name="import_preview"),
    path("import/<int:upload>/application/", import_preview.take, name="import_application"),
    path("import/<int:upload>/progress/", import_preview.progress, name="import_progress"),
    path("import/<int:upload>/result/", import_preview.result, name="import_result"),
    path(
        "import/<int:upload>/corrections/<int:file>/", import_preview.corrections, name="import_corrections"
    ),
    path("import/<int:upload>/letters/<int:number>/", import_preview.letter, name="import_letter"),
    path(
        "import/<int:upload>/letters/<int:number>/body/",
        import_preview.letter_body,
        name="import_letter_body",
    ),
]
urlpatterns = [
    path("", start.show, name="start"),
    path("language/", language.choose, name="language"),
    path("w/<str:creditor>/", include(_desk)),
]
