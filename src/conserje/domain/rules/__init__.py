# SPDX-License-Identifier: Apache-2.0
"""Law and courtesy as data: packs, dated rules, and the one gate that judges a contact. Strictest wins."""
