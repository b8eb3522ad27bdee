# SPDX-License-Identifier: Apache-2.0
"""The auditor: books and rules of its own, fed only by what the outside saw. It imports nothing of what it judges."""
