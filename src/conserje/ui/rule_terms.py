# SPDX-License-Identifier: Apache-2.0
"""Rules that give figures and terms, as sentences: notices, fees, interest, limitation, rights over data, records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any, Final

from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from conserje.domain.kit.money import Money
from conserje.domain.rules.ceilings import FeeCeiling, FeeKind, InterestCeiling, InterestKind, Step
from conserje.domain.rules.duties import DataTerm, Limitation, RecordTerm
from conserje.domain.rules.rule import Notice, Rule
from conserje.domain.rules.taxes import WithheldTax
from conserje.domain.rules.vocabulary import DayCount
from conserje.ui import labels, rule_names
from conserje.ui.codes import name
from conserje.ui.figures import locale_of, show_money


def percent(value: Fraction) -> str:
    """A share as the reader writes it: 2,5 %."""
    exact = format_decimal(float(value * 100), format="#,##0.####", locale=locale_of(get_language() or "es"))
    return f"{exact}\N{NO-BREAK SPACE}%"


def _notice(rule: Notice) -> Iterator[str]:
    act = name(rule_names.ACTS, rule.act.value)
    asks = bool(rule.days or rule.different_days or rule.within_days or rule.count > 1)
    only_facts = bool(rule.requires or rule.minimum or rule.deadline_months) and not asks
    if not only_facts:
        text = ngettext(
            "Before %(act)s, %(count)s notice is needed.",
            "Before %(act)s, %(count)s notices are needed.",
            rule.count,
        )
        yield text % {"act": act, "count": rule.count}
    else:
        yield _("A condition of %(act)s.") % {"act": act}
    if rule.days:
        yield _("The last of them this much earlier: %(days)s.") % {"days": _days(rule.days, rule.day_count)}
    if len(rule.channels) < len(labels.CHANNELS):
        yield _("Only notices by these count: %(channels)s.") % {
            "channels": _list(str(word) for code, word in labels.CHANNELS.items() if code in rule.channels)
        }
    if rule.different_days:
        yield _("No two on one day.")
    if rule.only_small:
        yield _("Only for debts that the law calls small.")
    if rule.within_days:
        yield _("Within %(days)s days of default.") % {"days": rule.within_days}
    if rule.deadline_months:
        yield _("Not later than %(months)s months after default.") % {"months": rule.deadline_months}
    if rule.requires:
        facts = _list(name(rule_names.PROOFS, one) for one in rule.requires)
        yield _("This must be documented: %(facts)s.") % {"facts": facts}
    if rule.minimum is not None:
        yield _("Not below %(amount)s.") % {"amount": _money(rule.minimum)}


def _fee(rule: FeeCeiling) -> Iterator[str]:
    if rule.kind in (FeeKind.PERCENT, FeeKind.MARGINAL_TRANCHES):
        yield from _tranches(rule)
    elif rule.kind in (FeeKind.FIXED, FeeKind.FIXED_BY_DEBT):
        yield from _fixed(rule)
    else:
        yield name(rule_names.FEES, rule.kind.value)
    if rule.not_before_days:
        yield _("Nothing in the first %(days)s days of delay.") % {"days": rule.not_before_days}
    if rule.automatic:
        yield _("It is due without being asked for.")
    if rule.per != "debt":
        yield _("Counted %(per)s.") % {"per": name(rule_names.FEE_BASES, rule.per)}
    if rule.currency and rule.kind not in (FeeKind.FIXED, FeeKind.FIXED_BY_DEBT):
        yield _("In %(currency)s.") % {"currency": rule.currency}


def _tranches(rule: FeeCeiling) -> Iterator[str]:
    if len(rule.steps) == 1 and rule.steps[0].limit is None:
        share = percent(rule.steps[0].value)
        yield _("Collection fees are at most %(share)s of what is overdue.") % {"share": share}
        return
    parts = _list(_tranche(step, rule.unit) for step in rule.steps)
    yield _("Collection fees are at most, each part at its own share: %(parts)s.") % {"parts": parts}


def _tranche(step: Step, unit: str) -> str:
    share = percent(step.value)
    if step.limit is None:
        return _("%(share)s above") % {"share": share}
    return _("%(share)s up to %(limit)s") % {"share": share, "limit": f"{step.limit} {unit.upper()}".strip()}


def _fixed(rule: FeeCeiling) -> Iterator[str]:
    parts = []
    for step in rule.steps:
        amount = _money(Money(rule.currency, int(step.value)))
        if step.limit is None:
            parts.append(amount if len(rule.steps) == 1 else _("%(share)s above") % {"share": amount})
        else:
            limit = _money(Money(rule.currency, step.limit))
            parts.append(_("%(share)s for debts below %(limit)s") % {"share": amount, "limit": limit})
    yield _("Collection fees are at most: %(parts)s.") % {"parts": _list(parts)}


def _interest(rule: InterestCeiling) -> Iterator[str]:
    told = {
        "rate": percent(rule.rate),
        "reference": rule.reference.replace("_", " "),
        "factor": format_decimal(float(rule.factor), locale=locale_of(get_language() or "es")),
        "period": name(rule_names.PERIODS, rule.period.value),
    }
    texts = {
        InterestKind.NONE: _("No interest for late payment may be charged."),
        InterestKind.FIXED: _("Interest for late payment is at most %(rate)s %(period)s."),
        InterestKind.REFERENCE_PLUS: _(
            "Interest for late payment is at most the rate %(reference)s plus %(rate)s %(period)s."
        ),
        InterestKind.REFERENCE_TIMES: _(
            "Interest for late payment is at most %(factor)s times the rate %(reference)s %(period)s."
        ),
        InterestKind.CONTRACT_ONLY: _("Interest for late payment is what the contract says."),
    }
    yield texts[rule.kind] % told
    if rule.half_year:
        yield _("The rate of the first day of the half-year holds for all of it.")


def _withheld(rule: WithheldTax) -> Iterator[str]:
    yield _("Payers may keep back %(tax)s: one of %(rates)s of %(base)s.") % {
        "tax": name(rule_names.TAXES, rule.tax),
        "rates": _list(percent(rate) for rate in rule.rates),
        "base": name(rule_names.TAX_BASES, rule.base.value),
    }
    yield _("Money that comes in is compared with it; nobody is told to pay it.")


def _limitation(rule: Limitation) -> Iterator[str]:
    yield _("The term (%(action)s) ends %(time)s after the due date.") % {
        "action": rule.action.replace("_", " "),
        "time": _list(_span(rule.years, rule.months)),
    }
    yield name(rule_names.EFFECTS, rule.effect.value)
    if rule.interrupted_by:
        begun = _list(name(rule_names.INTERRUPTIONS, one) for one in rule.interrupted_by)
        yield _("It begins anew with: %(begun)s.") % {"begun": begun}


def _data(rule: DataTerm) -> Iterator[str]:
    yield _("Term for %(right)s: %(days)s.") % {
        "right": name(rule_names.RIGHTS, rule.right.value),
        "days": _days(rule.days, rule.day_count),
    }
    if rule.extension_days:
        yield _("Once longer by: %(days)s.") % {"days": _days(rule.extension_days, rule.day_count)}
    if rule.authority:
        yield _("Watched over by %(authority)s.") % {"authority": rule.authority}


def _record(rule: RecordTerm) -> Iterator[str]:
    text = (
        _("Kept for at most %(time)s after %(after)s: %(what)s.")
        if rule.at_most
        else _("Kept for at least %(time)s after %(after)s: %(what)s.")
    )
    yield text % {
        "time": _list(_span(rule.years, 0)),
        "after": name(rule_names.KEPT_FROM, rule.after.value),
        "what": name(rule_names.RECORDS, rule.what.value),
    }


def _span(years: int, months: int) -> Iterator[str]:
    if years:
        yield ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    if months:
        yield ngettext("%(count)s month", "%(count)s months", months) % {"count": months}


def _days(days: int, count: DayCount) -> str:
    if count is DayCount.BUSINESS:
        return ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def _money(amount: Money) -> str:
    return show_money(amount, language=get_language() or "es")


def _list(words: Iterable[str]) -> str:
    return str(format_list(list(words), locale=locale_of(get_language() or "es")))


TELLERS: Final[dict[type[Rule], Callable[[Any], Iterable[str]]]] = {
    Notice: _notice,
    FeeCeiling: _fee,
    InterestCeiling: _interest,
    WithheldTax: _withheld,
    Limitation: _limitation,
    DataTerm: _data,
    RecordTerm: _record,
}
