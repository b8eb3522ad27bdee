# SPDX-License-Identifier: Apache-2.0
"""What is needed to reach a creditor's own Mercado Pago account, which lives in one country and one currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from conserje.domain.ports.settings import SettingsRefused, setting
from conserje.gateways.mercado_pago.vocabulary import SITES

_TOKEN: Final = re.compile(r"(?:APP_USR|TEST)-[A-Za-z0-9-]{8,}")
_ADDRESS: Final = re.compile(r"https?://[a-z0-9.:-]+")


@dataclass(frozen=True, slots=True, repr=False)
class MercadoPagoSettings:
    """Credentials of one application. Values that cannot work raise `SettingsRefused`."""

    access_token: str = setting("Access token", secret=True, hint="Begins with APP_USR- or TEST-")
    hook_secret: str = setting("Secret signature of the webhooks", secret=True)
    country: str = setting("Country of the account", hint="CO, MX, AR, BR, CL, PE or UY")
    mode: str = setting("Mode", default="live", hint="live, or test: then nothing moves real money")
    base_url: str = setting(
        "Address of the API", default="https://api.mercadopago.com", hint="Another only for tests"
    )

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.access_token):
            raise SettingsRefused(
                "The access token begins with APP_USR- or TEST-. Copy it from Mercado Pago."
            )
        if len(self.hook_secret) < 16 or not self.hook_secret.isascii() or not self.hook_secret.isprintable():
            raise SettingsRefused(
                "The secret signature is shown under Webhooks, Configure. Copy it from there."
            )
        if self.country not in SITES:
            raise SettingsRefused(f"Write the country of the account: {', '.join(SITES)}.")
        if self.mode not in ("live", "test"):
            raise SettingsRefused("Write live, or test for an account of a test user.")
        if not _ADDRESS.fullmatch(self.base_url.rstrip("/")):
            raise SettingsRefused("An address is written like https://api.mercadopago.com, without a path.")

    @property
    def live(self) -> bool:
        """Whether this account moves real money."""
        return self.mode == "live"
