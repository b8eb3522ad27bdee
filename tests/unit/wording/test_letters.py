# SPDX-License-Identifier: Apache-2.0
"""Every letter read as its reader would: golden texts, words never used, sizes, and what every letter must hold.

After a deliberate change of words, `CONSERJE_WRITE_GOLDEN=1` writes the golden texts anew; read them in the diff.
"""

from __future__ import annotations

import itertools
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import fold
from conserje.wording import samples
from conserje.wording.formats import money
from conserje.wording.render import Letter, letter, text_only
from conserje.wording.shelf import LetterError
from conserje.wording.values import KINDS, LetterValues

GOLDEN = Path(__file__).parent / "golden"
LOCALES = ("es_CO", "es", "en", "pt_BR")
FORBIDDEN = re.compile(
    r"\b(demanda\w*|liquid\w*|moros\w+|mora|deud\w+|cobranza\w*|cobro\w*|ultima oportunidad|mediacion|embargo\w*"
    r"|datacredito|reporte\w*|urgen\w+|inmediat\w+|por que|motivo\w*|note que|discut\w+|prejuridic\w+|juridic\w+"
    r"|demand\w*|debt\w*|delinquen\w+|default\w*|collections?|last chance|final warning|lawsuit|bureau|urgent\w*|why"
    r"|reason\w*|conserje|inadimplen\w+|devedor\w*|divida\w*|calote\w*|protest\w+|negativ\w+|serasa|spc)\b"
)
EXITS = {
    "es": ("Cambiar canal, horario o contacto", "No recibir más"),
    "en": ("Change the channel", "Stop messages"),
    "pt": ("Mudar canal, horário ou contato", "Não receber mais"),
}
ANSWERS = ("thank_you", "link_again", "code", "card_expiring", "subscription_cancelled", "answer")
CHASING = [kind for kind in KINDS if kind not in ANSWERS]


def _told(kind: str, on: date | None, channel: str | None, letter_kind: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "on": on, "channel": channel, "letter": letter_kind}


def _said(on: date, channel: str) -> dict[str, Any]:
    return {"on": on, "channel": channel}


SCENES: dict[str, dict[str, Any]] = {
    "preventive": {"next": _told("contact", date(2026, 11, 17), "email", "friendly")},
    "friendly": {"next": _told("contact", date(2026, 11, 24), "whatsapp")},
    "follow_up": {
        "announced": _said(date(2026, 11, 17), "email"),
        "next": _told("contact", date(2026, 12, 3), "call"),
    },
    "follow_up_second": {
        "announced": _said(date(2026, 11, 24), "whatsapp"),
        "next": _told("contact", date(2026, 12, 10), "email", "formal"),
    },
    "formal": {
        "announced": _said(date(2026, 11, 24), "whatsapp"),
        "answer_by": date(2026, 12, 22),
        "next": _told("contact", date(2027, 1, 6), "email", "final"),
    },
    "formal_second": {
        "announced": _said(date(2026, 12, 10), "email"),
        "answer_by": date(2026, 12, 29),
        "next": _told("contact", date(2027, 1, 6), "email", "final"),
    },
    "final": {
        "announced": _said(date(2026, 12, 10), "email"),
        "answer_by": date(2027, 1, 22),
        "next": _told("last", None, None),
    },
    "thank_you": {
        "next": _told("none", None, None),
        "attachments": ["recibo-88.pdf", "paz-y-salvo-FE-1042.pdf"],
    },
    "link_again": {"next": _told("contact", date(2026, 11, 24), "whatsapp"), "attachments": []},
    "card_failed": {"next": _told("contact", date(2026, 11, 17), "email", "card_again"), "attachments": []},
    "card_again": {"next": _told("contact", date(2026, 11, 23), "email", "card_ways"), "attachments": []},
    "card_ways": {"next": _told("contact", date(2026, 11, 30), "email", "card_pause"), "attachments": []},
    "card_pause": {"next": _told("last", None, None), "attachments": []},
    "card_expiring": {"next": _told("none", None, None), "attachments": []},
    "subscription_cancelled": {"next": _told("none", None, None), "attachments": []},
    "code": {"next": _told("contact", date(2026, 11, 24), "whatsapp"), "attachments": []},
    "answer": {"next": _told("contact", date(2026, 12, 1), "email"), "attachments": []},
}
GOLDEN_CASES = [(kind, locale, "one") for kind in KINDS for locale in ("es_CO", "en", "pt_BR")] + [
    ("thank_you", "pt_BR", "partial"),
    ("friendly", "pt_BR", "three"),
    ("friendly", "es", "one"),
    ("friendly", "es_CO", "three"),
    ("friendly", "en", "three"),
    ("friendly", "es_CO", "person"),
    ("final", "es_CO", "three"),
    ("thank_you", "es_CO", "partial"),
    ("thank_you", "en", "partial"),
]


