# SPDX-License-Identifier: Apache-2.0
"""The least that a sender of mail can do: the limit beside which sending is measured."""

from __future__ import annotations

import smtplib


def send(host: str, port: int, content: bytes, count: int) -> None:
    """Hand `content` over `count` times through one connection."""
    with smtplib.SMTP(host, port) as server:
        for number in range(count):
            server.sendmail("bench@imaginario.example", [f"bare{number}@imaginario.example"], content)
