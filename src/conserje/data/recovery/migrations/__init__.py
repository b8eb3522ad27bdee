# SPDX-License-Identifier: Apache-2.0
"""The room of failed charges: each with its tries, its state, and the one reason for which its money came."""
