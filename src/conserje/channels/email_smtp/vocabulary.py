# SPDX-License-Identifier: Apache-2.0
"""SMTP reply codes (RFC 5321) and enhanced status codes (RFC 3463, 5248, 7372, 7505) in our words.

A code that is not here stays `unknown`. Only words in `ADDRESS_GONE` say that this address will not work
again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SENDER: Final = "sender"
RECIPIENT: Final = "recipient"
COPY: Final = "copy"
DATA: Final = "data"
CONTENT: Final = "content"

ADDRESS_GONE: Final = frozenset(
    {
        "address_unknown",
        "address_malformed",
        "address_moved",
        "address_disabled",
        "address_takes_no_mail",
        "domain_unknown",
    }
)

_ENHANCED: Final = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})\b")
_BLOCKED: Final = re.compile(
    r"spam|block|blacklist|reputation|policy|denied|not allowed|relay", re.IGNORECASE
)
_GREY: Final = re.compile(r"gr[ea]y-?list", re.IGNORECASE)
_MAIL_ADDRESS: Final = re.compile(r"[^\s<>]+@[^\s<>]+")

# Subject and detail of the enhanced code, without its class.
_STATUS: Final[dict[str, str]] = {
    "1.0": "address_unknown",
    "1.1": "address_unknown",
    "1.2": "domain_unknown",
    "1.3": "address_malformed",
    "1.4": "address_malformed",
    "1.6": "address_moved",
    "1.7": "rejected_sender",
    "1.8": "rejected_sender",
    "1.10": "address_takes_no_mail",
    "2.1": "address_disabled",
    "2.2": "mailbox_full",
    "2.3": "too_large",
    "3.1": "server_full",
    "3.2": "server_busy",
    "3.4": "too_large",
    "4.1": "server_busy",
    "4.2": "server_busy",
    "4.3": "server_busy",
    "4.4": "domain_unknown",
    "4.5": "server_busy",
    "4.6": "server_misconfigured",
    "4.7": "server_busy",
    "5.1": "protocol_refused",
    "5.2": "protocol_refused",
    "5.4": "protocol_refused",
    "6.0": "rejected_content",
    "6.7": "address_needs_utf8",
    "7.8": "sign_in_refused",
    "7.9": "sign_in_refused",
    "7.13": "address_disabled",
    **dict.fromkeys(("7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27"), "rejected_sender"),
    "7.28": "rate_limited",
}

_CODES: Final[dict[tuple[int, str], str]] = {
    (552, SENDER): "too_large",
    (552, RECIPIENT): "mailbox_full",
    (552, DATA): "too_large",
    (552, CONTENT): "too_large",
    (553, SENDER): "rejected_sender",
    (553, RECIPIENT): "address_malformed",
    (550, SENDER): "rejected_sender",
    (550, RECIPIENT): "address_unknown",
    (550, DATA): "rejected_policy",
    (550, CONTENT): "rejected_content",
    (551, RECIPIENT): "address_moved",
    (554, SENDER): "rejected_sender",
    (554, RECIPIENT): "rejected_policy",
    (554, DATA): "rejected_policy",
    (554, CONTENT): "rejected_content",
    (556, RECIPIENT): "address_takes_no_mail",
}

_SIGN_IN: Final = (530, 534, 535, 538)

_ANY_PHASE: Final[dict[int, str]] = {
    421: "server_busy",
    450: "server_busy",
    451: "server_busy",
    452: "server_full",
    454: "server_busy",
    **dict.fromkeys((500, 501, 502, 503, 504, 555), "protocol_refused"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A refusal in our words. `permanent`: this address will not work again."""

    word: str
    permanent: bool


def reason(code: int, text: str, *, phase: str) -> Reason:
    """Why a server refused: `code` 400-599, `text` without the code, `phase` one of the four words above."""
    word = _word(code, text, phase)
    return Reason(word, permanent=code >= 500 and word in ADDRESS_GONE)


def without_addresses(text: str) -> str:
    """A server's sentence, on one line of at most 300 characters, with mail addresses taken out."""
    flat = " ".join(_MAIL_ADDRESS.sub("(address)", text).split())
    return "".join(char for char in flat if char.isprintable())[:300]


def _word(code: int, text: str, phase: str) -> str:
    if code in _SIGN_IN:
        return "sign_in_refused"
    status = _ENHANCED.match(text)
    if code < 500 and _GREY.search(text):
        return "greylisted"
    if status:
        subject, detail = status.group(2), status.group(3)
        found = _STATUS.get(f"{subject}.{detail}")
        if found:
            return found
        if subject == "6":
            return "rejected_content"
        if subject == "7":
            return _by_policy(code, phase)
    elif code >= 500 and phase in (SENDER, RECIPIENT) and _BLOCKED.search(text):
        return _by_policy(code, phase)
    return _CODES.get((code, phase)) or _ANY_PHASE.get(code, "unknown")


def _by_policy(code: int, phase: str) -> str:
    if code < 500:
        return "greylisted" if phase == RECIPIENT else "rate_limited"
    return {SENDER: "rejected_sender", CONTENT: "rejected_content"}.get(phase, "rejected_policy")
