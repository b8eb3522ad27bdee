# SPDX-License-Identifier: Apache-2.0
"""E-mail handed to any mail server over SMTP, with certainty about what was taken and what was not."""

from conserje.channels.email_smtp.adapter import ADAPTER

__all__ = ["ADAPTER"]
