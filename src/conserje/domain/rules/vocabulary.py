# SPDX-License-Identifier: Apache-2.0
"""The closed words of contact law: what packs are written in."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from conserje.domain.ports.channel import Channel

EVERY_CHANNEL = frozenset(Channel)
WRITTEN_CHANNELS = frozenset(
    {
        Channel.EMAIL,
        Channel.SMS,
        Channel.WHATSAPP,
        Channel.LETTER,
        Channel.REGISTERED_LETTER,
        Channel.APP_PUSH,
        Channel.SOCIAL_DM,
    }
)
POSTAL_CHANNELS = frozenset({Channel.LETTER, Channel.REGISTERED_LETTER})
AUTOMATED_CHANNELS = frozenset({Channel.PRERECORDED_CALL})
VOICE_CHANNELS = frozenset({Channel.CALL, Channel.VOICEMAIL, Channel.PRERECORDED_CALL})
ELECTRONIC_CHANNELS = WRITTEN_CHANNELS - POSTAL_CHANNELS


CONTACT_COUNTING = "contact_counting"
WEEK_DEFINITION = "week_definition"
COMPANY_TRADE = "company_trade"


class Basis(StrEnum):
    """Why a rule binds. A policy may be relaxed by a signed override; a law may not."""

    LAW = "law"
    POLICY = "policy"
    PLATFORM = "platform"


class Confidence(StrEnum):
    """How the rule is known: read in the norm, read about it, remembered well, remembered vaguely."""

    VERIFIED = "V"
    SECONDARY = "VS"
    MEMORY_HIGH = "MH"
    MEMORY_LOW = "ML"


class DayKind(StrEnum):
    """What a local day is to a window. On a holiday only windows that name `holiday` open."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"


WEEKDAYS = (
    DayKind.MON,
    DayKind.TUE,
    DayKind.WED,
    DayKind.THU,
    DayKind.FRI,
    DayKind.SAT,
    DayKind.SUN,
)


class Counts(IntEnum):
    """How far a past contact must have got to use up a cap. Ordered: a further one satisfies a nearer one."""

    ATTEMPT = 1
    DELIVERED = 2
    ANSWERED = 3
    TWO_WAY = 4


class WeekKind(StrEnum):
    """What a norm means by "week": Monday to Sunday, any seven local dates, or whichever is stricter."""

    ISO_WEEK = "iso_week"
    ROLLING_7D = "rolling_7d"
    BOTH_STRICT = "both_strict"


class CapKind(StrEnum):
    """`CONTACTS` limits how many; `SINGLE_CHANNEL` allows any number in a week, but all through one channel.

    `AFTER_ANSWER` limits how many may follow an answered contact on its day.
    """

    CONTACTS = "contacts"
    SINGLE_CHANNEL = "single_channel"
    AFTER_ANSWER = "after_answer"


class Period(StrEnum):
    """Over what a cap counts, in local dates; `ROLLING` is any run of as many as the cap's `rolling_days`."""

    DAY = "day"
    WEEK = "week"
    ROLLING = "rolling"


class Breadth(StrEnum):
    """Which contacts a cap or cooldown looks at: all the collector made with the customer (for whichever of its
    creditors), those for this creditor, or those about one of the same debts.
    """

    ORGANISATION = "organisation"
    CUSTOMER = "customer"
    DEBT = "debt"


class Lift(StrEnum):
    """What an exception sets aside; `CAPS` means cooldowns too. A revoked permission is never set aside."""

    CAPS = "caps"
    WINDOWS = "windows"
    CONSENT_UNKNOWN = "consent_unknown"


class Condition(StrEnum):
    """A state of the customer or the debt that stops contacts."""

    TIME_BARRED = "time_barred"
    INSOLVENT = "insolvent"
    DECEASED_OR_MINOR = "deceased_or_minor"
    PAID = "paid"
    WRONG_PERSON = "wrong_person"
    IDENTITY_DISPUTED = "identity_disputed"
    DISPUTED = "disputed"
    IN_COURT = "in_court"
    ATTORNEY_REPRESENTED = "attorney_represented"
    CEASE_REQUEST = "cease_request"
    BREATHING_SPACE = "breathing_space"
    HEALTH_MORATORIUM = "health_moratorium"
    DEBT_ADVICE = "debt_advice"


class TextWhen(StrEnum):
    """Which contacts must carry a mandatory text."""

    EVERY_CONTACT = "every_contact"
    WRITTEN_CONTACT = "written_contact"
    ELECTRONIC_CONTACT = "every_electronic_contact"
    FIRST_CONTACT = "first_contact"
    FIRST_CONTACT_OF_MONTH = "first_contact_of_month"
    VOICE_CONTACT = "voice_contact"
    AUTOMATED_VOICE = "bot_or_voice_ai"


class TextPlace(StrEnum):
    """Where in a message a mandatory text stands."""

    ANYWHERE = "anywhere"
    OPENING = "opening"
    BODY = "body"
    CLOSING = "closing"


class DayCount(StrEnum):
    """How days are counted: all of them, or without Saturdays, Sundays and the holidays of the pack."""

    CALENDAR = "calendar"
    BUSINESS = "business"


class Act(StrEnum):
    """What may need a notice first."""

    BUREAU_REPORT = "bureau_report"
    LEGAL_ACTION = "legal_action"
    ESCALATION = "escalation"
    AGENCY_CONTACT = "agency_contact"
    FEE_CHARGE = "fee_charge"


class Effect(StrEnum):
    """What an ended term of limitation does. `INFORM` only shows the date."""

    INFORM = "inform"
    WARN = "warn"
    NEEDS_HUMAN = "needs_human"
    DENY = "deny"


class PlaceTest(StrEnum):
    """Which fact selects a pack; any of those it names is enough."""

    DEBTOR_ADDRESS = "debtor_address"
    DEBT_PLACE = "debt_place"
    CREDITOR_PLACE = "creditor_place"
