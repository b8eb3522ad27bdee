# SPDX-License-Identifier: Apache-2.0
"""Papers beside the sheet: found by number, from names and from contents; everything odd refused by name."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from conserje.connectors.tabular_files import documents, limits
from conserje.connectors.tabular_files.document_number import number_in_name, number_in_xml
from conserje.connectors.tabular_files.reasons import Reason, Refused, code_of
from conserje.domain.ports.connector import BadRow, FoundDocument

# Waits and bombs: left to the whole run.
pytestmark = pytest.mark.slow

PDF = b"%PDF-1.7\ninvented\n%%EOF"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
UBL = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    f'xmlns:cbc="{CBC}"><cbc:ID>FE-1042</cbc:ID></Invoice>'
)
DIAN = (
    '<AttachedDocument xmlns="urn:oasis:names:specification:ubl:schema:xsd:AttachedDocument-2" '
    f'xmlns:cbc="{CBC}"><cbc:ID>77</cbc:ID><cbc:ParentDocumentID>FE-1043</cbc:ParentDocumentID></AttachedDocument>'
)
CFDI = '<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0" Serie="A" Folio="88" Total="1.00"/>'
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Invoice>&b;</Invoice>'
OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><Invoice>&a;</Invoice>'


def archive(folder: Path, **members: bytes) -> Path:
    path = folder / "papers.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def found(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """({file name: key} of documents, {file name: reason code} of bad rows)."""
    rows = list(documents.find(path))
    return (
        {row.file_name: row.key for row in rows if isinstance(row, FoundDocument)},
        {row.value: code_of(row.reason) for row in rows if isinstance(row, BadRow)},
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("FE-1042.pdf", "FE-1042"),
        ("Factura FE-1042 firmada.pdf", "FE-1042"),
        ("factura_electronica_de_venta_FE1042.pdf", "FE1042"),
        ("2026-10-13 FE-1042.pdf", "FE-1042"),
        ("FE-1042 Panadería Ejemplo.pdf", "FE-1042"),
        ("FE-1042 (1).pdf", "FE-1042"),
        ("FE 1042 - copia.pdf", "FE 1042"),
        ("001-001-000012345.pdf", "001-001-000012345"),
        ("carpeta/1042.pdf", "1042"),
        ("Invoice INV-0042 final.pdf", "INV-0042"),
        ("NFe 000123.pdf", "000123"),
        ("contrato.pdf", ""),
    ],
)
def test_the_number_is_found_in_the_name(name: str, number: str) -> None:
    assert number_in_name(name) == number


def test_the_number_is_found_in_electronic_invoices() -> None:
    assert [number_in_xml(xml.encode()) for xml in (UBL, DIAN, CFDI)] == ["FE-1042", "FE-1043", "A88"]
    assert number_in_xml(b"<other/>") == ""


@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE])
def test_document_types_are_refused_and_nothing_is_expanded(xml: str) -> None:
    assert number_in_xml(xml.encode()) is Reason.DOCUMENT_DTD
    assert (
        number_in_xml(f'<?xml version="1.0" encoding="utf-16"?>{xml}'.encode("utf-16")) is Reason.DOCUMENT_DTD
    )


def test_broken_xml_is_refused() -> None:
    assert number_in_xml(b"<Invoice>") is Reason.DOCUMENT_UNREADABLE


def test_a_folder_is_walked_and_its_noise_left_alone(tmp_path: Path) -> None:
    (tmp_path / "enero").mkdir()
    (tmp_path / "enero" / "FE-1.pdf").write_bytes(PDF)
    (tmp_path / "x.xml").write_text(UBL)
    (tmp_path / "notas.txt").write_text("hola")
    (tmp_path / ".DS_Store").write_text("noise")
    (tmp_path / "contrato.pdf").write_bytes(PDF)
    os.symlink("/etc/passwd", tmp_path / "FE-9.pdf")
    assert found(tmp_path) == (
        {"enero/FE-1.pdf": "fe1", "x.xml": "fe1042"},
        {"notas.txt": "document_kind", "contrato.pdf": "document_unnumbered"},
    )


def test_an_archive_gives_its_documents_and_refuses_what_is_odd(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        **{
            "FE-1.pdf": PDF,
            "b/FE-2.xml": UBL.replace("1042", "2").encode(),
            "../FE-3.pdf": PDF,
            "/FE-4.pdf": PDF,
            "c\\..\\FE-5.pdf": PDF,
            "FE-6.zip": archive(tmp_path, **{"FE-7.pdf": PDF}).read_bytes(),
            "FE-8.pdf": b"MZ not a pdf",
            "FE-10.xml": LAUGHS.encode(),
            "__MACOSX/._FE-1.pdf": b"noise",
        },
    )
    good, wrong = found(path)
    assert good == {"FE-1.pdf": "fe1", "b/FE-2.xml": "fe2"}
    assert set(wrong.values()) == {"document_unsafe_name", "document_nested", "document_kind", "document_dtd"}
    assert len(wrong) == 6


def test_content_comes_through_byte_for_byte(tmp_path: Path) -> None:
    content = PDF + os.urandom(3 * limits.MIB)
    rows = list(documents.find(archive(tmp_path, **{"FE-1.pdf": content})))
    assert rows == [FoundDocument("FE-1.pdf", "application/pdf", "fe1", content)]


def test_large_documents_are_refused_alone_and_bombs_whole(tmp_path: Path) -> None:
    large = PDF + os.urandom(limits.DOCUMENT_BYTES)
    assert found(archive(tmp_path, **{"FE-1.pdf": PDF, "FE-2.pdf": large})) == (
        {"FE-1.pdf": "fe1"},
        {"FE-2.pdf": "document_too_large"},
    )
    with pytest.raises(Refused) as caught:
        list(
            documents.find(
                archive(tmp_path, **{f"FE-{i}.pdf": PDF + bytes(18 * limits.MIB) for i in range(12)})
            )
        )
    assert code_of(caught.value.statement) == "bomb"


def test_what_is_no_place_for_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        list(documents.find(tmp_path / "nothing"))
