# SPDX-License-Identifier: Apache-2.0
"""Tables as people keep them: each trap once, read through the whole connector."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from tests.unit.connectors.sheets import (
    FILES,
    bad,
    contacts,
    csv_file,
    doubts,
    fields,
    invoices,
    rows,
    understood,
)

from conserje.connectors.tabular_files.reasons import Refused
from conserje.domain.kit.money import Money
from conserje.domain.ports.connector import Field

HEADER = "factura;cliente;vence;saldo"


def cop(amount: str) -> Money:
    whole, _, cents = amount.partition(".")
    return Money("COP", int(whole + cents.ljust(2, "0")))


def opens(path: Path) -> list[tuple[str, str, Money | None]]:
    return [(row.number, row.customer_name, row.open_amount) for row in invoices(rows(path))]


def test_a_file_saved_by_excel_in_spanish_is_read_whole() -> None:
    plan = understood(FILES / "excel_es_latin1.csv")
    sheet = plan.sheets[0]
    found = rows(FILES / "excel_es_latin1.csv")
    assert (plan.encoding, plan.delimiter, sheet.header_row, sheet.decimal, sheet.date_order) == (
        "cp1252",
        ";",
        5,
        ",",
        "dmy",
    )
    first = invoices(found)[0]
    assert (first.line, first.number, first.customer_name) == (6, "FE-1042", "Panadería Ñandú S.A.S.")
    assert (first.open_amount, first.due_on) == (cop("3808000"), date(2026, 11, 12))
    assert {"summaries_skipped", "balances_skipped", "credit_notes"} <= doubts(sheet)
    assert [row.open_amount for row in invoices(found) if row.number == "NC-7"] == [cop("-250000")]
    assert bad(found) == []


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "latin-1",
        "mac_roman",
        "cp850",
    ],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f'{HEADER}\nFE-1;Panadería Ñandú y Acción SAS;12/11/2026;"1.234,56"\n'.replace(";", delimiter)
    path = csv_file(tmp_path, text, encoding=encoding)
    assert opens(path) == [("FE-1", "Panadería Ñandú y Acción SAS", cop("1234.56"))]


def test_the_line_that_announces_the_delimiter_is_not_a_line(tmp_path: Path) -> None:
    path = csv_file(tmp_path, f"sep=;\r\n{HEADER}\r\nFE-1;Uno, Dos y Tres SAS;12/11/2026;1,5\r\n")
    assert [(row.line, row.open_amount) for row in invoices(rows(path))] == [(2, cop("1.50"))]


def test_real_merged_cells_are_filled_down_and_blank_cells_are_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (
        ["Cliente", "Factura", "Vence", "Total", "Saldo"],
        ["Comercial Uno SAS", 1001, date(2026, 11, 12), 500, 300],
        [None, 1002, datetime(2026, 12, 1), 700, None],
        ["Comercial Dos SAS", 1003, "25/12/2026", 10, 10],
        [None, 1004, "26/12/2026", 10, 10],
    ):
        sheet.append(line)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("E2:E3")
    path = tmp_path / "merged.xlsx"
    book.save(path)
    found = rows(path)
    assert [(row.number, row.customer_name) for row in invoices(found)] == [
        ("1001", "Comercial Uno SAS"),
        ("1002", "Comercial Uno SAS"),
        ("1003", "Comercial Dos SAS"),
    ]
    assert invoices(found)[1].facts == {"customer_from": "merged"}
    assert invoices(found)[1].open_amount is None, "a merged amount belongs to no single invoice"
    assert bad(found) == [(5, "Cliente", "customer_missing")]
    assert {"customers_from_merged", "dates_maybe_swapped"} <= doubts(understood(path).sheets[0])


def test_a_line_that_heads_its_block_names_the_customer(tmp_path: Path) -> None:
    text = (
        "Factura;Fecha;Plazo;Valor\nCliente: Comercial Uno SAS NIT 900123456-8;;;\nFE-1;13/01/2026;30 días;1.200,50\n"
        "FE-2;14/01/2026;contado;300\nTotal cliente;;;1.500,50\nCliente: Comercial Dos SAS;;;\nFE-3;15/01/2026;60;77\n"
    )
    path = csv_file(tmp_path, text)
    found = invoices(rows(path))
    assert [(row.customer_name, row.customer_tax_id, row.due_on) for row in found] == [
        ("Comercial Uno SAS", "900123456-8", date(2026, 2, 12)),
        ("Comercial Uno SAS", "900123456-8", date(2026, 1, 14)),
        ("Comercial Dos SAS", "", date(2026, 3, 16)),
    ]
    assert {row.facts["customer_from"] for row in found} == {"heading"}
    assert {"customers_from_headings", "due_from_term", "summaries_skipped"} <= doubts(
        understood(path).sheets[0]
    )


def test_a_name_alone_in_the_customer_column_heads_its_block(tmp_path: Path) -> None:
    text = (
        "Cliente;Factura;Vence;Saldo\nUno SAS;;;\n;FE-1;13/02/2026;5\n;FE-2;13/02/2026;6\n"
        "Dos SAS;;;\n;FE-3;13/02/2026;7\n"
    )
    assert [row.customer_name for row in invoices(rows(csv_file(tmp_path, text)))] == [
        "Uno SAS",
        "Uno SAS",
        "Dos SAS",
    ]


def test_totals_balances_blanks_repeated_headers_and_remarks_are_left_out_and_said(tmp_path: Path) -> None:
    text = (
        f"{HEADER}\nSaldo anterior;;01/01/2026;9.000,00\nFE-1;Uno;13/02/2026;1,00\n;;;\n"
        f"{HEADER}\nFE-2;Dos;14/02/2026;2,00\n"
        "SUBTOTAL;;;3,00\nTotal general;;;3,00\n\nGenerado por el sistema contable;;;\n"
    )
    path = csv_file(tmp_path, text)
    assert [row.number for row in invoices(rows(path))] == ["FE-1", "FE-2"]
    assert bad(rows(path)) == []
    sheet = understood(path).sheets[0]
    assert sheet.rows == 2
    assert {"summaries_skipped", "balances_skipped", "notes_skipped"} <= doubts(sheet)


def test_a_customer_called_total_is_no_total(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path, f"{HEADER}\nFE-1;Total Ejemplo SAS;13/02/2026;1,00\nFE-2;Total;14/02/2026;2,00\n"
    )
    assert [row.customer_name for row in invoices(rows(path))] == ["Total Ejemplo SAS", "Total"]


def test_days_late_are_the_last_resort_and_said(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path, "factura;cliente;saldo;días de mora\n10;Uno;3.808;12\n11;Dos;1.250;-3\n12;Tres;9.100;x\n"
    )
    assert [(row.due_on, row.facts["due_from"]) for row in invoices(rows(path))] == [
        (date(2026, 11, 9), "days_late"),
        (date(2026, 11, 24), "days_late"),
    ]
    assert bad(rows(path)) == [(4, "días de mora", "days_unreadable")]
    assert {"due_from_days_late", "decimal_assumed"} <= doubts(understood(path).sheets[0])


@pytest.mark.parametrize(
    ("status", "currency", "balance", "kept", "still_open"),
    [
        ("Pagada", "COP", "", "paid", 0),
        ("PAGADO", "COP", "0", "paid", 0),
        ("Cancelada", "COP", "", "paid", 0),
        ("Cancelada", "MXN", "", "void", 0),
        ("Cancelado", "COP", "5", "void", 0),
        ("Anulada", "COP", "5", "void", 0),
        ("Vencida", "COP", "5", "open", 500),
        ("Pendiente de pago", "COP", "", "open", None),
        ("En disputa", "COP", "5", "disputed", 500),
    ],
)
def test_statuses_settle_what_is_open(
    tmp_path: Path, status: str, currency: str, balance: str, kept: str, still_open: int | None
) -> None:
    text = f"factura;cliente;vence;total;saldo;estado\nF1;Uno;13/02/2026;9;{balance};{status}\n"
    row = invoices(rows(csv_file(tmp_path, text), currency=currency))[0]
    assert row.facts["status"] == kept
    assert (None if row.open_amount is None else row.open_amount.minor) == still_open


def test_paid_with_a_balance_is_for_a_person_and_an_unknown_status_stays_open(tmp_path: Path) -> None:
    text = (
        "factura;cliente;vence;saldo;estado\nF1;Uno;13/02/2026;5;Pagada\n"
        "F2;Uno;13/02/2026;5;Rara\nF3;Uno;13/02/2026;5;Vigente\n"
    )
    path = csv_file(tmp_path, text)
    assert bad(rows(path)) == [(2, "estado", "status_contradicts")]
    assert invoices(rows(path))[0].facts == {"status_text": "Rara"}
    assert "status_unknown" in doubts(understood(path).sheets[0])


def test_flags_are_read_by_their_header(tmp_path: Path) -> None:
    text = (
        "invoice_id,customer_id,issue_date,due_date,amount,is_open\n"
        "1,A,2026-01-02,2026-02-02,5.5,1\n2,A,2026-01-03,2026-02-03,6.5,0\n"
    )
    found = invoices(rows(csv_file(tmp_path, text)))
    assert [(row.facts["status"], row.open_amount) for row in found] == [("open", None), ("paid", cop("0"))]


def test_credit_notes_are_negative_by_type_by_number_or_by_sign(tmp_path: Path) -> None:
    text = (
        "factura;tipo documento;cliente;vence;total\nF1;Factura;Uno;13/02/2026;9\nF2;Nota crédito;Uno;13/02/2026;5\n"
        "F3;FV;Uno;13/02/2026;-4\nNC-9;;Uno;13/02/2026;3\n"
    )
    path = csv_file(tmp_path, text)
    found = invoices(rows(path))
    assert [row.total for row in found] == [cop("9"), cop("-5"), cop("-4"), cop("-3")]
    assert [row.facts.get("document") for row in found] == [None, "credit_note", "credit_note", "credit_note"]


def test_currency_comes_from_the_column_then_the_cell_then_the_header_then_the_creditor(
    tmp_path: Path,
) -> None:
    by_column = (
        "factura;cliente;vence;saldo;moneda\nF1;Uno;13/02/2026;$ 9;USD\n"
        "F2;Uno;13/02/2026;US$ 9;pesos\nF3;Uno;13/02/2026;9;XX9\n"
    )
    found = rows(csv_file(tmp_path, by_column))
    assert [row.currency for row in invoices(found)] == ["USD"]
    assert bad(found) == [(3, "moneda", "currency_conflict"), (4, "moneda", "currency_unknown")]
    by_header = "factura;cliente;vence;saldo USD\nF1;Uno;13/02/2026;9\nF2;Uno;13/02/2026;€ 9\n"
    assert [row.currency for row in invoices(rows(csv_file(tmp_path, by_header)))] == ["USD", "EUR"]
    plain = f"{HEADER}\nF1;Uno;13/02/2026;$ 9\n"
    assert [row.currency for row in invoices(rows(csv_file(tmp_path, plain), currency="CLP"))] == ["CLP"]


def test_several_withholdings_are_summed_and_a_total_of_them_is_not_counted_twice(tmp_path: Path) -> None:
    parts = "factura;cliente;vence;total;retefuente;reteiva\nF1;Uno;13/02/2026;100;4;2,85\n"
    assert invoices(rows(csv_file(tmp_path, parts)))[0].withholding == cop("6.85")
    whole = "factura;cliente;vence;total;retefuente;reteiva;retenciones\nF1;Uno;13/02/2026;100;4;2,85;6,85\n"
    assert invoices(rows(csv_file(tmp_path, whole)))[0].withholding == cop("6.85")


def test_each_bad_cell_says_where_what_and_why_and_the_rest_is_read(tmp_path: Path) -> None:
    text = (
        "factura;cliente;vence;saldo;correo\nF1;Uno;31/02/2026;1.000,00;a@b.co\nF2;Uno;13/02/2026;1_000;\nF3;;13/02/2026;1e3;\n"
        "F4;Dos;13/02/2026;1,000.00;\n1,23457E+12;Dos;13/02/2026;5,00;\n;Dos;13/02/2026;5,00;\nF5;Dos;13/02/2026;;\n"
        "F6;Dos;02/13/2026;5,00;\nF7;Dos;13/02/2026;5,00;nadie\n"
        "F8;Tres;14/02/2026;6,50;ana@ejemplo.co / pagos@ejemplo.co\n"
    )
    found = rows(csv_file(tmp_path, text))
    assert bad(found) == [
        (2, "vence", "date_unreadable"),
        (3, "saldo", "amount_unreadable"),
        (4, "cliente", "customer_missing"),
        (4, "saldo", "amount_unreadable"),
        (5, "saldo", "amount_other_convention"),
        (6, "factura", "number_damaged"),
        (7, "factura", "number_missing"),
        (8, "saldo", "amount_missing"),
        (9, "vence", "date_other_order"),
        (10, "correo", "email_unreadable"),
    ]
    assert [row.number for row in invoices(found)] == ["F7", "F8"]
    assert contacts(found)[0].emails == ("ana@ejemplo.co", "pagos@ejemplo.co")
    assert contacts(found)[0].line == 11


def test_every_tab_is_understood_and_what_is_left_out_says_why(tmp_path: Path) -> None:
    path = FILES / "tabs.xlsx"
    plan = understood(path)
    kept = {sheet.sheet: doubts(sheet) for sheet in plan.sheets if not sheet.columns}
    assert kept == {
        "Resumen": {"sheet_pivot"},
        "Pagos": {"sheet_payments"},
        "Por edades": {"sheet_summary"},
        "Oculta": {"sheet_hidden"},
        "Vacía": {"sheet_empty"},
    }
    found = rows(path)
    assert {row.sheet for row in invoices(found)} == {"Cartera"}
    assert invoices(found)[0].total == cop("1190000"), "the cached value of the formula"
    assert [
        (row.name, row.role, row.emails, row.phones) for row in contacts(found) if row.sheet == "Contactos"
    ] == [
        (
            "Laura Ejemplo",
            "accounts_payable",
            ("laura@ejemplo.co", "pagos@ejemplo.co"),
            ("+57 601 000 0000", "300 123 4567"),
        ),
        ("Marcos Ejemplo", "decision_maker", ("marcos@ejemplo.co",), ()),
    ]
    assert bad(found) == [(4, "", "contact_empty")]
    assert fields(plan.sheets[1])["Cargo"] is Field.CONTACT_ROLE


def test_facts_about_customers_are_kept_in_our_words(tmp_path: Path) -> None:
    text = (
        "nit;cliente;correo;país;ciudad;idioma;tipo persona;autoriza\n"
        "1;Uno;a@b.co;Colombia;Bogotá;Español;Jurídica;Sí\n"
    )
    assert contacts(rows(csv_file(tmp_path, text)))[0].facts == {
        "country": "CO",
        "city": "Bogotá",
        "language": "es",
        "customer_kind": "company",
        "permission": "yes",
    }


def test_a_lone_quotation_mark_does_not_swallow_lines_in_silence(tmp_path: Path) -> None:
    lines = "".join(f"F{i};Uno;13/02/2026;5\n" for i in range(2, 9))
    with pytest.raises(Refused, match="quotation mark"):
        rows(csv_file(tmp_path, f'{HEADER};nota\nF1;Uno;13/02/2026;5;"dijo que\n{lines}'))


def test_line_breaks_inside_quoted_cells_are_text(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path, f'{HEADER};concepto\nF1;Uno;13/02/2026;5;"dos\nlíneas"\nF2;Uno;13/02/2026;5;x\n'
    )
    assert [(row.line, row.subject) for row in invoices(rows(path))] == [(2, "dos líneas"), (3, "x")]


def test_day_counts_are_dates_in_a_column_of_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, f"{HEADER}\nF1;Uno;46338;5\nF2;Uno;46339;6\n")
    assert [row.due_on for row in invoices(rows(path))] == [date(2026, 11, 12), date(2026, 11, 13)]
    assert "dates_from_serials" in doubts(understood(path).sheets[0])


def test_numbers_that_went_through_a_program_are_whole_again(tmp_path: Path) -> None:
    text = (
        "invoice_id,cust_number,due_in_date,total_open_amount\n1930571429.0,0200706844,20200125.0,8734.71\n"
    )
    row = invoices(rows(csv_file(tmp_path, text)))[0]
    assert (row.number, row.customer_reference, row.due_on) == ("1930571429", "0200706844", date(2020, 1, 25))


def test_an_apostrophe_is_taken_off_text_and_not_off_amounts(tmp_path: Path) -> None:
    found = rows(csv_file(tmp_path, f"{HEADER}\n'0012;'Uno;13/02/2026;5\nF2;Uno;13/02/2026;'5\n"))
    assert (invoices(found)[0].number, invoices(found)[0].customer_name) == ("0012", "Uno")
    assert bad(found) == [(3, "saldo", "amount_unreadable")]


def test_a_corrected_plan_rules_what_the_values_leave_open(tmp_path: Path) -> None:
    path = csv_file(tmp_path, f"{HEADER}\nF1;Uno;05/06/2026;3.808\n")
    plan = understood(path)
    assert {"date_order_assumed", "decimal_assumed"} <= doubts(plan.sheets[0])
    changed = replace(plan, sheets=(replace(plan.sheets[0], date_order="mdy", decimal="."),))
    assert invoices(rows(path))[0].due_on == date(2026, 6, 5)
    found = rows(path, plan=changed)
    assert bad(found) == [(2, "saldo", "amount_ambiguous")]
    assert invoices(rows(csv_file(tmp_path, f"{HEADER}\nF1;Uno;05/06/2026;380\n"), plan=changed))[
        0
    ].due_on == date(2026, 5, 6)


def test_a_total_with_a_year_in_the_number_column_is_no_invoice(tmp_path: Path) -> None:
    text = (
        "Factura;Fecha;Vence;Valor\nCliente: Uno SAS;;;\nFE-1;13/01/2026;13/02/2026;1,50\nTOTAL 2026;;;1,50\n"
    )
    assert [row.number for row in invoices(rows(csv_file(tmp_path, text)))] == ["FE-1"]


def test_zero_characters_and_endless_cells_do_no_harm(tmp_path: Path) -> None:
    lines = ["F1;U\0no;13/02/2026;5", f"F2;Dos;{'1 ' * 9000};5", f"F3;Tres;13/02/2026;1{' ' * 30000}x"]
    text = "\n".join([HEADER, *lines, f"F4;{'x' * 40000};13/02/2026;5"])
    found = rows(csv_file(tmp_path, text, encoding="utf-8-sig"))
    assert [row.customer_name for row in invoices(found)] == ["Uno"]
    assert bad(found) == [
        (3, "vence", "date_unreadable"),
        (4, "saldo", "amount_unreadable"),
        (5, "", "text_too_long"),
    ]


def test_net_and_tax_state_a_total(tmp_path: Path) -> None:
    row = invoices(
        rows(csv_file(tmp_path, "factura;cliente;vence;subtotal;iva\nF1;Uno;13/02/2026;100;19\n"))
    )[0]
    assert (row.total, row.facts["total_from"]) == (cop("119"), "net_and_tax")


def test_reading_twice_is_the_same() -> None:
    for path in sorted(FILES.iterdir()):
        plan = understood(path)
        assert understood(path) == plan
        assert rows(path, plan=plan) == rows(path, plan=plan)
