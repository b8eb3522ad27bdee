# SPDX-License-Identifier: Apache-2.0
"""What is needed to reach a mail server."""

from __future__ import annotations

from dataclasses import dataclass

from conserje.domain.ports.settings import SettingsRefused, setting

SECURITY = ("starttls", "tls", "none")
LONGEST_WAIT_SECONDS = 30


@dataclass(frozen=True, slots=True, repr=False)
class SmtpSettings:
    """A mail server and how to speak to it. Values that cannot work raise `SettingsRefused`."""

    host: str = setting("Mail server", hint="smtp.example.com")
    port: int = setting("Port", default=587, hint="587 for STARTTLS, 465 for TLS")
    security: str = setting(
        "Security", default="starttls", hint="starttls, tls, or none (only to a server on this machine)"
    )
    username: str = setting("User name", default="", hint="Empty when the server asks for none")
    password: str = setting("Password", default="", secret=True)
    timeout_seconds: int = setting(
        "Seconds to wait", default=20, hint=f"For each half of a hand-over; at most {LONGEST_WAIT_SECONDS}"
    )
    helo_name: str = setting("Name we greet with", default="", hint="Empty: our network address")
    verify_certificates: bool = setting("Verify the server's certificate", default=True)
    ca_file: str = setting(
        "Extra certificate file", default="", hint="PEM file of a private certificate authority"
    )

    def __post_init__(self) -> None:
        if not self.host or any(char.isspace() for char in self.host):
            raise SettingsRefused(
                "The mail server has no usable name. Write a host such as smtp.example.com."
            )
        if not _whole(self.port, 1, 65535):
            raise SettingsRefused(
                "The port is not a whole number from 1 to 65535. Common ones are 587 and 465."
            )
        if self.security not in SECURITY:
            raise SettingsRefused(
                f"Security must be one of {', '.join(SECURITY)}. Choose starttls if unsure."
            )
        if not _whole(self.timeout_seconds, 1, LONGEST_WAIT_SECONDS):
            raise SettingsRefused(
                f"The wait must be 1 to {LONGEST_WAIT_SECONDS} whole seconds, shorter than a sender's claim."
            )
        if not isinstance(self.verify_certificates, bool):
            raise SettingsRefused("Verification of certificates is either true or false.")
        if self.helo_name and not all(char.isalnum() or char in ".-[]:" for char in self.helo_name):
            raise SettingsRefused("The greeting name may hold letters, digits, dots and hyphens only.")


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
