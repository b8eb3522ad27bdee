# SPDX-License-Identifier: Apache-2.0
"""What the bank gives for its Pix API: two addresses, credentials, a certificate, and the key that is paid to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from conserje.domain.ports.settings import SettingsRefused, setting

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{24,128}")
LONGEST_KEY: Final = 77
MOST_DAYS: Final = 60


@dataclass(frozen=True, slots=True, repr=False)
class PixSettings:
    """Addresses, credentials and certificate. Values that cannot work raise `SettingsRefused`."""

    base_url: str = setting("Address of the API", hint="https://pix.example.com/api")
    sign_in_url: str = setting("Address that gives tokens", hint="https://pix.example.com/oauth/token")
    client_id: str = setting("Client id")
    client_secret: str = setting("Client secret", secret=True)
    pix_key: str = setting("Your Pix key", hint="The key that the charges are paid to (chave)")
    hook_secret: str = setting(
        "Secret in the webhook's address", secret=True, hint="At least 24 letters and digits of your making"
    )
    certificate: str = setting("Certificate, PEM", default="", hint="Begins with -----BEGIN CERTIFICATE-----")
    private_key: str = setting("Private key of the certificate, PEM", default="", secret=True)
    days_after_due: int = setting("Days that a charge can be paid after its date", default=0)

    def __post_init__(self) -> None:
        for address in (self.base_url, self.sign_in_url):
            if not address.startswith(("http://", "https://")):
                raise SettingsRefused("Both addresses must begin with https://.")
        for text in (self.client_id, self.client_secret, self.pix_key):
            if not text.isascii() or not text.isprintable() or not text.strip():
                raise SettingsRefused(
                    "Client id, client secret and Pix key are printable texts from your bank."
                )
        if len(self.pix_key) > LONGEST_KEY:
            raise SettingsRefused(f"A Pix key has up to {LONGEST_KEY} signs.")
        if not _SECRET.fullmatch(self.hook_secret):
            raise SettingsRefused(
                "The webhook's secret is 24 to 128 letters, digits, hyphens and underscores."
            )
        if bool(self.certificate) != bool(self.private_key):
            raise SettingsRefused("Give the certificate and its private key, or neither.")
        if self.certificate and "-----BEGIN CERTIFICATE-----" not in self.certificate:
            raise SettingsRefused("The certificate is a text that begins with -----BEGIN CERTIFICATE-----.")
        if self.private_key and "PRIVATE KEY-----" not in self.private_key:
            raise SettingsRefused("The private key is a text that begins with -----BEGIN PRIVATE KEY-----.")
        if not 0 <= int(self.days_after_due) <= MOST_DAYS:
            raise SettingsRefused(f"Between 0 and {MOST_DAYS} days after its date.")
