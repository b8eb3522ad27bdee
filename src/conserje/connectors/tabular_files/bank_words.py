# SPDX-License-Identifier: Apache-2.0
"""The headings over the movements of a bank account, as banks of Latin America and Spain write them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from conserje.connectors.tabular_files.cells import Cell, plain_text
from conserje.connectors.tabular_files.vocabulary import words


class Column(StrEnum):
    """What a column of movements holds."""

    BOOKED_ON = "booked_on"
    VALUE_ON = "value_on"
    TEXT = "text"
    AMOUNT = "amount"
    COMES_IN = "comes_in"
    GOES_OUT = "goes_out"
    WAY = "way"
    BALANCE = "balance"
    REFERENCE = "reference"
    PAYER_NAME = "payer_name"
    PAYER_TAX_ID = "payer_tax_id"
    PAYER_BANK = "payer_bank"


_HEADINGS: Final[dict[Column, str]] = {
    Column.BOOKED_ON: (
        "fecha|fecha operacion|fecha de operacion|fecha movimiento|fecha de movimiento|fecha transaccion|"
        "fecha contable|fecha proceso|fecha del movimiento|dia|data|data lancamento|data do lancamento|"
        "date|booking date|transaction date|posting date|fecha mov|f operacion|f contable"
    ),
    Column.VALUE_ON: "fecha valor|fecha de valor|f valor|value date|data valor|fecha aplicacion|fecha efectiva",
    Column.TEXT: (
        "descripcion|concepto|detalle|glosa|movimiento|observaciones|observacion|comentario|"
        "informacion adicional|descripcion del movimiento|detalle del movimiento|concepto ampliado|motivo|"
        "historico|descricao|lancamento|description|details|memo|transaccion|tipo de transaccion|leyenda|"
        "mas datos|referencia 1|referencia 2|referencia1|referencia2|concepto referencia|"
        "referencia ampliada|referencia numerica|clave de rastreo|operacion"
    ),
    Column.AMOUNT: (
        "valor|monto|importe|valor movimiento|monto movimiento|importe movimiento|valor total|valor r|"
        "amount|valor transaccion|importe de la operacion|monto transaccion|valor en pesos|importe pesos"
    ),
    Column.COMES_IN: (
        "abono|abonos|credito|creditos|haber|deposito|depositos|ingreso|ingresos|entrada|entradas|"
        "abono cargo|depositos abonos|abonos depositos|abonos cr|monto abono|importe abono|credit|credits|"
        "valor credito|credito r|deposito abono|depositos o abonos|credito pesos|monto abonos"
    ),
    Column.GOES_OUT: (
        "cargo|cargos|debito|debitos|debe|retiro|retiros|egreso|egresos|salida|salidas|cargos db|"
        "retiros cargos|cargos retiros|monto cargo|importe cargo|debit|debits|valor debito|debito r|giro|"
        "giros|retiro cargo|retiros o cargos|debito pesos|monto cargos|cheques y cargos"
    ),
    Column.WAY: (
        "tipo|naturaleza|signo|d c|c d|dc|cr db|db cr|debito credito|tipo movimiento|tipo de movimiento|"
        "cargo abono"
    ),
    Column.BALANCE: "saldo|saldo disponible|saldo contable|saldo final|saldo parcial|balance|saldo r|saldo pesos",
    Column.REFERENCE: (
        "dcto|documento|no documento|numero documento|numero de documento|n documento|nro documento|doc|"
        "folio|referencia|no referencia|numero de referencia|nro referencia|numero operacion|"
        "numero de operacion|n operacion|nro operacion|num operacion|no operacion|comprobante|"
        "nro comprobante|autorizacion|id transaccion|reference|numero de movimiento|no movimiento|"
        "operacion numero|codigo transaccion"
    ),
    Column.PAYER_NAME: (
        "ordenante|nombre ordenante|nombre|beneficiario|ordenante beneficiario|remitente|nombre tercero|"
        "razon social|nombre originador|originador|pagador|nombre del ordenante|payer|counterparty|"
        "favorecido|titular"
    ),
    Column.PAYER_TAX_ID: (
        "nit|rfc|rut|cuit|ruc|cpf cnpj|cnpj|rfc ordenante|nit ordenante|rut originador|identificacion|"
        "nit tercero|rut ordenante|cuit ordenante|rfc curp|id ordenante|documento tercero"
    ),
    Column.PAYER_BANK: "cuenta ordenante|cuenta origen|clabe ordenante|iban ordenante|cuenta originador|cbu origen",
}
_BY_HEADING: Final = {
    heading: column for column, headings in _HEADINGS.items() for heading in headings.split("|")
}
TOTALS: Final = frozenset(
    ["total", "totales", "subtotal", "sub", "total", "suma", "sumas", "saldo", "resumen", "gran"]
)
BALANCES: Final = (
    "saldo inicial",
    "saldo anterior",
    "saldo final",
    "saldo del dia",
    "saldo total",
    "saldo dia",
    "saldo do dia",
    "saldo al",
)
_IN: Final = frozenset(
    {"c", "cr", "h", "abono", "credito", "haber", "deposito", "ingreso", "entrada", "credit", "+"}
)
_OUT: Final = frozenset(
    {"d", "db", "dr", "cargo", "debito", "debe", "retiro", "egreso", "salida", "debit", "-"}
)


def columns_of(cells: Sequence[Cell]) -> dict[Column, list[int]] | None:
    """What each cell of a heading row names; None when it is no heading of movements.

    That takes a date, and either one amount or what comes in.
    """
    found: dict[Column, list[int]] = {}
    for index, cell in enumerate(cells):
        column = _BY_HEADING.get(words(plain_text(cell)))
        if column is not None and (column is Column.TEXT or column not in found):
            found.setdefault(column, []).append(index)
    money = Column.AMOUNT in found or Column.COMES_IN in found
    return found if money and Column.BOOKED_ON in found and len(found) >= 3 else None


def comes_in(word: str) -> bool | None:
    """Whether a word or sign tells that money came in; None when it tells nothing."""
    bare = word.strip()
    key = bare if bare in ("+", "-") else words(bare)
    if key in _IN or key.startswith(("abono", "credito", "deposito", "ingreso")):
        return True
    return False if key in _OUT or key.startswith(("cargo", "debito", "retiro", "egreso")) else None


def is_total(texts: Sequence[str]) -> bool:
    """Whether a row without a date is a total, a balance or a remark: its first word says so."""
    first = next((words(text) for text in texts if text and not text[:1].isdigit()), "")
    return first.partition(" ")[0] in TOTALS


def is_balance(text: str) -> bool:
    """Whether a dated row only repeats a balance."""
    return words(text).startswith(BALANCES)
