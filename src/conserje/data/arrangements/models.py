# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.arrangements.agreement import Agreement, AgreementInvoice
from conserje.data.arrangements.claim import PaymentClaim
from conserje.data.arrangements.dispute import Dispute, DisputeFile, DisputeMessage
from conserje.data.arrangements.enquiry import Enquiry
from conserje.data.arrangements.plan import (
    ArrangementPolicy,
    Instalment,
    PaymentPlan,
    PlanAgreement,
    PlanInvoice,
)
from conserje.data.arrangements.progress import Progress
from conserje.data.arrangements.promise import PromiseToPay
from conserje.data.arrangements.proof import ProofOfPayment
from conserje.data.arrangements.proposal import Proposal
from conserje.data.arrangements.settlement import SettlementPolicy

__all__ = [
    "Agreement",
    "AgreementInvoice",
    "ArrangementPolicy",
    "Dispute",
    "DisputeFile",
    "DisputeMessage",
    "Enquiry",
    "Instalment",
    "PaymentClaim",
    "PaymentPlan",
    "PlanAgreement",
    "PlanInvoice",
    "Progress",
    "PromiseToPay",
    "ProofOfPayment",
    "Proposal",
    "SettlementPolicy",
]
