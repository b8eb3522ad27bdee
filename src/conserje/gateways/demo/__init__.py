# SPDX-License-Identifier: Apache-2.0
"""Pasarela de prueba: the checkout of the outside world in `conserje.testing.world`, for demos and tests."""

from conserje.gateways.demo.adapter import ADAPTER

__all__ = ["ADAPTER"]
