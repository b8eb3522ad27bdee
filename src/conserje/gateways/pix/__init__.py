# SPDX-License-Identifier: Apache-2.0
"""Pix com vencimento: charges of the creditor's own bank, over the API that Banco Central do Brasil describes."""

from conserje.gateways.pix.adapter import ADAPTER

__all__ = ["ADAPTER"]
