# SPDX-License-Identifier: Apache-2.0
"""Wompi, Colombia: cards, PSE, Nequi and Bancolombia on Wompi's own page; Nequi accounts charged later."""

from conserje.gateways.wompi.adapter import ADAPTER

__all__ = ["ADAPTER"]
