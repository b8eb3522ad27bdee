# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.receivables.bank import BankDecision, BankLine, BankStatement, PayerName
from conserje.data.receivables.charge_notice import ChargeNotice
from conserje.data.receivables.checkout import Checkout, CheckoutLine
from conserje.data.receivables.contact import Contact, ContactPoint
from conserje.data.receivables.customer import Customer, CustomerFact, SearchTerm
from conserje.data.receivables.data_request import DataRequest
from conserje.data.receivables.fiscal_task import FiscalTask
from conserje.data.receivables.invoice import CreditNote, Document, Invoice, InvoiceDue, Withholding, WriteOff
from conserje.data.receivables.ledger import LedgerEntry, LedgerTransaction
from conserje.data.receivables.mandate import Mandate
from conserje.data.receivables.payment import Allocation, Freshness, Payment, PaymentReversal, PaymentRoad
from conserje.data.receivables.refund import Refund
from conserje.data.receivables.withheld_rate import WithheldRate

__all__ = [
    "Allocation",
    "BankDecision",
    "BankLine",
    "BankStatement",
    "ChargeNotice",
    "Checkout",
    "CheckoutLine",
    "Contact",
    "ContactPoint",
    "CreditNote",
    "Customer",
    "CustomerFact",
    "DataRequest",
    "Document",
    "FiscalTask",
    "Freshness",
    "Invoice",
    "InvoiceDue",
    "LedgerEntry",
    "LedgerTransaction",
    "Mandate",
    "PayerName",
    "Payment",
    "PaymentReversal",
    "PaymentRoad",
    "Refund",
    "SearchTerm",
    "WithheldRate",
    "Withholding",
    "WriteOff",
]
