# SPDX-License-Identifier: Apache-2.0
"""The invoice number of a document: from the content of an XML (UBL, DIAN container, CFDI), or from its name."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from conserje.connectors.tabular_files.limits import stem_of
from conserje.connectors.tabular_files.reasons import Reason
from conserje.connectors.tabular_files.vocabulary import vocabulary
from conserje.domain.kit.text import fold

_CBC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_UBL_ROOTS: Final = frozenset({"Invoice", "CreditNote", "DebitNote"})
_DATE: Final = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}[-_. ](?:0?[1-9]|1[0-2])[-_. ][0-3]?[0-9]"
    r"|[0-3]?[0-9][-_. ](?:0?[1-9]|1[0-2])[-_. ](?:19|20)[0-9]{2})(?![0-9])"
)
_COPY: Final = re.compile(r"\s*(?:\([0-9]{1,2}\)|-\s*copia|- copy)\s*$", re.IGNORECASE)
_WORD: Final = re.compile(r"([A-Za-zÁÉÍÓÚÑáéíóúñº°]+)(-?[0-9])?")
_SERIES_LETTERS: Final = 4
_NUMBER: Final = re.compile(
    r"(?:(?<![A-Za-z])[A-Za-z]{1,6}[-_ ]?)?[A-Za-z]{0,2}[0-9][0-9A-Za-z]*(?:[-/][0-9]+)*"
)


def number_in_xml(content: bytes) -> str | Reason:
    """The number stated in an electronic invoice, "" when it is another kind of XML, a `Reason` when it is refused.

    Entities, document types and the network are off: UBL cbc:ID, DIAN AttachedDocument cbc:ParentDocumentID, CFDI Serie
    + Folio.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return Reason.DOCUMENT_DTD if b"<!DOCTYPE" in content[:4096] else Reason.DOCUMENT_UNREADABLE
    if _declares_type(root):
        return Reason.DOCUMENT_DTD
    name = etree.QName(root)
    if name.localname in _UBL_ROOTS:
        return (root.findtext(f"{_CBC}ID") or "").strip()
    if name.localname == "AttachedDocument":
        return (root.findtext(f"{_CBC}ParentDocumentID") or "").strip()
    if name.localname == "Comprobante" and (name.namespace or "").startswith("http://www.sat.gob.mx/cfd/"):
        return f"{root.get('Serie') or ''}{root.get('Folio') or ''}".strip()
    return ""


def _declares_type(root: Any) -> bool:
    return bool(root.getroottree().docinfo.doctype)


def number_in_name(name: str) -> str:
    """The invoice number in a file name such as "Factura FE-1042 firmada.pdf", "" when it has none.

    Words like "factura" or "copia" and dates are dropped; of several numbers the first one stands.
    """
    stem = _COPY.sub("", stem_of(name))
    dateless = _DATE.sub(" ", stem)
    stem = dateless if any(char.isdigit() for char in dateless) else stem
    kept = _WORD.sub(lambda word: _without_noise(word[1], word[2] or ""), stem)
    match = _NUMBER.search(kept.strip(" -_."))
    return match[0] if match else ""


def _without_noise(word: str, joined: str) -> str:
    """A word of a file name, or nothing for "factura" and the like; INV-0042 keeps what is joined to its number."""
    if joined and len(word) <= _SERIES_LETTERS:
        return word + joined
    return f" {joined}" if fold(word) in vocabulary().document_words else word + joined