def scene(kind: str, variant: str) -> LetterValues:
    """Values as the case stands when a letter of `kind` leaves; the variants change one thing each."""
    changes = dict(SCENES[kind])
    if variant == "three":
        return samples.values(count=3, currencies=2, **changes)
    if variant == "person":
        changes["customer"] = {"name": "Persona Ficticia", "kind": "person"}
        changes["contact"] = {"name": "PERSONA FICTICIA"}
        return samples.values(parts=False, **{**changes, "attachments": []})
    if variant == "partial":
        changes.update(
            payment=samples.payment(full=False), next=_told("contact", date(2026, 12, 18), "email")
        )
    return samples.values(**changes)


def every_combination() -> list[LetterValues]:
    """1, 3, 10 invoices x 1, 2 currencies x logo x contact name x tax parts x person or company."""
    found = []
    for count, currencies, logo, name, parts in itertools.product(
        (1, 3, 10), (1, 2), (False, True), ("Laura Pérez", ""), (True, False)
    ):
        kind = "company" if count > 1 else "person"
        found.append(
            samples.values(
                count=count,
                currencies=currencies,
                parts=parts,
                creditor=samples.creditor(logo=logo),
                contact={"name": name},
                customer={"name": "Alguien Ficticio", "kind": kind},
                payment=samples.payment(full=parts),
            )
        )
    return found


def check(made: Letter, *, kind: str, language: str, text_too: bool = True) -> None:
    assert 10 <= len(made.subject) <= 150
    assert "\n" not in made.subject
    assert 10 <= len(made.preheader) <= 110
    assert len(made.html.encode()) <= 60_000
    assert len(made.text) <= 8_000
    for part in (made.subject, made.preheader, made.text):
        assert FORBIDDEN.search(fold(part)) is None, FORBIDDEN.search(fold(part))
        assert "{{" not in part
        assert "{%" not in part
        assert "None" not in part
        assert "**" not in part
    assert "  " not in made.text.replace("\n", "")
    assert all(words in made.text for words in EXITS[language])
    assert "601 000 0000" in made.text
    assert "Taller Ejemplo S.A.S., NIT 900.000.000-0" in made.text
    assert "SIC" in made.text
    first_line = made.text.split("\n")[0]
    assert not re.search(r"\$|COP|USD", first_line) or kind == "thank_you"
    _check_html(made)


def _check_html(made: Letter) -> None:
    tree = lxml_html.document_fromstring(made.html)
    strict = etree.HTMLParser(recover=True)
    etree.fromstring(made.html.encode(), parser=strict)
    odd = [str(error) for error in strict.error_log if "Tag" not in error.message]
    assert odd == []
    assert tree.get("lang") == made.language
    assert tree.xpath("//script | //iframe | //form | //object | //link | //base") == []
    assert all(source.startswith("cid:") for source in tree.xpath("//@src"))
    assert "url(" not in made.html
    assert "@import" not in made.html
    assert all(link.startswith("https://") for link in tree.xpath("//a/@href"))
    assert not any(name.startswith("on") for name in {a for e in tree.iter() for a in map(str, e.attrib)})
    assert all(image.get("alt") for image in tree.xpath("//img"))
    for table in tree.xpath("//table[not(@role)]"):
        assert table.xpath(".//th[@scope]"), "a table of values has heads"


