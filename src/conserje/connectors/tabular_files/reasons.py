# SPDX-License-Identifier: Apache-2.0
"""Everything this connector has to say, as codes with one English sentence each, ready for a catalogue.

A *statement* is a code and its values in one line of text (`due_from_days_late?column=D%C3%ADas`): it travels in
`BadRow.reason`, `BadRow.remedy`, `SheetPlan.doubts` and `ColumnGuess.why`. Doors translate `sentence(statement)`
through their gettext catalogue and fill it with `values(statement)`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, urlencode

from conserje.domain.ports.connector import FileRefused


def gettext_noop(sentence: str) -> str:
    """Marks `sentence` for the message catalogues and returns it unchanged."""
    return sentence


class Reason(StrEnum):
    """Why a cell, row or document was refused."""

    NUMBER_MISSING = "number_missing"
    NUMBER_DAMAGED = "number_damaged"
    CUSTOMER_MISSING = "customer_missing"
    AMOUNT_MISSING = "amount_missing"
    AMOUNT_UNREADABLE = "amount_unreadable"
    AMOUNT_OTHER_CONVENTION = "amount_other_convention"
    AMOUNT_AMBIGUOUS = "amount_ambiguous"
    AMOUNT_TOO_LARGE = "amount_too_large"
    DATE_UNREADABLE = "date_unreadable"
    DATE_OTHER_ORDER = "date_other_order"
    DATE_UNLIKELY = "date_unlikely"
    TERM_UNREADABLE = "term_unreadable"
    DAYS_UNREADABLE = "days_unreadable"
    CURRENCY_UNKNOWN = "currency_unknown"
    CURRENCY_CONFLICT = "currency_conflict"
    STATUS_CONTRADICTS = "status_contradicts"
    EMAIL_UNREADABLE = "email_unreadable"
    PHONE_UNREADABLE = "phone_unreadable"
    CONTACT_EMPTY = "contact_empty"
    QUOTE_UNCLOSED = "quote_unclosed"
    TEXT_TOO_LONG = "text_too_long"
    DOCUMENT_TOO_LARGE = "document_too_large"
    DOCUMENT_KIND = "document_kind"
    DOCUMENT_UNREADABLE = "document_unreadable"
    DOCUMENT_DTD = "document_dtd"
    DOCUMENT_UNNUMBERED = "document_unnumbered"
    DOCUMENT_UNSAFE_NAME = "document_unsafe_name"
    DOCUMENT_NESTED = "document_nested"
    DOCUMENT_LOCKED = "document_locked"


class Remedy(StrEnum):
    """What to write instead."""

    WRITE_NUMBER = "write_number"
    WRITE_NUMBER_AS_TEXT = "write_number_as_text"
    REPEAT_CUSTOMER = "repeat_customer"
    WRITE_AMOUNT = "write_amount"
    WRITE_AMOUNT_SAME_WAY = "write_amount_same_way"
    WRITE_AMOUNT_CENTS = "write_amount_cents"
    WRITE_DATE = "write_date"
    WRITE_DAYS = "write_days"
    WRITE_CURRENCY = "write_currency"
    ONE_CURRENCY = "one_currency"
    CORRECT_STATUS = "correct_status"
    WRITE_EMAIL = "write_email"
    WRITE_PHONE = "write_phone"
    ADD_ADDRESS = "add_address"
    CLOSE_QUOTE = "close_quote"
    SHORTEN = "shorten"
    REDUCE_DOCUMENT = "reduce_document"
    USE_PDF_OR_XML = "use_pdf_or_xml"
    ASK_DOCUMENT_AGAIN = "ask_document_again"
    NAME_BY_NUMBER = "name_by_number"
    RENAME = "rename"
    UNPACK = "unpack"
    REMOVE_PASSWORD = "remove_password"  # noqa: S105 - a code, not a secret


class Doubt(StrEnum):
    """What was decided without certainty, or left out, and should be looked at before the plan is confirmed."""

    DATE_ORDER_ASSUMED = "date_order_assumed"
    DATE_ORDER_MIXED = "date_order_mixed"
    DATES_MAYBE_SWAPPED = "dates_maybe_swapped"
    DATES_FROM_SERIALS = "dates_from_serials"
    DECIMAL_ASSUMED = "decimal_assumed"
    DECIMAL_MIXED = "decimal_mixed"
    DUE_FROM_TERM = "due_from_term"
    DUE_FROM_DAYS_LATE = "due_from_days_late"
    NO_DUE_DATE = "no_due_date"
    NO_NUMBER = "no_number"
    NO_CUSTOMER = "no_customer"
    NO_OPEN_AMOUNT = "no_open_amount"
    NO_AMOUNT = "no_amount"
    NUMBERS_REPEATED = "numbers_repeated"
    CREDIT_NOTES = "credit_notes"
    CUSTOMERS_FROM_MERGED = "customers_from_merged"
    CUSTOMERS_FROM_HEADINGS = "customers_from_headings"
    SUMMARIES_SKIPPED = "summaries_skipped"
    BALANCES_SKIPPED = "balances_skipped"
    NOTES_SKIPPED = "notes_skipped"
    CANCELLED_AMBIGUOUS = "cancelled_ambiguous"
    STATUS_UNKNOWN = "status_unknown"
    HEADER_ABSENT = "header_absent"
    COLUMNS_UNKNOWN = "columns_unknown"
    SHEET_HIDDEN = "sheet_hidden"
    SHEET_EMPTY = "sheet_empty"
    SHEET_PIVOT = "sheet_pivot"
    SHEET_SUMMARY = "sheet_summary"
    SHEET_PAYMENTS = "sheet_payments"
    SHEET_UNKNOWN = "sheet_unknown"
    ENCODING_ASSUMED = "encoding_assumed"
    CORRECTIONS_FILE = "corrections_file"
    SAVED_PLAN_CONTRADICTED = "saved_plan_contradicted"


class Why(StrEnum):
    """Why a column was given its field."""

    HEADER = "header"
    HEADER_PART = "header_part"
    CONTENT = "content"
    HEADER_AND_CONTENT = "header_and_content"
    SAVED = "saved"
    TAKEN = "taken"
    KNOWN_NOISE = "known_noise"
    UNFIT = "unfit"
    EMPTY_COLUMN = "empty_column"
    UNKNOWN = "unknown"
    HELPER = "helper"


class Refusal(StrEnum):
    """Why a whole file was refused."""

    NOT_A_FILE = "not_a_file"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_MEMBERS = "too_many_members"
    BOMB = "bomb"
    LOCKED = "locked"
    NOT_A_TABLE = "not_a_table"
    WEB_PAGE = "web_page"
    UNREADABLE = "unreadable"
    TOO_COSTLY = "too_costly"
    NO_TABLE = "no_table"
    BROKEN_QUOTES = "broken_quotes"
    PLAN_DIFFERS = "plan_differs"
    NO_DOCUMENTS = "no_documents"


_N = gettext_noop
REMEDIES: Final[dict[Reason, Remedy]] = {
    Reason.NUMBER_MISSING: Remedy.WRITE_NUMBER,
    Reason.NUMBER_DAMAGED: Remedy.WRITE_NUMBER_AS_TEXT,
    Reason.CUSTOMER_MISSING: Remedy.REPEAT_CUSTOMER,
    Reason.AMOUNT_MISSING: Remedy.WRITE_AMOUNT,
    Reason.AMOUNT_UNREADABLE: Remedy.WRITE_AMOUNT,
    Reason.AMOUNT_OTHER_CONVENTION: Remedy.WRITE_AMOUNT_SAME_WAY,
    Reason.AMOUNT_AMBIGUOUS: Remedy.WRITE_AMOUNT_CENTS,
    Reason.AMOUNT_TOO_LARGE: Remedy.WRITE_AMOUNT,
    Reason.DATE_UNREADABLE: Remedy.WRITE_DATE,
    Reason.DATE_OTHER_ORDER: Remedy.WRITE_DATE,
    Reason.DATE_UNLIKELY: Remedy.WRITE_DATE,
    Reason.TERM_UNREADABLE: Remedy.WRITE_DAYS,
    Reason.DAYS_UNREADABLE: Remedy.WRITE_DAYS,
    Reason.CURRENCY_UNKNOWN: Remedy.WRITE_CURRENCY,
    Reason.CURRENCY_CONFLICT: Remedy.ONE_CURRENCY,
    Reason.STATUS_CONTRADICTS: Remedy.CORRECT_STATUS,
    Reason.EMAIL_UNREADABLE: Remedy.WRITE_EMAIL,
    Reason.PHONE_UNREADABLE: Remedy.WRITE_PHONE,
    Reason.CONTACT_EMPTY: Remedy.ADD_ADDRESS,
    Reason.QUOTE_UNCLOSED: Remedy.CLOSE_QUOTE,
    Reason.TEXT_TOO_LONG: Remedy.SHORTEN,
    Reason.DOCUMENT_TOO_LARGE: Remedy.REDUCE_DOCUMENT,
    Reason.DOCUMENT_KIND: Remedy.USE_PDF_OR_XML,
    Reason.DOCUMENT_UNREADABLE: Remedy.ASK_DOCUMENT_AGAIN,
    Reason.DOCUMENT_DTD: Remedy.ASK_DOCUMENT_AGAIN,
    Reason.DOCUMENT_UNNUMBERED: Remedy.NAME_BY_NUMBER,
    Reason.DOCUMENT_UNSAFE_NAME: Remedy.RENAME,
    Reason.DOCUMENT_NESTED: Remedy.UNPACK,
    Reason.DOCUMENT_LOCKED: Remedy.REMOVE_PASSWORD,
}

SENTENCES: Final[dict[StrEnum, str]] = {
    Reason.NUMBER_MISSING: _N("The invoice has no number."),
    Reason.NUMBER_DAMAGED: _N(
        "The spreadsheet replaced the number by a power of ten and its last digits are lost."
    ),
    Reason.CUSTOMER_MISSING: _N("The line does not say who owes it."),
    Reason.AMOUNT_MISSING: _N("The line has neither a total nor an open amount."),
    Reason.AMOUNT_UNREADABLE: _N("This is not an amount."),
    Reason.AMOUNT_OTHER_CONVENTION: _N(
        "The amount is written the other way round from the rest of its column."
    ),
    Reason.AMOUNT_AMBIGUOUS: _N("It cannot be told whether the separator marks thousands or decimals."),
    Reason.AMOUNT_TOO_LARGE: _N("The amount has more digits than any invoice."),
    Reason.DATE_UNREADABLE: _N("This is not a date."),
    Reason.DATE_OTHER_ORDER: _N("Day and month stand in the other order from the rest of the column."),
    Reason.DATE_UNLIKELY: _N("The year is not a likely one for an invoice."),
    Reason.TERM_UNREADABLE: _N("These payment terms cannot be turned into a number of days."),
    Reason.DAYS_UNREADABLE: _N("This is not a number of days."),
    Reason.CURRENCY_UNKNOWN: _N("This currency is not known."),
    Reason.CURRENCY_CONFLICT: _N("The line names two different currencies."),
    Reason.STATUS_CONTRADICTS: _N("The line says that it is paid and still has an open amount."),
    Reason.EMAIL_UNREADABLE: _N("This is not an e-mail address. The rest of the line was read."),
    Reason.PHONE_UNREADABLE: _N("This is not a telephone number. The rest of the line was read."),
    Reason.CONTACT_EMPTY: _N("The contact has neither an e-mail address nor a telephone number."),
    Reason.QUOTE_UNCLOSED: _N(
        "A quotation mark was opened and not closed: it swallowed the lines that follow."
    ),
    Reason.TEXT_TOO_LONG: _N("The cell holds more text than a spreadsheet allows."),
    Reason.DOCUMENT_TOO_LARGE: _N("The document is larger than {most} MB."),
    Reason.DOCUMENT_KIND: _N("Only PDF and XML documents are read."),
    Reason.DOCUMENT_UNREADABLE: _N("The document is damaged."),
    Reason.DOCUMENT_DTD: _N("The XML declares a document type, which is not accepted from outside."),
    Reason.DOCUMENT_UNNUMBERED: _N("No invoice number stands in the name or in the content."),
    Reason.DOCUMENT_UNSAFE_NAME: _N("The name of the document points outside its archive."),
    Reason.DOCUMENT_NESTED: _N("An archive inside an archive is not opened."),
    Reason.DOCUMENT_LOCKED: _N("The document is protected by a password."),
    Remedy.WRITE_NUMBER: _N("Write the invoice number in this cell."),
    Remedy.WRITE_NUMBER_AS_TEXT: _N("Format the column as text and write the full number again."),
    Remedy.REPEAT_CUSTOMER: _N("Write the customer's name, code or tax id on this line."),
    Remedy.WRITE_AMOUNT: _N("Write a plain amount, such as 3808000 or 1234,56."),
    Remedy.WRITE_AMOUNT_SAME_WAY: _N("Write the amount like the others in its column."),
    Remedy.WRITE_AMOUNT_CENTS: _N("Write the amount without thousands separators or with two decimals."),
    Remedy.WRITE_DATE: _N("Write the date as year-month-day, such as 2026-11-12."),
    Remedy.WRITE_DAYS: _N("Write the number of days, such as 30."),
    Remedy.WRITE_CURRENCY: _N("Write the three-letter code of the currency, such as COP or USD."),
    Remedy.ONE_CURRENCY: _N("Leave one currency on the line, or split it into two lines."),
    Remedy.CORRECT_STATUS: _N("Correct the status, or write 0 as the open amount."),
    Remedy.WRITE_EMAIL: _N("Write one address, or several with a semicolon between them."),
    Remedy.WRITE_PHONE: _N("Write the number with its country code, such as +57 601 000 0000."),
    Remedy.ADD_ADDRESS: _N("Add an e-mail address or a telephone number, or delete the line."),
    Remedy.CLOSE_QUOTE: _N("Remove the lone quotation mark and save the file again."),
    Remedy.SHORTEN: _N("Shorten the text."),
    Remedy.REDUCE_DOCUMENT: _N("Export the document again at a lower resolution."),
    Remedy.USE_PDF_OR_XML: _N("Save the document as PDF."),
    Remedy.ASK_DOCUMENT_AGAIN: _N("Download the document again from where it was issued."),
    Remedy.NAME_BY_NUMBER: _N("Name the file by the invoice number, such as FE-1042.pdf."),
    Remedy.RENAME: _N("Rename the document with letters, digits and hyphens only."),
    Remedy.UNPACK: _N("Unpack it and put its documents in the folder."),
    Remedy.REMOVE_PASSWORD: _N("Save it without a password."),
    Doubt.DATE_ORDER_ASSUMED: _N(
        "Every date of {column} can be read two ways, such as {value}. Day first was assumed."
    ),
    Doubt.DATE_ORDER_MIXED: _N(
        "{column} has dates with the day first and others with the month first, such as {value}."
    ),
    Doubt.DATES_MAYBE_SWAPPED: _N(
        "{column} has real dates and dates kept as text ({value}): day and month may be swapped in the real ones."
    ),
    Doubt.DATES_FROM_SERIALS: _N("{column} holds day counts of a spreadsheet; {value} was read as {date}."),
    Doubt.DECIMAL_ASSUMED: _N(
        "{value} in {column} may have thousands or decimals. {decimal} was taken as the decimal mark."
    ),
    Doubt.DECIMAL_MIXED: _N(
        "{column} mixes amounts with decimal comma and with decimal point, such as {value}."
    ),
    Doubt.DUE_FROM_TERM: _N("Due dates are the invoice date plus the days in {column}."),
    Doubt.DUE_FROM_DAYS_LATE: _N(
        "Due dates were counted back from {today} with the days in {column}. A due date would be safer."
    ),
    Doubt.NO_DUE_DATE: _N("No column says when the invoices are due."),
    Doubt.NO_NUMBER: _N("No column holds the invoice number: no line can be imported until one does."),
    Doubt.NO_CUSTOMER: _N("No column says who owes each invoice."),
    Doubt.NO_OPEN_AMOUNT: _N(
        "No column says what is still open; the whole total counts as open unless a payment is stated."
    ),
    Doubt.NO_AMOUNT: _N("No column holds a total or an open amount."),
    Doubt.NUMBERS_REPEATED: _N("{count} invoice numbers stand on more than one line, such as {value}."),
    Doubt.CREDIT_NOTES: _N(
        "{count} lines are credit notes and were read as negative amounts, such as {value}."
    ),
    Doubt.CUSTOMERS_FROM_MERGED: _N("{count} lines took values from a merged cell."),
    Doubt.CUSTOMERS_FROM_HEADINGS: _N(
        "{count} lines took their customer from the heading line above them, such as {value}."
    ),
    Doubt.SUMMARIES_SKIPPED: _N("{count} lines of totals were left out, such as line {line}."),
    Doubt.BALANCES_SKIPPED: _N(
        "{count} lines of earlier or opening balances were left out, such as line {line}: they name no invoice."
    ),
    Doubt.NOTES_SKIPPED: _N("{count} lines of remarks were left out, such as line {line}: {value}"),
    Doubt.CANCELLED_AMBIGUOUS: _N(
        "{count} lines say {value}: paid in some countries, void in others. None of them will be asked for."
    ),
    Doubt.STATUS_UNKNOWN: _N("The status {value} is not known; {count} lines were kept as open."),
    Doubt.HEADER_ABSENT: _N("The sheet has no header line; columns were told by their content."),
    Doubt.COLUMNS_UNKNOWN: _N("These columns were left out because their meaning is not known: {columns}."),
    Doubt.SHEET_HIDDEN: _N("The sheet is hidden and was left out."),
    Doubt.SHEET_EMPTY: _N("The sheet is empty."),
    Doubt.SHEET_PIVOT: _N("The sheet is a pivot table and was left out: it repeats what other sheets say."),
    Doubt.SHEET_SUMMARY: _N("The sheet is a summary without invoices and was left out."),
    Doubt.SHEET_PAYMENTS: _N("The sheet lists payments, not invoices, and was left out."),
    Doubt.SHEET_UNKNOWN: _N("No invoices or contacts were recognised in the sheet."),
    Doubt.ENCODING_ASSUMED: _N("The characters were read as {encoding}. Look at the accents in the names."),
    Doubt.CORRECTIONS_FILE: _N("This is a file of corrected lines; its first columns were left out."),
    Doubt.SAVED_PLAN_CONTRADICTED: _N(
        "{column} no longer follows the saved conventions; they were decided again."
    ),
    Why.HEADER: _N("The header says {synonym}."),
    Why.HEADER_PART: _N("The header contains {synonym}."),
    Why.CONTENT: _N("{percent} % of its cells look like this."),
    Why.HEADER_AND_CONTENT: _N("The header says {synonym} and {percent} % of its cells agree."),
    Why.SAVED: _N("Saved from an earlier import."),
    Why.TAKEN: _N("It could be {field}, which another column holds better."),
    Why.KNOWN_NOISE: _N("The header says {synonym}, which is not needed."),
    Why.UNFIT: _N("The header says {synonym} but the cells do not look like it."),
    Why.EMPTY_COLUMN: _N("The column is empty."),
    Why.UNKNOWN: _N("Neither the header nor the cells say what it is."),
    Why.HELPER: _N("A column added for the correction."),
    Refusal.NOT_A_FILE: _N("{file} is not a file. Choose a CSV or XLSX file."),
    Refusal.EMPTY: _N("{file} is empty. Save it again from the spreadsheet and try once more."),
    Refusal.TOO_LARGE: _N(
        "{file} has {megabytes} MB and at most {most} MB are read. Split it into several files."
    ),
    Refusal.TOO_MANY_MEMBERS: _N("{file} holds more than {most} documents. Split it into several archives."),
    Refusal.BOMB: _N(
        "{file} would grow to {megabytes} MB and at most {most} MB are opened. Save it again as CSV."
    ),
    Refusal.LOCKED: _N("{file} is protected by a password. Save it without one."),
    Refusal.NOT_A_TABLE: _N("{file} is not a CSV, XLSX, XLS or ODS file. Save it as one of these."),
    Refusal.WEB_PAGE: _N(
        "{file} is a web page with the name of a spreadsheet. Open it in a spreadsheet and save it as XLSX or CSV."
    ),
    Refusal.UNREADABLE: _N(
        "{file} is damaged and cannot be read. Open it in a spreadsheet and save it again."
    ),
    Refusal.TOO_COSTLY: _N(
        "{file} needs more memory or time than a file of invoices may take. Save it as CSV, or split it."
    ),
    Refusal.NO_TABLE: _N(
        "No table of invoices or contacts was found in {file}. Its first line should name the columns."
    ),
    Refusal.BROKEN_QUOTES: _N(
        "{file} has a quotation mark that is never closed, near line {line}. Correct it and try again."
    ),
    Refusal.PLAN_DIFFERS: _N(
        "{file} no longer has the sheet {sheet} of the confirmed plan. Have it understood again."
    ),
    Refusal.NO_DOCUMENTS: _N(
        "{file} is neither a folder, a zip archive, a PDF nor an XML. Choose one of these."
    ),
}

_BY_CODE: Final[dict[str, str]] = {str(code): text for code, text in SENTENCES.items()}


class Refused(FileRefused):
    """`FileRefused` with its statement, so that a door can say it in another language."""

    def __init__(self, code: Refusal, **values: object) -> None:
        self.statement: str = state(code, **values)
        super().__init__(english(self.statement))

    @classmethod
    def restated(cls, statement: str) -> Refused:
        """The refusal that `statement` stands for."""
        return cls(Refusal(code_of(statement)), **values(statement))


def state(code: StrEnum, **values: object) -> str:
    """One line of text holding `code` and its values."""
    return f"{code}?{urlencode(values)}" if values else str(code)


def code_of(statement: str) -> str:
    """The code of a statement."""
    return statement.partition("?")[0]


def values(statement: str) -> dict[str, str]:
    """The values of a statement, to fill its sentence with."""
    return dict(parse_qsl(statement.partition("?")[2], keep_blank_values=True))


def sentence(statement: str) -> str:
    """The English sentence of a statement, unfilled: the msgid for catalogues. An unknown code is its own sentence."""
    code = code_of(statement)
    return _BY_CODE.get(code, code)


def said(statement: str, translate: Callable[[str], str]) -> str:
    """The statement as a full sentence, its words and the name of a field in it turned by `translate`."""
    text = translate(sentence(statement))
    for name, value in values(statement).items():
        text = text.replace("{" + name + "}", translate(value) if name == "field" else value)
    return text


def english(statement: str) -> str:
    """The statement as a full English sentence."""
    return said(statement, str)
