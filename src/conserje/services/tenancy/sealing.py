# SPDX-License-Identifier: Apache-2.0
"""What may be kept only encrypted: under the installation's key, and a key of its own for each purpose."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet
from django.conf import settings


def seal(*, text: str, purpose: str) -> bytes:
    """`text` encrypted. What is sealed for one purpose does not open for another."""
    return cipher(key=key(), purpose=purpose).encrypt(text.encode())


def unseal(*, sealed: bytes, purpose: str) -> str:
    """What was sealed. Raises `cryptography.fernet.InvalidToken` under another key or purpose."""
    return cipher(key=key(), purpose=purpose).decrypt(sealed).decode()


def key() -> str:
    """The installation's secret."""
    return str(settings.SECRET_KEY)


@lru_cache(maxsize=16)
def cipher(*, key: str, purpose: str) -> Fernet:
    """The cipher of one purpose under the secret `key`."""
    derived = hashlib.sha256(f"conserje {purpose}\0{key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(derived))
