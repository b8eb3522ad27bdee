# SPDX-License-Identifier: Apache-2.0
"""What is shown of an address to somebody who need not know it: enough to recognise one's own."""

from __future__ import annotations


def masked(address: str) -> str:
    """ "laura@panaderia.example" gives "l•••@panaderia.example"."""
    name, _at, host = address.partition("@")
    return f"{name[:1]}•••@{host}"
