# SPDX-License-Identifier: Apache-2.0
"""Conserje: courteous, lawful, provable recovery of overdue invoices."""

__version__ = "0.1.0"
