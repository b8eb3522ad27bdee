# SPDX-License-Identifier: Apache-2.0
"""What the screen of a person's own words shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class Against:
    """Words that may not leave, or only with a reason (`may_stand`).

    `before` and `after` are what stands around `words` in the text. `what` says what is wrong; `rule` is its id,
    `basis` law, policy, platform or house. `instead` is what to say, empty when the words are best left out; `put` is
    posted to set it in. `in_subject` tells where they are.
    """

    before: str
    words: str
    after: str
    what: str
    rule: str
    basis: str
    put: str
    instead: str = ""
    source: str = ""
    note: str = ""
    pack: str = ""
    may_stand: bool = False
    in_subject: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """`workbench/drafts/findings.html`: what stands against the words, beside them.

    `faults` are sentences about how the text is built. `blocked`: it cannot be kept. `needs_reason`: it can, with one.
    `live`: this is drawn while somebody writes, so what cannot be pressed may be shown so.
    """

    against: tuple[Against, ...]
    faults: tuple[str, ...]
    blocked: bool
    needs_reason: bool
    reason: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True)
class WordsPage:
    """`workbench/drafts/words.html`: POST fields `subject`, `body`, `reason`, and `put` or `do` (save, approve).

    `lang` is the language the customer reads. `own`: these are a person's words already. `refused`: they were just not
    kept.
    """

    frame: Frame
    customer: str
    draft_url: str
    subject: str
    body: str
    lang: str
    findings: Findings
    save_url: str
    look_url: str
    preview_url: str
    take_back_url: str = ""
    own: bool = False
    refused: bool = False
    next_id: int | None = None


@dataclass(frozen=True, slots=True)
class RefusedWordsPage:
    """`workbench/refused_words.html`: the form of the former page again, with the words and what is against them.

    POST to `url`: `field` holds the words, `kept` are the other fields (name, value). `may_stand`: only the house's own
    taste is against them, so a POST with `stands` lets them go.
    """

    frame: Frame
    url: str
    back_url: str
    field: str
    words: str
    kept: tuple[tuple[str, str], ...]
    against: tuple[Against, ...]
    may_stand: bool
