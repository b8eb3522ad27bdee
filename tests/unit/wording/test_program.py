# SPDX-License-Identifier: Apache-2.0
"""Templates as functions say what python-liquid says: its words, errors and limits, or they give way to it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import example, given, settings
from hypothesis import strategies as st
from liquid import BoundTemplate

from conserje.domain.kit.money import Money, exponent
from conserje.wording import formats, render, samples, sandbox
from conserje.wording.program import _Writer, program
from conserje.wording.program_parts import Unfit
from conserje.wording.shelf import LetterError, chain, words
from conserje.wording.values import KINDS, LetterValues
from conserje.wording.view import _UNPRINTABLE, view

LOCALES = ("es_CO", "es", "en", "pt_BR")
PARTS = ("subject", "preheader", "text", "html")


def every_value() -> Iterator[LetterValues]:
    yield from samples.trials()
    for count, currencies, parts, coming in (
        (1, 1, True, "last"),
        (2, 2, False, "person"),
        (12, 1, True, "none"),
    ):
        yield samples.values(
            count=count,
            currencies=currencies,
            parts=parts,
            creditor=samples.creditor(logo=parts),
            contact={"name": "L<a>ura & Pérez" if parts else ""},
            next=samples.coming(kind=coming),
            mandatory={"complaint_body": "a <b> & 'c'", "otro": 'x "y"'} if parts else {},
            payment=samples.payment(full=parts),
        )


@pytest.mark.parametrize(("kind", "locale"), list(itertools.product(KINDS, LOCALES)))
def test_every_shipped_template_says_the_same_both_ways(kind: str, locale: str) -> None:
    compiled = render._compiled(kind, locale, render._sources(kind, locale, None), "#0b6e4f")
    for values in every_value():
        seen = {**view(values, kind=kind, locale=locale), "subject": "s < t", "preheader": "p & q"}
        for part in PARTS:
            template: sandbox.Template = getattr(compiled, part)
            assert template.fill is not None, "every shipped template is a function"
            assert template.fill(seen) == template.read.render(seen)


VALUES: dict[str, Any] = {
    "text": "a <b> & 'c'",
    "blank": "  ",
    "none": None,
    "yes": True,
    "no": False,
    "three": 3,
    "zero": 0,
    "part": 1.5,
    "list": ["x", "<y>", "z"],
    "void": [],
    "rows": [{"k": "v1", "n": 1, "in": ["p", "q"]}, {"k": "<v2>", "n": 2, "in": []}],
    "box": {"k": "v", "size": 9, "in": {"first": "f", "k": "w"}},
    "key": "k",
    "money": Money("COP", 123_456_700),
    "day_of": date(2026, 11, 24),
    "span": range(4),
    "lines": "a\r\nb\rc",
}
PATHS = (
    "text",
    "blank",
    "none",
    "yes",
    "no",
    "three",
    "zero",
    "part",
    "list",
    "void",
    "rows",
    "box",
    "key",
    "money",
    "day_of",
    "span",
    "lines",
    "missing",
    "box.k",
    "box.none",
    "box.size",
    "box.in.first",
    "box[key]",
    "box['k']",
    "box.in[key]",
    "list.size",
    "list.first",
    "list.last",
    "list[0]",
    "list[-1]",
    "list[7]",
    "rows[0].k",
    "rows.first.n",
    "rows.last.in",
    "text.size",
    "text.first",
    "text[0]",
    "item",
    "item.k",
    "item.n",
    "item.in",
    "other",
    "made",
    "kept",
    "counted",
    "partial",
    "now.x",
    "forloop",
    "forloop.index",
    "forloop.index0",
    "forloop.last",
    "forloop.first",
    "forloop.rindex",
    "forloop.rindex0",
    "forloop.length",
    "forloop.name",
    "three.x",
    "none.x",
    "'lit'",
    "q",
    "1",
    "2.5",
    "true",
    "false",
    "nil",
    "empty",
    "blank",
    "(1..3)",
    "(1..three)",
    "(0..text)",
)
LASTING = frozenset(("text", "box", "list", "rows", "key", "yes"))
FILTERS = (
    "money",
    "figure",
    "day",
    "list",
    "list: 'o'",
    "list: link: 'o'",
    "short: 3",
    "short: length: 2",
    "upcase",
    "capitalize",
    "size",
    "first",
    "last",
    "strip",
    "default: 'd'",
    "default: 'd', allow_false: true",
    "default: box.k",
    "method",
    "link",
    "size: 1, 2",
    "paid_by",
)
paths = st.sampled_from(PATHS)
filtered = st.builds(
    lambda path, chosen: " | ".join([path, *chosen]), paths, st.lists(st.sampled_from(FILTERS), max_size=2)
)
compared = st.one_of(
    paths,
    st.builds(
        "{} {} {}".format, paths, st.sampled_from(["==", "!=", "<>", "<", ">", "<=", ">=", "contains"]), paths
    ),
)
conditions = st.builds(
    lambda first, rest: " ".join([first, *(f"{sign} {other}" for sign, other in rest)]),
    compared,
    st.lists(st.tuples(st.sampled_from(("and", "or")), compared), max_size=2),
)
windows = st.lists(
    st.sampled_from(
        ("limit: 2", "limit: 0", "limit: three", "offset: 1", "offset: -1", "offset: continue", "reversed")
    ),
    max_size=2,
    unique=True,
).map(" ".join)
names = st.sampled_from(("made", "kept", "text", "item"))
leaves = st.one_of(
    st.sampled_from((" ", "\n", "hola <b>", "\r\n", "\r", "", "{% comment %}x{% endcomment %}", "{% # x %}")),
    filtered.map("{{{{ {} }}}}".format),
    filtered.map("{{% echo {} %}}".format),
    st.builds("{{% assign {} = {} %}}".format, names, filtered),
    st.sampled_from(("{% increment counted %}", "{% increment other %}", "{% break %}", "{% continue %}")),
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, max_size=3).map("".join)
    cases = st.lists(
        st.one_of(
            st.builds("{{% when {} %}}{}".format, paths, body),
            st.builds("{{% when {}, {} %}}{}".format, paths, paths, body),
            st.builds("{{% else %}}{}".format, body),
        ),
        max_size=3,
    ).map("".join)
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% endif %}}".format, conditions, body),
        st.builds(
            "{{% if {} %}}{}{{% elsif {} %}}{}{{% else %}}{}{{% endif %}}".format,
            conditions,
            body,
            conditions,
            body,
            body,
        ),
        st.builds("{{% unless {} %}}{}{{% else %}}{}{{% endunless %}}".format, conditions, body, body),
        st.builds("{{% case {} %}}{}{{% endcase %}}".format, paths, cases),
        st.builds("{{% for {} in {} {} %}}{}{{% endfor %}}".format, names, paths, windows, body),
        st.builds("{{% for item in {} %}}{}{{% else %}}{}{{% endfor %}}".format, paths, body, body),
        st.builds("{{% capture {} %}}{}{{% endcapture %}}".format, names, body),
    )


sources = st.lists(st.recursive(leaves, grown, max_leaves=8), max_size=4).map("".join)


class _Small(sandbox._Sandbox):
    loop_iteration_limit = 8
    local_namespace_limit = 400
    output_stream_limit = 400


def read(source: str, *, html: bool, small: bool) -> BoundTemplate:
    whole = sandbox.environment("es_CO", html=html)
    if not small:
        return whole.from_string(source)
    env = _Small(tolerance=whole.mode, undefined=whole.undefined, strict_filters=True, autoescape=html)
    env.tags, env.filters = whole.tags, whole.filters
    return env.from_string(source)


def outcome(template: sandbox.Template) -> str:
    """The text, or the sentence that tells why there is none."""
    try:
        return "text: " + sandbox.render(template, VALUES, where="w")
    except LetterError as error:
        return f"error: {error}"
    except ValueError as error:
        return f"raised: {error!r}"


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(source=sources, html=st.booleans(), small=st.booleans())
@example(source="{% for item in list limit: 0 %}{{ item }}{% endfor %}", html=True, small=False)
@example(
    source="{% for item in list %}{% capture made %}{{ item }}{% break %}{% endcapture %}{% endfor %}",
    html=True,
    small=False,
)
@example(
    source="{% if yes %} {% capture made %}x{% endcapture %} {% endif %}{{ made }}", html=False, small=False
)
@example(source="{% case key %}{% when 'k', 'k' %}a{% else %}b{% endcase %}", html=False, small=False)
@example(source="a\r{% comment %}{% endcomment %}\nb{{ lines }}", html=False, small=False)
@example(source="{% increment text %}{% increment text %}{{ text }}", html=False, small=False)
@example(
    source="{% for item in rows %}{% for made in item.in %}{{ item.k }}{{ made }}{% endfor %}{% endfor %}",
    html=True,
    small=False,
)
@example(
    source="{% for item in (1..5) %}{% for made in (1..2) %}x{% endfor %}{% endfor %}", html=False, small=True
)
@example(
    source="{% for i in list %}{{ i }}{{ box.k }}{% endfor %}{% assign text = 1 %}", html=False, small=True
)
def test_any_template_ends_the_same_both_ways(source: str, html: bool, small: bool) -> None:
    try:
        parsed = read(source, html=html, small=small)
    except sandbox.LiquidError:
        return
    fast, slow = sandbox.Template(parsed, program(parsed)), sandbox.Template(parsed, None)
    keeping = sandbox.Template(parsed, program(parsed, lasting=LASTING))
    assert [outcome(way) for way in (fast, keeping, keeping, keeping)] == [outcome(slow)] * 4


ORDINARY = (
    "{{ text }} {{ three }} {{ list | list: 'o' }} {{ money | money }} {{ day_of | day }} {{ rows.last.k }}",
    "{% if list.size > 2 and text contains 'a' or none %}a{% elsif key == 'k' %}b{% else %}c{% endif %}",
    "{% unless box.k == 'v' or void == empty %}a{% endunless %}",
    "{% for item in rows %}{{ forloop.index }}{{ item.k }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
    "{% for item in list limit: 2 offset: 1 reversed %}{{ item }}{% else %}-{% endfor %}",
    "{% for item in list %}{% if item == 'x' %}{% continue %}{% endif %}{{ item }}{% break %}{% endfor %}",
    "{% case key %}{% when 'k' %}a{% when 1, nil %}b{% else %}c{% endcase %}",
    "{% assign made = box.k | upcase %}{% capture kept %}{{ made }}!{% endcapture %}{{ kept }}{{ made }}",
    "{% increment counted %}{% increment counted %}{% echo key %}{% comment %}x{% endcomment %}",
)


@pytest.mark.parametrize("source", ORDINARY)
@pytest.mark.parametrize("html", [True, False])
def test_what_people_write_is_a_function_and_does_not_give_way(source: str, html: bool) -> None:
    parsed = read(source, html=html, small=False)
    fill = program(parsed)
    assert fill is not None
    assert fill(VALUES) == parsed.render(VALUES)
    assert type(fill(VALUES)) is str


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}",
        "{{ box.missing }}",
        "{{ text | money }}",
        "{{ 'javascript:x' | link }}",
        "{% for i in (1..6000) %}{% endfor %}",
        "{% for i in (1..100) %}{% for j in (1..51) %}{% endfor %}{% endfor %}",
        "{% for i in (1..4000) %}" + "x" * 70 + "{% endfor %}",
        "{% for i in (1..2000) %}{% capture a %}" + "y" * 40 + "{{ a }}{% endcapture %}{% endfor %}",
        "".join(
            f"{{% capture {name} %}}{'y' * 22_000}{{% endcapture %}}" for name in ("one", "two", "three")
        ),
        "{% break %}",
        "{{ three.x }}",
    ],
)
def test_errors_and_limits_keep_their_sentences(source: str) -> None:
    parsed = read(source, html=False, small=False)
    told = outcome(sandbox.Template(parsed, program(parsed)))
    assert told == outcome(sandbox.Template(parsed, None))
    assert told.startswith("error: ")


OURS = """
def fill in for if elif else not and or is None True False pass break continue return len str enumerate v l x item eq
lt le contains markup shown rows window whole once bounded joined assign allowed standing
"""


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(source=sources, html=st.booleans())
@example(source="{{ box['\"; import os #'] }}{{ '__import__(1)' }}", html=False)
def test_no_word_of_a_template_is_code(source: str, html: bool) -> None:
    try:
        written = _Writer(read(source, html=html, small=False), LASTING).source()
    except (sandbox.LiquidError, Unfit):
        return
    assert set(re.findall(r"[^\W\d]\w*", written)) <= set(OURS.split()) | set(
        re.findall(r"\b[kosnticdpw]\d+\b", written)
    )
    assert re.fullmatch(r"[A-Za-z0-9_ \n()\[\]{},:=+*<!.-]*", written), "no quote, so no text"


@given(
    minor=st.integers(-(10**13), 10**13),
    currency=st.sampled_from(("COP", "USD", "CLP", "KWD", "MXN")),
    locale=st.sampled_from(LOCALES),
)
def test_figures_are_babels(minor: int, currency: str, locale: str) -> None:
    places = exponent(currency)
    whole = minor % 10**places == 0 and (currency in formats._WHOLE or minor == 0)
    pattern = "#,##0" if whole or not places else "#,##0." + "0" * places
    expected = format_decimal(Money(currency, minor).decimal(), format=pattern, locale=chain(locale)[0])
    assert formats.figure(Money(currency, minor), locale) == expected


@given(
    on=st.dates(), locale=st.sampled_from(LOCALES), style=st.sampled_from(("day", "day_plain", "day_long"))
)
def test_days_are_babels(on: date, locale: str, style: str) -> None:
    expected = format_date(on, words(locale)["dates"][style], locale=chain(locale)[0]).replace(".", "")
    assert formats.day(on, style, locale) == expected


def test_what_is_cleaned_is_never_printable() -> None:
    every = "".join(map(chr, range(0x110000)))
    assert not any(char.isprintable() for char in "".join(_UNPRINTABLE.findall(every)))


@given(text=st.text(alphabet=" \t\na.", max_size=30))
def test_spaces_are_tidied_as_said(text: str) -> None:
    gaps = re.sub(r"(?<=\S)  +", " ", text)
    expected = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+(?=\n)", "", gaps)).strip() + "\n"
    assert render._tidy(text) == expected
