# SPDX-License-Identifier: Apache-2.0
"""What is needed to reach a creditor's own Conekta account."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from conserje.domain.ports.settings import SettingsRefused, setting

_KEY: Final = re.compile(r"key_[A-Za-z0-9_]{8,}")
_ADDRESS: Final = re.compile(r"https?://[a-z0-9.:-]+")
_PHONE: Final = re.compile(r"\+[0-9]{8,15}")
_PEM: Final = re.compile(r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
_LEAST_BITS: Final = 2048


@dataclass(frozen=True, slots=True, repr=False)
class ConektaSettings:
    """Keys of one account. Values that cannot work raise `SettingsRefused`."""

    private_key: str = setting("Private key", secret=True, hint="Begins with key_")
    hook_public_key: str = setting(
        "Public key of the webhooks",
        hint="-----BEGIN PUBLIC KEY-----, with its line breaks or \\n in their place",
    )
    fallback_email: str = setting(
        "E-mail given where a customer has none", hint="One of your own: Conekta asks for it"
    )
    fallback_phone: str = setting("Telephone given where a customer has none", hint="+525511223344")
    mode: str = setting("Mode", default="live", hint="live, or test: then nothing moves real money")
    base_url: str = setting(
        "Address of the API", default="https://api.conekta.io", hint="Another only for tests"
    )

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.private_key):
            raise SettingsRefused(
                "The private key begins with key_. Copy it from Conekta, Developers, API keys."
            )
        if self.mode not in ("live", "test"):
            raise SettingsRefused("Write live, or test for Conekta's test mode.")
        if not _ADDRESS.fullmatch(self.base_url.rstrip("/")):
            raise SettingsRefused("An address is written like https://api.conekta.io, without a path.")
        if "@" not in self.fallback_email or not _PHONE.fullmatch(self.fallback_phone):
            raise SettingsRefused("Write an e-mail and a telephone with its country, like +525511223344.")
        if hook_key(self) is None:
            raise SettingsRefused(
                "The public key must be RSA of 2048 bits or more. Conekta shows it once, when a webhook key is made."
            )

    @property
    def live(self) -> bool:
        """Whether this account moves real money."""
        return self.mode == "live"


def hook_key(settings: ConektaSettings) -> RSAPublicKey | None:
    """The key that webhooks are signed with; None when there is no such key in the settings.

    Its line breaks may be gone, as a form's line loses them, or written as the escapes that Conekta's answer shows.
    """
    found = _PEM.fullmatch(settings.hook_public_key.replace("\\n", "\n").strip())
    try:
        inside = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
        key = load_der_public_key(inside)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_BITS else None
