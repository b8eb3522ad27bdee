# SPDX-License-Identifier: Apache-2.0
"""Django's PostgreSQL backend, which starts the embedded server when nothing answers."""
