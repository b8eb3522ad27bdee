# SPDX-License-Identifier: Apache-2.0
"""Mercado Pago: its hosted Checkout Pro in seven countries, with cards, PSE, Pix, boleto, cash and transfers."""

from conserje.gateways.mercado_pago.adapter import ADAPTER

__all__ = ["ADAPTER"]
