# SPDX-License-Identifier: Apache-2.0
"""Phrases the content check looks for, in three languages. A phrase found wrongly is corrected there, with a test.

A category is a word of the packs' `forbidden_content`, or one of the house. How a phrase is written: `pattern`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Place(StrEnum):
    """Where a text stands. What may be seen on a locked screen or an envelope is a `PREVIEW`."""

    BODY = "body"
    PREVIEW = "preview"
    LABEL = "label"


ASK_REASON: Final = "ask_reason_for_default"
THREAT: Final = "threat"
SHAME: Final = "shame"
INSULT: Final = "insult"
BUREAU: Final = "false_bureau_threat"
COURT: Final = "court_like_document"
MARKETING: Final = "marketing_in_collection"
WORD: Final = "forbidden_word"
LINK: Final = "short_link"
URGENCY: Final = "false_urgency"
CLAIM: Final = "impossible_claim"
THIRD_PARTY: Final = "third_party_pressure"
EXPOSED: Final = "exposed_debt"
ACKNOWLEDGE: Final = "acknowledge_debt"
IDENTITY: Final = "pretended_identity"
ASKED: Final = "asked_secret"
CALQUE: Final = "calque"
CAPITALS: Final = "capitals"
ADDRESS: Final = "form_of_address"

CATEGORIES: Final = frozenset(
    {
        ASK_REASON,
        THREAT,
        SHAME,
        INSULT,
        BUREAU,
        COURT,
        MARKETING,
        WORD,
        LINK,
        URGENCY,
        CLAIM,
        THIRD_PARTY,
        EXPOSED,
        ACKNOWLEDGE,
        IDENTITY,
        ASKED,
        CALQUE,
        CAPITALS,
        ADDRESS,
    }
)
# What a person may let stand, with a reason: the house's own taste in words. Everything else nobody may.
OVERRIDABLE: Final = frozenset({WORD, CALQUE, CAPITALS, ADDRESS})
# What the packs call the same things.
SYNONYMS: Final = {
    "insult": (INSULT,),
    "offence": (INSULT,),
    "ridicule": (SHAME, INSULT),
    "humiliation": (SHAME, INSULT),
    "defamation": (INSULT,),
    "harassment": (THREAT,),
    "intimidation": (THREAT,),
    "threaten_unstarted_lawsuit": (THREAT,),
    "interfere_with_work_rest_leisure": (THREAT,),
    "bureau_threat": (BUREAU,),
    "blacklist_threat": (BUREAU, THIRD_PARTY),
    "public_exposure": (THIRD_PARTY, BUREAU),
    "public_debtor_list": (THIRD_PARTY,),
    "disclose_default_to_third_party": (THIRD_PARTY,),
    "public_body_like_name": (IDENTITY,),
    "misleading_statement": (CLAIM, URGENCY, IDENTITY),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """`pattern` in `language` ("" is any). `only_by_law`: refused only where a pack forbids the category.

    `alternative` is the code of what to say instead (`wording/alternatives.yaml`). `places`: looked for only there.
    """

    category: str
    language: str
    pattern: str
    alternative: str
    only_by_law: bool = False
    places: frozenset[Place] = frozenset(Place)

    @classmethod
    def every(
        cls, category: str, language: str, alternative: str, *patterns: str, at: Place | None = None
    ) -> list[Phrase]:
        """Patterns of one category with the same alternative; `at` one place only."""
        places = frozenset(Place) if at is None else frozenset({at})
        return [cls(category, language, item, alternative, places=places) for item in patterns]
