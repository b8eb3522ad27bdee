# SPDX-License-Identifier: Apache-2.0
"""Invoices and contacts from spreadsheets as people keep them, and the documents beside them."""

from conserje.connectors.tabular_files.adapter import TabularFiles

ADAPTER = TabularFiles()
