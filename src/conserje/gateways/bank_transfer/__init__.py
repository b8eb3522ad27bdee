# SPDX-License-Identifier: Apache-2.0
"""Transferencia bancaria: the creditor's own accounts and a reference, matched by the bank's file."""

from conserje.gateways.bank_transfer.adapter import ADAPTER

__all__ = ["ADAPTER"]
