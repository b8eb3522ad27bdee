# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.arrangements.claim import PaymentClaim
from conserje.data.arrangements.dispute import Dispute
from conserje.data.arrangements.enquiry import Enquiry
from conserje.data.arrangements.progress import Progress
from conserje.data.arrangements.promise import PromiseToPay
from conserje.data.arrangements.proof import ProofOfPayment

__all__ = ["Dispute", "Enquiry", "PaymentClaim", "Progress", "PromiseToPay", "ProofOfPayment"]
