# SPDX-License-Identifier: Apache-2.0
"""What we write to customers: one source for each letter, told as plain text and as HTML."""
