# SPDX-License-Identifier: Apache-2.0
"""Stripe: its hosted Checkout for cards, OXXO and boleto, and cards on file charged when due."""

from conserje.gateways.stripe.adapter import ADAPTER

__all__ = ["ADAPTER"]
