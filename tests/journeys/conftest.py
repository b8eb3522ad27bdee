# SPDX-License-Identifier: Apache-2.0
"""Journeys look into the books, so Django is ready before they are collected."""

from tests import harness

harness.prepare_django()