@pytest.mark.parametrize(("kind", "locale", "variant"), GOLDEN_CASES)
def test_reads_as_agreed(kind: str, locale: str, variant: str) -> None:
    made = letter(kind=kind, locale=locale, values=scene(kind, variant))
    shown = f"Subject: {made.subject}\nPreheader: {made.preheader}\n\n{made.text}"
    file = GOLDEN / f"{kind}.{variant}.{locale}.txt"
    if os.environ.get("CONSERJE_WRITE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")
    check(made, kind=kind, language=locale[:2])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_combination_renders_and_keeps_the_rules(kind: str, locale: str) -> None:
    for values in every_combination():
        made = letter(kind=kind, locale=locale, values=values)
        check(made, kind=kind, language=locale[:2])
        if kind in CHASING:
            assert re.search(r"[Ii]nterest|[Ii]ntereses|[Jj]uros", made.text), (
                "the parts of the amount are told"
            )
            assert all(money(item["open"], locale) in made.text for item in values["balances"])
            assert all(item["number"] in made.text for item in values["invoices"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("coming", ["contact", "last", "person", "none"])
def test_every_letter_says_what_comes_next(kind: str, locale: str, coming: str) -> None:
    values = samples.values(next=samples.coming(kind=coming))
    told = {"es": "Qué sigue:", "en": "What comes next:", "pt": "O que vem a seguir:"}[locale[:2]]
    assert text_only(kind=kind, locale=locale, values=values).count(told) == 1


@pytest.mark.parametrize("kind", CHASING)
def test_text_and_html_say_the_same(kind: str) -> None:
    made = letter(kind=kind, locale="es_CO", values=scene(kind, "three"))
    body = lxml_html.document_fromstring(made.html).body
    for hidden in body.xpath("//div[contains(@style, 'display:none')]"):
        hidden.drop_tree()
    in_html = set(re.findall(r"\w+", " ".join(body.itertext()).lower()))
    in_text = set(re.findall(r"\w+", re.sub(r"<?https://\S+", "", made.text).lower()))
    assert in_text - in_html <= {"1", "2", "3", "4"}
    assert in_html - in_text <= {"factura"}, "only the first head of a table is left out of the text"


@pytest.mark.parametrize("flag", ["pay", "choose_date", "disagree", "wrong_person", "plan", "settle"])
def test_an_offer_is_written_only_if_it_can_be_honoured(flag: str) -> None:
    words = {
        "pay": "Pagar el total",
        "choose_date": "Decirnos la fecha",
        "disagree": "Si no está de acuerdo",
        "wrong_person": "otra persona",
        "plan": "cuotas",
        "settle": "descuento",
    }
    base = samples.values()
    for on in (True, False):
        options = {**base["options"], flag: on}
        made = text_only(kind="formal", locale="es_CO", values={**base, "options": options})
        assert (words[flag] in made) is on


def test_no_option_at_all_still_reads_well() -> None:
    base = samples.values()
    options = dict.fromkeys(base["options"], False) | {"methods": []}
    for kind, locale in itertools.product(KINDS, LOCALES):
        made = letter(kind=kind, locale=locale, values={**base, "options": options})
        check(made, kind=kind, language=locale[:2])
        assert "Ver y pagar" not in made.text
        assert "View and pay" not in made.text


def test_mandatory_texts_always_appear_even_in_an_edited_letter() -> None:
    slots = {
        "creditor_identity": "IDENTIDAD-1",
        "obligation_reference": "OBLIGACION-2",
        "amount_breakdown": "DESGLOSE-3",
        "how_to_change_channel_or_stop": "SALIDA-4",
        "data_controller_and_rights": "DATOS-5",
        "complaint_body": "RECLAMO-6",
        "a_slot_of_another_country": "OTRO-7",
    }
    for kind, locale in itertools.product(KINDS, LOCALES):
        for overrides in (None, {"body": "{{ greeting }}."}):
            made = letter(
                kind=kind, locale=locale, values=samples.values(mandatory=slots), overrides=overrides
            )
            for text in slots.values():
                assert made.text.count(text) == 1
                assert text in made.html


def test_amounts_that_do_not_add_up_are_refused() -> None:
    values = samples.values()
    values["invoices"][0]["open"] = values["invoices"][0]["total"] + Money("COP", 100)
    with pytest.raises(LetterError, match="nobody may be asked for more"):
        letter(kind="friendly", locale="es_CO", values=values)


def test_charges_payments_credits_and_withholdings_are_told() -> None:
    values = samples.values()
    for item in (values["invoices"][0], values["balances"][0]):
        item.update(
            paid=Money("COP", 50_000_000),
            credited=Money("COP", 10_000_000),
            interest=Money("COP", 1_200_000),
            fees=Money("COP", 300_000),
            open=Money("COP", 380_800_000 - 60_000_000 + 1_500_000 - 8_000_000),
        )
    made = text_only(kind="friendly", locale="es_CO", values=values)
    assert (
        "Valor 3.200.000 + IVA 608.000; abonos 500.000; notas crédito 100.000; retenciones y ajustes 80.000; "
        "intereses 12.000; gastos 3.000." in made
    )
    assert "Saldo: $ 3.143.000 COP" in made


def test_old_invoices_carry_their_year_and_many_are_summed_up() -> None:
    values = samples.values()
    values["invoices"][0]["days_late"] = 400
    assert "12 de noviembre de 2026" in text_only(kind="friendly", locale="es_CO", values=values)
    crowd = letter(kind="friendly", locale="es_CO", values=samples.values(count=200, attachments=[]))
    assert "Y 170 más" in crowd.text
    assert len(crowd.html.encode()) <= 60_000


def test_locales_fall_back_and_odd_orders_are_refused() -> None:
    values = samples.values()
    assert letter(kind="friendly", locale="es_MX", values=values).language == "es"
    assert letter(kind="friendly", locale="en_GB", values=values).language == "en"
    assert letter(kind="friendly", locale="fr_FR", values=values).language == "en"
    assert letter(kind="friendly", locale="es-CO", values=values).language == "es-CO"
    with pytest.raises(LetterError, match="no letter 'angry'"):
        letter(kind="angry", locale="es_CO", values=values)
    with pytest.raises(LetterError, match="no part 'footer'"):
        letter(kind="friendly", locale="es_CO", values=values, overrides={"footer": ""})


def test_the_version_follows_the_source() -> None:
    values = samples.values()
    plain = letter(kind="friendly", locale="es_CO", values=values)
    again = letter(kind="friendly", locale="es_CO", values=samples.values(count=3))
    edited = letter(
        kind="friendly", locale="es_CO", values=values, overrides={"subject": "Otra {{ reference }}"}
    )
    assert plain.template_version == again.template_version != edited.template_version
    assert re.fullmatch(r"es_CO/friendly@[0-9a-f]{12}", plain.template_version)


@pytest.mark.parametrize("kind", ["preventive", "friendly", "follow_up"])
@pytest.mark.parametrize(
    ("locale", "said", "rule"),
    [
        ("es_CO", "cuota 2 de 3", "pasa una sola vez al final del plan"),
        ("en", "instalment 2 of 3", "once, without surcharge"),
    ],
)
def test_a_letter_about_an_instalment_speaks_of_it_and_of_the_rule(
    kind: Any, locale: str, said: str, rule: str
) -> None:
    made = letter(kind=kind, locale=locale, values=samples.planned())

    assert f"FE-1042, {said}" in made.text
    assert rule in made.text
