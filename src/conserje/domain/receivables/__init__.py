# SPDX-License-Identifier: Apache-2.0
"""Judgements about money owed: pure values in, pure values out."""
