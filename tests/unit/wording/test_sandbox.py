# SPDX-License-Identifier: Apache-2.0
"""Hostile values and hostile templates: what customers type stays text, what users edit cannot run away."""

from __future__ import annotations

import time
from typing import Any

import pytest
from lxml import html as lxml_html

from conserje.wording import samples
from conserje.wording.render import letter
from conserje.wording.shelf import LetterError
from conserje.wording.values import KINDS

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ creditor.tax_id }}{% for i in (1..9) %}x{% endfor %}",
    "**gratis** [clic](https://malo.example) [[Pagar]](https://malo.example)",
    "| a | b |",
    "::: footer",
    "Lq0qL Lq1qL",
    "uno\r\nBcc: victima@malo.example",
    "uno\u2028dos\u202etres\x00\x1b[31m",
    "=?utf-8?q?=0ABcc:_x?=",
)
PROBES = (
    "{{ ''.__class__.__mro__ }}",
    "{{ creditor.__class__ }}",
    "{{ invoices.__init__.__globals__ }}",
    "{{ greeting.__class__.__base__.__subclasses__ }}",
    "{{ creditor['__class__'] }}",
    "{{ balances[0].open.__class__ }}",
    "{{ balances[0].open.currency }}",
    "{{ balances[0].open.minor }}",
    "{{ self }}",
    "{{ config }}",
    "{{ request.application }}",
    "{{ settings.SECRET_KEY }}",
    "{% include 'words.yaml' %}",
    "{% render 'friendly/body' %}",
    "{% import os %}",
    "{% load static %}",
    "{% debug %}",
    "{{ 'x' | system }}",
    "{{ 'eA==' | base64_decode }}",
    "{{ '<b>' | safe }}",
)
BOMBS = (
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..5000) %}{% for j in (1..5000) %}x{% endfor %}{% endfor %}",
    "{% assign x = 'xxxxxxxxxxxxxxxx' %}"
    + "{% for i in (1..40) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}",
    "{% for i in (1..4000) %}" + "x" * 200 + "{% endfor %}",
    "{% if true %}" * 60 + "{% endif %}" * 60,
)


def _poisoned(text: str) -> dict[str, Any]:
    values: dict[str, Any] = dict(samples.values())
    values["contact"] = {"name": text}
    values["customer"] = {"name": text, "kind": "company"}
    values["creditor"] = {**values["creditor"], "name": text, "identity_line": text, "signature_name": text}
    values["invoices"][0].update(number=text, subject=text, purchase_order=text, documents=[text])
    values["attachments"] = [text]
    values["mandatory"] = {"complaint_body": text, "otro": text}
    values["options"]["methods"] = [text]
    return values


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", NASTY)
def test_values_stay_text(kind: str, text: str) -> None:
    values = _poisoned(text)
    calm = letter(kind=kind, locale="es_CO", values=_poisoned("calma"))
    made = letter(kind=kind, locale="es_CO", values=values)
    tree = lxml_html.document_fromstring(made.html)
    assert tree.xpath("//script | //img") == []
    links = [str(link) for link in tree.xpath("//a/@href")]
    assert links == lxml_html.document_fromstring(calm.html).xpath("//a/@href")
    assert made.text.count("\n") == calm.text.count("\n"), "a value adds no line"
    assert all(char.isprintable() for char in made.subject)
    assert all(char.isprintable() or char == "\n" for char in made.text)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "http://malo.example", "", "https://a b"]
)
def test_a_link_leads_only_to_an_honest_address(address: str) -> None:
    values = samples.values()
    values["links"]["portal"] = address
    with pytest.raises(LetterError, match="not an address a letter may point to"):
        letter(kind="friendly", locale="es_CO", values=values)
    with pytest.raises(LetterError):
        letter(
            kind="friendly", locale="es_CO", values=values, overrides={"body": "[ver](javascript:alert(1))"}
        )


@pytest.mark.parametrize("probe", PROBES)
def test_templates_reach_nothing(probe: str) -> None:
    with pytest.raises(LetterError):
        letter(kind="friendly", locale="es_CO", values=samples.values(), overrides={"body": probe})


@pytest.mark.parametrize("bomb", BOMBS)
def test_limits_stop_a_template_that_runs_away(bomb: str) -> None:
    start = time.perf_counter()
    with pytest.raises(LetterError):
        letter(kind="friendly", locale="es_CO", values=samples.values(), overrides={"body": bomb})
    assert time.perf_counter() - start < 3


def test_a_template_writes_no_html_of_its_own() -> None:
    body = '<script>alert(1)</script> & <b>x</b>\n\n[a"b](https://x.example/"onclick="y)'
    made = letter(kind="friendly", locale="es_CO", values=samples.values(), overrides={"body": body})
    tree = lxml_html.document_fromstring(made.html)
    assert tree.xpath("//script | //b | //*[@onclick]") == []
    assert "<script>alert(1)</script> & <b>x</b>" in made.text
    for quoted in ("{{ '<i>y</i>' }}", '{% assign x = "<b>" %}{{ x }}', "{{ greeting | default: '<u>' }}"):
        with pytest.raises(LetterError, match="in quotes"):
            letter(kind="friendly", locale="es_CO", values=samples.values(), overrides={"body": quoted})


def test_what_is_missing_is_named() -> None:
    values: dict[str, Any] = dict(samples.values())
    del values["links"]
    with pytest.raises(LetterError, match=r"'friendly' in 'es_CO' has no value for 'links'.*values\.py"):
        letter(kind="friendly", locale="es_CO", values=values)
    del values["payment"]
    with pytest.raises(LetterError, match="has no value for 'payment'"):
        letter(kind="friendly", locale="es_CO", values=values)
    with pytest.raises(LetterError, match="no value for 'nombre'"):
        letter(
            kind="friendly", locale="es_CO", values=samples.values(), overrides={"body": "Hola {{ nombre }}"}
        )
