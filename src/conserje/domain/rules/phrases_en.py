# SPDX-License-Identifier: Apache-2.0
"""What no text in English may say, besides the question why."""

from __future__ import annotations

from typing import Final

from conserje.domain.rules import phrases as p
from conserje.domain.rules.phrases import Phrase, Place

NAMES: Final = {
    "kin": "boss|employer|family|clients|customers|neighbours|neighbors|wife|husband|spouse|colleagues|coworkers"
    "|friends|parents"
    "|references|suppliers|relatives|manager|company|workplace",
}

ENGLISH: Final[tuple[Phrase, ...]] = (
    *Phrase.every(
        p.THREAT,
        "en",
        "say_next_step",
        "legal|court|judicial|criminal action|proceedings|measures|steps|consequences|charges|remedies",
        "sue|suing you|your",
        "take|taking|see|drag|haul you|this|it to|in court",
        "seize|seizure|garnish*|repossess*|foreclos*|arrest*|jail|prison",
        "face|suffer|bear [the|serious] consequences",
        "or else|face",
        "you will|ll regret|be_sorry|pay_for_this",
        "avoid [any|the|further|legal|additional|unpleasant|more|serious] action|consequences|trouble|problems"
        "|embarrassment|measures|proceedings"
        "|penalties|inconvenience",
        "we|i will|ll|shall come|visit|send_someone|show_up [to|at|you|round] [you|your|the] [home|house|office|work"
        "|door]",
        "know where you|your live|work|kids|children",
        "forced|obliged|compelled|no_choice [but] to take|escalate|refer|proceed|start|initiate",
        "hand|handed|handing|refer|referred|turn|turned|send|sent|escalate|escalated|pass|passed [this|your|it|over"
        "|the] "
        "[account|case|file|matter|invoice|over] [over] to [our|a|the] lawyers|attorneys|solicitors|legal|collections"
        "|bailiffs",
        "bailiff|bailiffs|warrant|liens|lien",
        "cut_off|disconnect|suspend your|all [service*|account|access] unless|until|if|today|immediately",
        "failure to pay|comply|respond will|shall|may result|lead|force",
    ),
    *Phrase.every(
        p.SHAME,
        "en",
        "state_the_facts",
        "shame*|ashamed|embarrass*|disgrace*",
        "you|they [have|keep|ve] ignored|ignoring|ignore",
        "irresponsib*|dishonest*|unprofessional",
        "finally paid|up_to_date|paying|heard",
        "despite [our|the|all|so] many|numerous|repeated|several|countless",
        "how many|often|much times|do|longer",
        "keep|honour|honor|respect your word|obligations|commitments",
        "people|companies|clients like you",
        "we|i expected|thought|hoped more|better|you",
        "disappointed|disappointing in|with|by|that you|your",
        "honest|decent|responsible customers|clients|people|payers pay|paid|do",
        "your silence|excuses|attitude|behaviour|behavior|bad_faith",
        "stop avoiding|hiding|dodging|making_excuses",
        "always late|pay_late",
    ),
    *Phrase.every(
        p.INSULT,
        "en",
        "leave_out",
        "deadbeat*|freeloader*|thief|thieves|crook*|cheat|cheats|cheater*|liar|liars|loser*|moron*|idiot*|stupid|dumb"
        "|jerk"
        "|bastard*|asshole*|shit|bullshit|fuck*|damn|bloody_hell|pathetic|scum|leech*|hahaha*|lol|lmao",
        "you|re|are|a|like scammer*|fraudster*",
        "nice|good try|one|excuse",
    ),
    *Phrase.every(
        p.BUREAU,
        "en",
        "say_nothing",
        "credit bureau*|agenc*|score*|rating*|report|reports|record*|file|history|reference_agenc*|blacklist",
        "report|reported|reporting you|your|this to|as [the|a|all|credit] [credit|agencies|bureaus|bad|delinquent"
        "|defaulter]",
        "blacklist*|blacklisted",
        "damage|hurt|ruin|affect|harm your credit|reputation|name|standing",
    ),
    *Phrase.every(
        p.COURT,
        "en",
        "formal_communication",
        "summons|subpoena|writ|affidavit|plaintiff|defendant|claimant",
        "court order|notice|date|summons|judgment|hearing|of",
        "final|formal|letter|legal demand|notice_of_claim|before_action",
        "notice of intent|intended|legal|court|proceedings|seizure|claim|judgment",
        "judgment against|by_default",
        "hereby|you_are_hereby notified|summoned|ordered|commanded|served",
        "case no|number # in_the|of_the|before",
        "official seal|court|order",
        "county|district|superior|high|small_claims|magistrates court",
    ),
    *Phrase.every(
        p.MARKETING,
        "en",
        "leave_out",
        "special|exclusive|limited|unbeatable|great offer*|deal|deals|promotion*|discounts",
        "promo|promos|promotion|promotions|promocode|coupon*|giveaway|raffle|prize*",
        "# %|percent off|discount [on|your|the|all] [your|next|all|new]",
        "your next order|purchase|project|booking",
        "check_out|discover|introducing|try|explore|meet our|the [new|latest|other|full] [product*|service*|plan*"
        "|range|catalogue|catalog|offers]",
        "our|all new product*|service*|plan|plans|range|collection",
        "new products|services|arrivals|collection",
        "upgrade|subscribe now|today|to",
        "refer a friend|colleague",
        "follow us on",
        "pre_approved|preapproved [for|loan|credit]",
        "black_friday|cyber_monday|flash_sale|buy_now|dont_miss",
    ),
    *Phrase.every(p.WORD, "en", "without_the_word", "debtor*|delinquen*|defaulter*|in_default"),
    *Phrase.every(
        p.WORD, "en", "our_last_letter", "last|final chance|opportunity|warning|notice_before|reminder_before"
    ),
    *Phrase.every(
        p.WORD,
        "en",
        "formal_communication_word",
        "lawsuit*|law_suit*|debt_collection|debt_collector*|collections_department|collection_agency",
    ),
    *Phrase.every(p.WORD, "en", "formal_communication_word", "<!on|high|in|power|peak demand|demands !for"),
    *Phrase.every(p.WORD, "en", "reach_an_agreement", "mediation !with"),
    *Phrase.every(p.WORD, "en", "name_the_invoice", "collections !of"),
    *Phrase.every(p.WORD, "en", "the_balance", "debt|debts|indebted"),
    *Phrase.every(
        p.URGENCY,
        "en",
        "a_real_date",
        "today only|or_never",
        "act|pay|call|reply|respond|settle now|immediately|at_once|today_or|right_now|asap|without_delay|this_instant",
        "have|only|only_have 24|48|72|twenty_four|forty_eight hours|hrs",
        "<!we|will|ll|shall|can|to pay|settle|respond|reply|contact|call|payment|answer ... within|in [the|next"
        "|the_next] "
        "24|48|72|twenty_four|forty_eight hours|hrs",
        "you have # hours|hrs|minutes",
        "pay within|in # hours|hrs",
        "immediate|immediately payment|pay|attention|action|settlement",
        "payment immediately|now|at_once",
        "urgent|urgently|urgency",
        "time is running|up|over",
        "no more|further time|extensions|delay",
        "before its too",
        "last|final minute|hours|hour|call",
        "expires|ends today|tonight|in_hours",
    ),
    *Phrase.every(
        p.CLAIM,
        "en",
        "say_what_is_true",
        "you are|re the only customer|client|one",
        "all|every other|our customers|clients [have|already] paid|pay_on_time",
        "never|no [be] another|other|further|more offer*|option*|agreement|chance*|deal*",
    ),
    *Phrase.every(
        p.THIRD_PARTY,
        "en",
        "speak_to_the_person",
        "tell|inform|contact|call|notify|email|write|speak|talk|visit [to|with] your {kin}",
        "your {kin} will|shall|might|should|would know|hear|find|learn|be_told|receive|be_informed",
        "cc|copying|copied|copy [in] your|all_your|the {kin}",
        "publish|post|share|display|expose [your|the] name|debt|photo|list|details [on|in|publicly|with|to]",
        "tell|ask|remind him|her|them|your|mr|ms|mrs ... pay*|owes|overdue|debt|invoice",
        "everyone|everybody|people|they will|should|must know|hear|find",
        "you are|were listed|named|given as_a reference|guarantor_friend",
        "your friend|son|daughter|husband|wife|colleague|relative owes|has_not_paid|hasnt_paid|is_late",
    ),
    *Phrase.every(
        p.EXPOSED,
        "en",
        "neutral_preview",
        "debt*|overdue|past_due|owe|owes|owed|arrears|unpaid|late_payment|payment_due|outstanding|delinquent"
        "|collection|collections|pay_now"
        "|final_notice|missed_payment|amount_due|balance_due|in_default",
        "balance|amount|total|pay|of|for [due|of] $*|#_#|#_#_#",
        "usd|cop|eur|gbp|$ #",
        at=Place.PREVIEW,
    ),
    *Phrase.every(
        p.ACKNOWLEDGE,
        "en",
        "no_acknowledgement",
        "acknowledge|admit|accept|confirm|recognise|recognize|agree ... you_owe|you_still_owe|you_do_owe|you_owed"
        "|your_debt|this_debt|the_debt"
        "|owing|liability|indebted",
        "acknowledge|acknowledgement|acknowledgment|admission|recognition of|the|this|your [the|this|your] debt"
        "|liability|obligation",
        "do you|dont_you admit|acknowledge|accept|agree|deny|recognise|recognize ... debt|owe|invoice|amount ?",
        "reply|answer|text|write yes|i_owe|agree [to|if|that] [confirm|acknowledge|admit|you] [you|the|that] [owe"
        "|debt]",
        "reply|write|text i_owe|yes_i_owe",
    ),
    *Phrase.every(
        p.IDENTITY,
        "en",
        "true_identity",
        "am|are|im|this_is|behalf_of|calling|writing|speaking|call|here|with [from|for|on_behalf_of] [a|the|an] "
        "[officer|agent|local|federal] "
        "[of|from] [the] police|fbi|sheriff|irs|court|government|district_attorney|law_enforcement|tax_office|hmrc"
        "|interpol|bailiff_office|attorney_general",
        "police|sheriff|fbi|irs|interpol",
        "enforcement|fraud|litigation department|division|bureau|unit",
        "federal|government|court|state agent|officer|official|investigator",
    ),
    *Phrase.every(
        p.ASKED,
        "en",
        "pay_on_the_page",
        "<!never|not|dont|nor send|give|tell|share|provide|reply_with|text|email|confirm|need [me|us|to_us|here|by"
        "|your|the|with|full|back|over_the_phone] "
        "[your|the|full|a|us] [full|credit|debit|photo|picture|of|your|16_digit|bank|card|online|banking] [card|debit"
        "|credit|of|your|banking|bank] "
        "card_number|card|card_details|card_data|cvv|cvc|pin|password|passcode|security_code|otp|one_time_code|login"
        "|verification_code",
        "what is|s|are your|the [card|bank|online|full] [card] password|pin|cvv|security_code|card_number"
        "|card_details|passcode ?",
        "whats your [card|bank] password|pin|cvv|security_code|card_number",
        "cvv|cvc",
    ),
    *Phrase.every(
        p.CALQUE,
        "en",
        "plain_words_en",
        "do_the_needful|kindly_revert|at_the_earliest|per_my_last_email|as_per_my_last|just_circling_back",
    ),
)
