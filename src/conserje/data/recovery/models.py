# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.recovery.charge_attempt import ChargeAttempt
from conserje.data.recovery.failed_payment import FailedPayment

__all__ = ["ChargeAttempt", "FailedPayment"]
