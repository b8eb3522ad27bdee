# SPDX-License-Identifier: Apache-2.0
"""A bare Django application that runs the very statements of our pages and draws them with one plain template."""
