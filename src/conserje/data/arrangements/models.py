# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.arrangements.claim import PaymentClaim
from conserje.data.arrangements.dispute import Dispute
from conserje.data.arrangements.plan import (
    ArrangementPolicy,
    Instalment,
    PaymentPlan,
    PlanAgreement,
    PlanInvoice,
)
from conserje.data.arrangements.promise import PromiseToPay

__all__ = [
    "ArrangementPolicy",
    "Dispute",
    "Instalment",
    "PaymentClaim",
    "PaymentPlan",
    "PlanAgreement",
    "PlanInvoice",
    "PromiseToPay",
]
