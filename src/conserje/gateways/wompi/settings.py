# SPDX-License-Identifier: Apache-2.0
"""The four keys that Wompi shows under "Desarrolladores"; they tell by themselves whether they are for trying."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from conserje.domain.ports.settings import SettingsRefused, setting

# How the public key begins, and how the other three must begin then.
_PREFIXES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "pub_test_": ("prv_test_", "test_integrity_", "test_events_"),
        "pub_prod_": ("prv_prod_", "prod_integrity_", "prod_events_"),
    }
)
_KEY: Final = re.compile(r"[A-Za-z0-9_]{12,120}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SANDBOX: Final = "https://sandbox.wompi.co/v1"
PRODUCTION: Final = "https://production.wompi.co/v1"


@dataclass(frozen=True, slots=True, repr=False)
class WompiSettings:
    """The keys of one environment. Values that cannot work together raise `SettingsRefused`."""

    public_key: str = setting("Public key", hint="pub_prod_... or pub_test_...")
    private_key: str = setting("Private key", secret=True, hint="prv_prod_... or prv_test_...")
    integrity_secret: str = setting("Integrity secret", secret=True, hint="prod_integrity_...")
    events_secret: str = setting("Events secret", secret=True, hint="prod_events_...")
    receipts_email: str = setting(
        "E-mail for Wompi's receipts of automatic charges",
        default="",
        hint="Needed for automatic charges only",
    )

    def __post_init__(self) -> None:
        keys = (self.public_key, self.private_key, self.integrity_secret, self.events_secret)
        if not all(_KEY.fullmatch(key) for key in keys):
            raise SettingsRefused("Copy the four keys whole, as Wompi shows them.")
        begins = next((_PREFIXES[one] for one in _PREFIXES if self.public_key.startswith(one)), None)
        if begins is None:
            raise SettingsRefused("The public key begins with pub_prod_, or with pub_test_ for trying.")
        if not all(key.startswith(begin) for key, begin in zip(keys[1:], begins, strict=True)):
            raise SettingsRefused(
                "The four keys must be of one environment: all for trying, or all for real."
            )
        if self.receipts_email and not _EMAIL.fullmatch(self.receipts_email):
            raise SettingsRefused("The e-mail for receipts is not an address.")

    @property
    def base_url(self) -> str:
        """Where the keys belong."""
        return SANDBOX if self.public_key.startswith("pub_test_") else PRODUCTION
