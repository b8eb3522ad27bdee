# SPDX-License-Identifier: Apache-2.0
"""Columns find their fields by themselves, from headers in three languages and then from what the cells hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.connectors.sheets import csv_file, doubts, fields, invoices, rows, understood, workbook

from conserje.connectors.tabular_files import ADAPTER
from conserje.connectors.tabular_files.mapping import SEVERAL
from conserje.connectors.tabular_files.reasons import SENTENCES, code_of, sentence
from conserje.connectors.tabular_files.vocabulary import role_of, vocabulary, words
from conserje.domain.ports.connector import Field

DATA = {
    Field.INVOICE_NUMBER: ("FE-1", "FE-2", "FE-3", "FE-4"),
    Field.PURCHASE_ORDER: ("OC-8", "OC-9", "OC-10", "OC-11"),
    Field.SUBJECT: ("Rediseño del sitio", "Soporte de enero", "Fotografía", "Rediseño, fase 2"),
    Field.ISSUED_ON: ("13/01/2026", "02/02/2026", "03/03/2026", "04/04/2026"),
    Field.DUE_ON: ("13/02/2026", "02/03/2026", "03/04/2026", "04/05/2026"),
    Field.TERM_DAYS: ("30 días", "contado", "60", "Crédito 30 días"),
    Field.DAYS_LATE: ("12", "-3", "0", "128"),
    Field.TOTAL: ("1.190.000,00", "2.380.000,00", "595.000,50", "119.000,00"),
    Field.NET: ("1.000.000,00", "2.000.000,00", "500.000,50", "100.000,00"),
    Field.TAX: ("190.000,00", "380.000,00", "95.000,00", "19.000,00"),
    Field.WITHHOLDING: ("40.000,00", "80.000,00", "20.000,00", "0,00"),
    Field.OPEN_AMOUNT: ("1.150.000,00", "2.300.000,00", "575.000,50", "0,00"),
    Field.PAID_AMOUNT: ("0,00", "0,00", "1.000,00", "119.000,00"),
    Field.PAID_ON: ("", "", "05/04/2026", "06/05/2026"),
    Field.CURRENCY: ("COP", "COP", "USD", "COP"),
    Field.CUSTOMER_REFERENCE: ("C-01", "C-02", "C-01", "C-03"),
    Field.CUSTOMER_NAME: ("Panadería Ñandú SAS", "Café Acción Ltda", "Panadería Ñandú SAS", "Óptica Lince"),
    Field.CUSTOMER_TAX_ID: ("900123456-8", "800234567-1", "900123456-8", "830999111-2"),
    Field.CONTACT_NAME: ("Laura Ejemplo", "Marcos Ejemplo", "Laura Ejemplo", "Ana Ejemplo"),
    Field.EMAIL: ("laura@ejemplo.co", "marcos@ejemplo.co, pagos@ejemplo.co", "laura@ejemplo.co", ""),
    Field.PHONE: ("+57 601 000 0000", "300 123 4567", "(601) 000 0000 ext 12", "3001234567"),
    Field.STATUS: ("Pendiente", "Vencida", "Parcial", "Pagada"),
    Field.NOTES: ("Llamar el lunes", "", "Espera orden de compra", "Gracias"),
}
IN_WORDS = [
    {  # Colombia
        "No. Factura": Field.INVOICE_NUMBER,
        "Fecha Factura": Field.ISSUED_ON,
        "F. Vto": Field.DUE_ON,
        "NIT": Field.CUSTOMER_TAX_ID,
        "Razón Social": Field.CUSTOMER_NAME,
        "Vr. Total": Field.TOTAL,
        "Subtotal": Field.NET,
        "IVA": Field.TAX,
        "Retefuente": Field.WITHHOLDING,
        "Abonos": Field.PAID_AMOUNT,
        "Saldo por cobrar": Field.OPEN_AMOUNT,
        "Correo electrónico": Field.EMAIL,
        "Celular": Field.PHONE,
        "Observaciones": Field.NOTES,
        "Concepto": Field.SUBJECT,
    },
    {  # Mexico
        "Folio": Field.INVOICE_NUMBER,
        "Cliente": Field.CUSTOMER_NAME,
        "RFC": Field.CUSTOMER_TAX_ID,
        "Fecha de emisión": Field.ISSUED_ON,
        "Fecha límite de pago": Field.DUE_ON,
        "Importe": Field.TOTAL,
        "Moneda": Field.CURRENCY,
        "Estatus": Field.STATUS,
        "Contacto": Field.CONTACT_NAME,
        "WhatsApp": Field.PHONE,
    },
    {  # the same thing under vaguer words
        "Documento": Field.INVOICE_NUMBER,
        "Nombre": Field.CUSTOMER_NAME,
        "Código": Field.CUSTOMER_REFERENCE,
        "Fecha": Field.ISSUED_ON,
        "Vence": Field.DUE_ON,
        "Valor": Field.TOTAL,
        "Pendiente": Field.OPEN_AMOUNT,
    },
    {  # terms in place of a due date
        "Nro. Fra": Field.INVOICE_NUMBER,
        "Tercero": Field.CUSTOMER_NAME,
        "Emisión": Field.ISSUED_ON,
        "Condiciones de pago": Field.TERM_DAYS,
        "Monto": Field.TOTAL,
        "O.C.": Field.PURCHASE_ORDER,
    },
    {  # days late, nothing better
        "Comprobante": Field.INVOICE_NUMBER,
        "Deudor": Field.CUSTOMER_NAME,
        "Saldo": Field.OPEN_AMOUNT,
        "Días de mora": Field.DAYS_LATE,
    },
    {  # English, from a system
        "invoice_number": Field.INVOICE_NUMBER,
        "customerName": Field.CUSTOMER_NAME,
        "issue_date": Field.ISSUED_ON,
        "Due Date": Field.DUE_ON,
        "Amount Due": Field.OPEN_AMOUNT,
        "Invoice Total": Field.TOTAL,
        "PO Number": Field.PURCHASE_ORDER,
        "Payment Date": Field.PAID_ON,
        "Amount Paid": Field.PAID_AMOUNT,
        "Currency": Field.CURRENCY,
        "E-mail": Field.EMAIL,
    },
    {  # Portuguese
        "Nº NF": Field.INVOICE_NUMBER,
        "Sacado": Field.CUSTOMER_NAME,
        "Data de emissão": Field.ISSUED_ON,
        "Data de vencimento": Field.DUE_ON,
        "Valor do título": Field.TOTAL,
        "Valor em aberto": Field.OPEN_AMOUNT,
        "Data de pagamento": Field.PAID_ON,
        "Situação": Field.STATUS,
        "Telefone": Field.PHONE,
        "Descrição": Field.SUBJECT,
    },
    {  # SAP
        "doc_id": Field.IGNORE,
        "cust_number": Field.CUSTOMER_REFERENCE,
        "name_customer": Field.CUSTOMER_NAME,
        "due_in_date": Field.DUE_ON,
        "document_create_date": Field.ISSUED_ON,
        "total_open_amount": Field.OPEN_AMOUNT,
        "invoice_id": Field.INVOICE_NUMBER,
        "invoice_currency": Field.CURRENCY,
    },
]


@pytest.mark.parametrize("headers", IN_WORDS, ids=["co", "mx", "vague", "terms", "late", "en", "pt", "sap"])
def test_headers_in_three_languages_find_their_fields(tmp_path: Path, headers: dict[str, Field]) -> None:
    columns = [DATA.get(field, DATA[Field.INVOICE_NUMBER]) for field in headers.values()]
    lines = [";".join(headers), *(";".join(cells) for cells in zip(*columns, strict=True))]
    plan = understood(csv_file(tmp_path, "\n".join(lines)))
    assert fields(plan.sheets[0]) == headers


def test_no_two_columns_take_one_field_and_every_guess_says_why(tmp_path: Path) -> None:
    text = "factura;no. factura;cliente;razón social;vence;fecha límite;saldo;balance\n" + "\n".join(
        f"FE-{i};FE-{i};Uno;Uno SAS;{i + 12}/01/2026;{i + 12}/01/2026;{i}.000,00;{i}.000,00"
        for i in range(1, 9)
    )
    sheet = understood(csv_file(tmp_path, text)).sheets[0]
    single = [guess.field for guess in sheet.columns if guess.field not in SEVERAL]
    assert len(single) == len(set(single)) == 4
    assert all(
        0 <= guess.confidence <= 100 and sentence(guess.why) in SENTENCES.values() for guess in sheet.columns
    )


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Vencimiento", ("30", "60", "0"), Field.TERM_DAYS),
        ("Plazo", ("13/02/2026", "14/02/2026", "15/02/2026"), Field.DUE_ON),
        ("Contacto", ("a@ejemplo.co", "b@ejemplo.co", "c@ejemplo.co"), Field.EMAIL),
        ("Pagado", ("13/02/2026", "", "15/02/2026"), Field.PAID_ON),
        ("Pagado", ("sí", "no", "no"), Field.STATUS),
        ("Pagado", ("10,50", "0,00", "7,25"), Field.PAID_AMOUNT),
        ("Referente", ("a@ejemplo.co", "b@ejemplo.co", "c@ejemplo.co"), Field.EMAIL),
        ("Vendedor", ("Ana Ruiz", "Luis Paz", "Ana Ruiz"), Field.IGNORE),
        ("1-30", ("10,50", "0,00", "7,25"), Field.IGNORE),
    ],
)
def test_the_cells_correct_the_header(
    tmp_path: Path, header: str, cells: tuple[str, ...], field: Field
) -> None:
    lines = [f"Factura;Cliente;Emisión;Total;{header}"]
    lines += [f"FE-{i};Cliente {i};{13 + i}/01/2026;{i}00,50;{cell}" for i, cell in enumerate(cells, 1)]
    sheet = understood(csv_file(tmp_path, "\n".join(lines))).sheets[0]
    assert fields(sheet)[header] is field


def test_a_sheet_without_headers_is_understood_by_its_cells_and_says_so(tmp_path: Path) -> None:
    text = "\n".join(
        f"FE-{i};Comercial {i % 3} SAS;{12 + i}/01/2026;{12 + i}/02/2026;{i}.200,50" for i in range(1, 9)
    )
    path = csv_file(tmp_path, text)
    sheet = understood(path).sheets[0]
    assert list(fields(sheet).values()) == [
        Field.INVOICE_NUMBER,
        Field.CUSTOMER_NAME,
        Field.ISSUED_ON,
        Field.DUE_ON,
        Field.TOTAL,
    ]
    assert "header_absent" in doubts(sheet)
    assert invoices(rows(path))[0].line == 1


def test_group_words_above_merged_headers_tell_equal_headers_apart(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        Hoja=[
            ["Cliente", None, "Factura", None, "Valores", None],
            ["Nombre", "NIT", "Número", "Fecha", "Total", "Saldo"],
            *(
                [f"Uno {i} SAS", "900123456-8", 100 + i, f"{12 + i}/01/2026", 10.5 * i, 10.5 * i]
                for i in range(1, 9)
            ),
        ],
    )
    assert list(fields(understood(path).sheets[0]).values()) == [
        Field.CUSTOMER_NAME,
        Field.CUSTOMER_TAX_ID,
        Field.INVOICE_NUMBER,
        Field.ISSUED_ON,
        Field.TOTAL,
        Field.OPEN_AMOUNT,
    ]


def test_a_saved_plan_is_used_again_for_the_same_headers_and_only_for_them(tmp_path: Path) -> None:
    text = "factura;cliente;vence;saldo;detalle\nFE-1;Uno;13/01/2026;1.000,00;algo\n"
    plan = understood(csv_file(tmp_path, text))
    sheet = plan.sheets[0]
    chosen = tuple(replace(g, field=Field.NOTES) if g.header == "detalle" else g for g in sheet.columns)
    saved = replace(plan, sheets=(replace(sheet, columns=chosen),))
    again = understood(
        csv_file(tmp_path, "Cartera\n\n" + text + "FE-2;Dos;1/2/2026;5;x\n"), saved=saved
    ).sheets[0]
    assert again.header_row == 3
    assert fields(again)["detalle"] is Field.NOTES
    assert {code_of(guess.why) for guess in again.columns} == {"saved"}
    other = understood(csv_file(tmp_path, text.replace("detalle", "concepto")), saved=saved).sheets[0]
    assert fields(other)["concepto"] is Field.SUBJECT


def test_conventions_of_a_saved_plan_yield_to_what_the_values_prove(tmp_path: Path) -> None:
    text = "factura;cliente;vence;saldo\nFE-1;Uno;05/01/2026;3.808\n"
    saved = understood(csv_file(tmp_path, text.replace("05/01", "25/01")))
    assert "date_order_assumed" not in doubts(understood(csv_file(tmp_path, text), saved=saved).sheets[0])
    changed = understood(
        csv_file(tmp_path, text.replace("05/01", "01/25") + "FE-2;Dos;01/26/2026;12.5\n"), saved=saved
    )
    assert (changed.sheets[0].decimal, changed.sheets[0].date_order) == (".", "mdy")
    assert "saved_plan_contradicted" in doubts(changed.sheets[0])


def test_every_synonym_is_in_the_form_in_which_headers_are_compared() -> None:
    book = vocabulary()
    for table in (book.strong, book.weak):
        assert all(phrase == words(phrase) and phrase for phrase in table)
    twice = {phrase: found for phrase, found in book.strong.items() if len(found) > 1}
    assert not twice, "one header cannot mean two fields strongly"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Cuentas por pagar", "accounts_payable"),
        ("Auxiliar Contable", "accounts_payable"),
        ("Tesorería", "treasury"),
        ("Directora Financiera", "treasury"),
        ("Dueño", "owner"),
        ("Gerente", "decision_maker"),
        ("Gerente de compras", "decision_maker"),
        ("Contas a pagar", "accounts_payable"),
        ("Recepción", "other"),
        ("", ""),
    ],
)
def test_roles_become_our_words(text: str, role: str) -> None:
    assert role_of(text) == role


def test_a_dotted_tax_number_without_its_check_digit_is_no_amount(tmp_path: Path) -> None:
    path = tmp_path / "cartera.csv"
    lines = ["Factura;Cliente;NIT;Vence;Valor;Saldo"]
    lines += [f"FE-{n};Cliente {n};900.000.1{n:02};31/10/2026;1.500.{n:03};1.500.{n:03}" for n in range(20)]
    path.write_text("\n".join(lines), "utf-8")
    (sheet,) = ADAPTER.understand(path, currency="COP", today=date(2026, 11, 17)).sheets
    found = {column.header: column.field for column in sheet.columns}
    assert (found["NIT"], found["Valor"], found["Saldo"]) == (
        Field.CUSTOMER_TAX_ID,
        Field.TOTAL,
        Field.OPEN_AMOUNT,
    )
