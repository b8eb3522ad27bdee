# SPDX-License-Identifier: Apache-2.0
"""`make new-country CC=zz`: a folder for a new country, which the contract suite refuses until it is finished.

It can be read from the first moment, so nothing else breaks; every value in it that has to be found out is empty or
says so.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays

import conserje.countries
from conserje.services.integrations.zones import of_country

COUNTRIES = Path(conserje.countries.__path__[0])

_UNKNOWN = 'basis: policy, confidence: ML, note: "Invented. Replace it by what the law says."'

_INIT = '''\
# SPDX-License-Identifier: Apache-2.0
"""{code}, by (name the act), in three sentences.

(Who may contact whom and when.) (How often.) (What is never done.)
"""

from pathlib import Path

from conserje.countries.reading import Authority, Country

ADAPTER = Country(
    code="{code}",
    folder=Path(__file__).parent,
    authority=Authority(name="", short_name="", site=""),
    languages=("es", "en"),
)
'''

_PACK = """\
# Not finished: every rule here is invented. docs/guides/new-country.md says what each key means.
schema: rulepack/v1
pack: {code}
version: {version}
country: "{code}"
signed_off: false
review_by: {review_by}
effective_from: {today}
sources: {{{code}-1: "(the act, with its articles, and where its text was read)"}}
applies_to:
  creditors: ["*"]
  debtors: ["*"]
  purposes: [collection, pre_due_reminder]
zones: [{zones}]

holidays:
{holidays}
windows:
  - {{id: {code}.W1, days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00", {known}}}

caps:
  - {{id: {code}.C1, max: 1, per: week, {known}}}

consents:
  - {{id: {code}.A1, {known}}}

mandatory_texts:
  - {{id: {code}.T1, slot: creditor_identity, when: every_contact, purposes: ["*"], {known}}}
"""

_KNOWN_DAYS = """\
  provider: holidays
  country: "{code}"
  min_version: "{version}"
  expected_count: {{{year}: 1, {next_year}: 1}}    # wrong on purpose: count the days yourself from the official list
  must_include: []
"""
_OWN_DAYS = """\
  provider: none    # the library does not know this country: write every day below
  expected_count: {{{year}: 1, {next_year}: 1}}    # wrong on purpose: count the days yourself from the official list
  must_include: []
  overrides: []    # - {{add: 2026-01-01, name: New Year, reason: "Act ..."}}
"""

_CASES = """\
cases: []    # one for each rule, and for each one that refuses: see "A case" in docs/guides/new-country.md
"""


def make(code: str, *, into: Path = COUNTRIES, today: date) -> Path:
    """Write the folder of `code` (two letters) under `into`. Raises `ValueError` for another or one that is there."""
    if not re.fullmatch("[A-Za-z]{2}", code):
        raise ValueError(f"'{code}' is not a country: give the two letters of ISO 3166, as in CC=uy.")
    code = code.upper()
    folder = into / code.lower()
    if folder.exists():
        raise ValueError(f"{folder.name}/ is there already.")
    for part in ("cases", "wording", "parameters"):
        (folder / part).mkdir(parents=True)
    known = code in holidays.list_supported_countries()
    days = (_KNOWN_DAYS if known else _OWN_DAYS).format(
        code=code, version=holidays.__version__, year=today.year, next_year=today.year + 1
    )
    (folder / "__init__.py").write_text(_INIT.format(code=code), encoding="utf-8")
    text = _PACK.format(
        code=code,
        version=f"{today:%Y.%m}.0",
        today=today,
        review_by=today + timedelta(days=180),
        zones=", ".join(of_country(country=code)) or "UTC",
        holidays=days,
        known=_UNKNOWN,
    )
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    (folder / "cases" / "rules.yaml").write_text(_CASES, encoding="utf-8")
    for language in ("es", "en"):
        (folder / "wording" / f"{language}.yaml").write_text("{}\n", encoding="utf-8")
    return folder


def main(code: str) -> int:
    """Make it and say what comes next."""
    try:
        folder = make(code, today=datetime.now(UTC).date())
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(
        f"Made src/conserje/countries/{folder.name}/. It is red until it is finished:\n"
        f"  conserje law check {code.upper()}\n"
        f"  .venv/bin/python -m pytest tests/contracts/test_every_country.py -k {code.upper()}\n"
        "docs/guides/new-country.md says what every key means.\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
