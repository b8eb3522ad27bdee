# SPDX-License-Identifier: Apache-2.0
"""What is needed to reach the checkout of the outside world."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from conserje.domain.ports.settings import SettingsRefused, setting


@dataclass(frozen=True, slots=True, repr=False)
class DemoSettings:
    """Address and secrets of a test checkout. Values that cannot work raise `SettingsRefused`."""

    base_url: str = setting("Address of the gateway", hint="http://127.0.0.1:8025")
    api_key: str = setting("API key", secret=True)
    hook_secret: str = setting("Webhook secret", secret=True, hint="Begins with whsec_")

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("http://", "https://")):
            raise SettingsRefused("The gateway's address must begin with http:// or https://.")
        if not self.api_key.isascii() or not self.api_key.isprintable() or not self.api_key:
            raise SettingsRefused("The API key must be the printable text that the gateway shows.")
        try:
            key = base64.b64decode(self.hook_secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) < 24:
            raise SettingsRefused("The webhook secret must be whsec_ and at least 24 bytes in base64.")
