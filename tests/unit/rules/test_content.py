# SPDX-License-Identifier: Apache-2.0
"""What no text may say, found in messages as people write them; what a courteous text says is let through."""

from __future__ import annotations

import pytest

from conserje.domain.rules.content import check

CO = frozenset(
    {
        "ask_reason_for_default",
        "threat",
        "shame",
        "false_bureau_threat",
        "court_like_document",
        "marketing_in_collection",
    }
)


def categories(text: str, language: str, forbidden: frozenset[str] = CO) -> set[str]:
    return {finding.category for finding in check(text=text, language=language, pack_forbidden=forbidden)}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es_CO", "¿Por qué no ha pagado?"),
        ("es_CO", "¿POR QUÉ AÚN NO HA CANCELADO la factura FE-1042?"),
        ("es", "Por que no paga la cuota de marzo?"),
        ("es", "¿Cuál es el motivo del atraso?"),
        ("es", "Indíquenos la razón de la mora."),
        ("es", "¿A qué se debe la demora?"),
        ("es", "¿Qué le impide pagar?"),
        ("es", "Cuéntenos qué pasó."),
        ("es", "¿Hay algo que la está deteniendo?"),
        ("es", "¿Por q\u200bué no ha pag\u200bado?".replace("q\u200bué", "qu\u200bé")),
        ("en", "Why haven't you paid?"),
        ("en", "Why haven’t you paid?"),
        ("en", "What is the reason for the delay?"),
        ("en", "Is there anything holding you up?"),
        ("pt_BR", "Por que ainda não pagou?"),
        ("pt_BR", "Qual o motivo do atraso?"),
        ("pt_BR", "Tem algo atrapalhando?"),
        ("de", "Why haven't you paid?"),
    ],
)
def test_the_question_why_is_refused(language: str, text: str) -> None:
    assert categories(text, language) - {"capitals", "forbidden_word"} == {"ask_reason_for_default"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es_CO", "¿Qué fecha le sirve?"),
        (
            "es_CO",
            "Puede pagarlo, elegir una fecha o dividirlo en 2 o 3 cuotas sin recargo. ¿Qué le sirve más?",
        ),
        ("es_CO", "Si ya está pagada o programada, basta con decirnos la fecha."),
        ("es_CO", "Razón social Taller Ejemplo S.A.S.; intereses de mora 0 y gastos 0."),
        ("es_CO", "¿Qué paso sigue para pagar? Toque el botón."),
        ("es_CO", "Si no están de acuerdo con una parte, solo esa parte queda en pausa."),
        (
            "es_CO",
            "Esta es una comunicación formal y extrajudicial. Nada más ocurre sin avisarles antes por escrito.",
        ),
        (
            "es_CO",
            "Una persona de la gerencia decidirá si se entrega a nuestro abogado. Lo sabrán antes, por escrito.",
        ),
        ("es_CO", "Gracias, Laura. Recibimos $ 3.808.000 COP el viernes 4 de diciembre por PSE."),
        (
            "es_CO",
            "Pague en pagos.tallerejemplo.co o por transferencia; nunca cambiamos cuentas por mensaje.",
        ),
        ("en", "Which date works for you? You can pay, choose a date or split it in three."),
        ("en", "This is why we write: the invoice is attached again. You can pay by card."),
        ("pt_BR", "Qual data fica melhor? Pague com Pix ou boleto."),
    ],
)
def test_courteous_words_pass(language: str, text: str) -> None:
    assert categories(text, language) == set()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "es_CO",
            "Sr. cliente MOROSO, su factura vence HOY. ¿Por qué no ha pagado? Evite reporte. bit.ly/x",
            {"forbidden_word", "ask_reason_for_default", "threat", "short_link"},
        ),
        (
            "es_CO",
            "DEMANDA FORMAL. Ante su silencio tiene 48 horas so pena de embargo. C.C.: sus clientes.",
            {"forbidden_word", "shame", "false_urgency", "threat", "third_party_pressure"},
        ),
        (
            "es_CO",
            "ÚLTIMA OPORTUNIDAD: ignoró 14 intentos. Solo hoy 10 %. Mañana Datacrédito y visita a su oficina.",
            {"forbidden_word", "shame", "false_urgency", "false_bureau_threat", "threat"},
        ),
        (
            "es_CO",
            "¡Por fin al día! Evite inconvenientes: active débito automático y gane 15 % en su próximo proyecto",
            {"shame", "threat", "marketing_in_collection"},
        ),
        ("es_CO", "Dígale a Laura que urge.", {"third_party_pressure", "false_urgency"}),
        ("es", "Noté que la factura sigue abierta.", {"calque"}),
        ("es", "Departamento de cobranzas", {"forbidden_word"}),
        ("es", "Oferta de liquidación", {"forbidden_word"}),
        ("en", "Final warning to the debtor: we will take legal action.", {"forbidden_word", "threat"}),
        ("en", "This will hurt your credit score.", {"false_bureau_threat"}),
        ("pt_BR", "Cliente inadimplente, evite protesto.", {"forbidden_word", "threat"}),
    ],
)
def test_each_category_is_found(language: str, text: str, expected: set[str]) -> None:
    assert categories(text, language) == expected


def test_the_gentle_question_is_refused_only_where_law_forbids_it() -> None:
    text = "¿Hay algo que la está deteniendo?"
    assert categories(text, "es_MX", frozenset()) == set()
    assert categories("¿Por qué no ha pagado?", "es_MX", frozenset()) == {"ask_reason_for_default"}


def test_a_finding_says_where_by_what_right_and_what_instead() -> None:
    text = "Hola.  ¿Por   qué no ha\npagado?"
    (found,) = check(text=text, language="es_CO", pack_forbidden=CO)
    assert text[found.start :].startswith(found.matched)
    assert found.matched == "Por   qué no ha\npagado"
    assert found.by_law
    assert found.alternative == "offer_options"
    (word,) = check(text="Su liquidación", language="es", pack_forbidden=CO)
    assert (word.by_law, word.alternative, word.start) == (False, "pago_con_descuento", 3)
