# SPDX-License-Identifier: Apache-2.0
"""What each field of a file is called, and how a connector's sentences are said in the active language."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conserje.domain.ports.connector import Field

CHOSEN: Final = "chosen"
FAILED: Final = "failed"
FIELDS: Final[dict[str, Promise]] = {
    Field.IGNORE.value: _("Leave out"),
    Field.INVOICE_NUMBER.value: _("Invoice number"),
    Field.PURCHASE_ORDER.value: _("Purchase order"),
    Field.SUBJECT.value: _("Project or service"),
    Field.ISSUED_ON.value: _("Invoice date"),
    Field.DUE_ON.value: _("Due date"),
    Field.TERM_DAYS.value: _("Payment terms in days"),
    Field.DAYS_LATE.value: _("Days late"),
    Field.TOTAL.value: _("Total"),
    Field.NET.value: _("Amount before tax"),
    Field.TAX.value: _("Tax"),
    Field.WITHHOLDING.value: _("Tax withheld"),
    Field.OPEN_AMOUNT.value: _("Balance still open"),
    Field.PAID_AMOUNT.value: _("Already paid"),
    Field.PAID_ON.value: _("Payment date"),
    Field.CURRENCY.value: _("Currency"),
    Field.CUSTOMER_REFERENCE.value: _("Customer code"),
    Field.CUSTOMER_NAME.value: _("Customer name"),
    Field.CUSTOMER_TAX_ID.value: _("Customer tax id"),
    Field.CUSTOMER_KIND.value: _("Company or person"),
    Field.CONTACT_NAME.value: _("Contact name"),
    Field.CONTACT_ROLE.value: _("Contact role"),
    Field.EMAIL.value: _("E-mail"),
    Field.PHONE.value: _("Telephone"),
    Field.LANGUAGE.value: _("Language"),
    Field.COUNTRY.value: _("Country"),
    Field.SUBDIVISION.value: _("State or department"),
    Field.CITY.value: _("City"),
    Field.TIME_ZONE.value: _("Time zone"),
    Field.PERMISSION.value: _("Permission to write"),
    Field.CREDITOR_ROLE.value: _("Our role"),
    Field.STATUS.value: _("Status"),
    Field.DOCUMENT_TYPE.value: _("Kind of document"),
    Field.NOTES.value: _("Notes"),
}


def translated(text: str) -> str:
    """A connector's sentence, or the name of a field in one, in the active language."""
    if text == CHOSEN:
        return gettext("You chose it.")
    if text == FAILED:
        return gettext("Something failed on our side and nothing was written. Try it once more.")
    return str(FIELDS[text]) if text in FIELDS else gettext(text)
