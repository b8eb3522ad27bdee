# SPDX-License-Identifier: Apache-2.0
"""The keyed hash of an address: a person is one over all creditors of an organisation, and nobody outside can tell."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings

_PURPOSE = b"conserje/address/1/"


def of_address(*, organisation_id: int, address_key: str) -> str:
    """HMAC-SHA256, in hexadecimal, of a folded address (e-mail in lower case, telephone as +57...).

    The key is derived from the installation's secret and the organisation, so two organisations never share a hash.
    """
    return hmac.new(
        _key(str(settings.SECRET_KEY), organisation_id), address_key.encode(), hashlib.sha256
    ).hexdigest()


def of_addresses(*, organisation_id: int, address_keys: Iterable[str]) -> dict[str, str]:
    """The hash of each folded address."""
    return {key: of_address(organisation_id=organisation_id, address_key=key) for key in address_keys}


@lru_cache(maxsize=256)
def _key(secret: str, organisation_id: int) -> bytes:
    return hmac.new(secret.encode(), _PURPOSE + str(organisation_id).encode(), hashlib.sha256).digest()
