# SPDX-License-Identifier: Apache-2.0
"""Conekta: its hosted checkout in Mexico, with cards, cash at OXXO and other shops, and SPEI."""

from conserje.gateways.conekta.adapter import ADAPTER

__all__ = ["ADAPTER"]
