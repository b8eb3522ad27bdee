# SPDX-License-Identifier: Apache-2.0
"""What is needed to reach a creditor's own Stripe. The key itself says whether its money is real."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from conserje.domain.ports.settings import SettingsRefused, setting

_KEY: Final = re.compile(r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9_]{3,}")
_HOOK_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,}")
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.:-]+")


@dataclass(frozen=True, slots=True, repr=False)
class StripeSettings:
    """Keys of one Stripe account. Values that cannot work raise `SettingsRefused`."""

    secret_key: str = setting(
        "Secret key", secret=True, hint="Begins with sk_live_ or rk_live_; sk_test_ moves no real money"
    )
    hook_secret: str = setting("Signing secret of the webhook", secret=True, hint="Begins with whsec_")
    time_zone: str = setting(
        "Time zone of the account", default="UTC", hint="As in Stripe's settings: America/Mexico_City"
    )
    page_origin: str = setting(
        "Where its payment pages live",
        default="https://checkout.stripe.com",
        hint="Another only with a domain of your own in Stripe",
    )
    base_url: str = setting(
        "Address of the API", default="https://api.stripe.com", hint="Another only for tests"
    )

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.secret_key):
            raise SettingsRefused(
                "The secret key begins with sk_live_, rk_live_, sk_test_ or rk_test_. Copy it from Stripe."
            )
        if not _HOOK_SECRET.fullmatch(self.hook_secret):
            raise SettingsRefused("The signing secret begins with whsec_. Copy it from the webhook's page.")
        if not _ORIGIN.fullmatch(self.page_origin) or not _ORIGIN.fullmatch(self.base_url.rstrip("/")):
            raise SettingsRefused("An address is written like https://checkout.stripe.com, without a path.")
        try:
            ZoneInfo(self.time_zone)
        except (OSError, ValueError):
            raise SettingsRefused("Write the time zone like America/Bogota.") from None

    @property
    def live(self) -> bool:
        """Whether this key moves real money."""
        return self.secret_key[3:].startswith("live")
