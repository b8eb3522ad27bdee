# SPDX-License-Identifier: Apache-2.0
"""Papers: the words that were given and nothing else, the same bytes every time, in every language that has letters."""

from __future__ import annotations

import copy
import io
import re

import pypdf
import pytest

from conserje.domain.arrangements.proof import media_type
from conserje.wording import paper
from conserje.wording.paper import Issuer, Paper, Table

ISSUER = Issuer(
    "Taller Ejemplo", "Taller Ejemplo S.A.S., NIT 900.000.000-0", ("601 000 0000",), "#2f5d50", "CO"
)
SHEETS = {"CO": (612, 792), "ES": (595, 842)}


def words_of(content: bytes) -> str:
    """The text of a PDF on one line."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def made(title: str = "Acuerdo de pago", **parts: object) -> Paper:
    return Paper(locale="es_CO", title=title, issuer=ISSUER, on="17 de noviembre de 2026", **parts)  # type: ignore[arg-type]


def test_nothing_that_was_given_is_read_as_markup() -> None:
    wicked = '#panic("x") *a* $y$ _b_ <c> @d \\e "f" `g` [h] #image("/etc/passwd")'
    told = words_of(paper.pdf(made(wicked, recipient=(wicked,), before=(wicked,))))
    # A long title breaks where its line ends.
    assert told.replace(" ", "").count(wicked.replace(" ", "")) == 3


def test_the_same_facts_give_the_same_bytes_and_others_others() -> None:
    assert paper.pdf(made()) == paper.pdf(made())
    assert paper.pdf(made()) != paper.pdf(made("Acuerdo de pago."))


def test_an_agreement_holds_its_tables_its_signatures_and_its_hash_over_many_pages() -> None:
    rows = tuple((f"cuota {n}", f"$ {n}.000 COP") for n in range(1, 121))
    table = Table(("Fecha", "Valor"), rows, total=("Total", "$ 7.260.000 COP"))
    content = paper.pdf(
        made(tables=(table,), signatures=(("Laura Pérez", "por el cliente"),), mark="Huella: abc123")
    )
    told = words_of(content)
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) > 2
    for words in (
        "cuota 1 ",
        "cuota 120",
        "$ 7.260.000 COP",
        "Laura Pérez",
        "por el cliente",
        "Huella: abc123",
    ):
        assert words in told


@pytest.mark.parametrize(("country", "size"), SHEETS.items())
def test_the_sheet_is_the_countrys(country: str, size: tuple[int, int]) -> None:
    issuer = Issuer("Taller", "Taller", country=country)
    content = paper.pdf(Paper(locale="es", title="Recibo", issuer=issuer, on="hoy"))
    box = pypdf.PdfReader(io.BytesIO(content)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_a_row_that_does_not_fit_and_a_colour_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="more or fewer cells"):
        paper.pdf(made(tables=(Table(("a", "b"), (("c",),)),)))
    with pytest.raises(ValueError, match="cannot be set"):
        paper.pdf(Paper(locale="es", title="x", issuer=Issuer("x", "x", colour="red"), on=""))


def test_every_language_of_letters_has_the_words_of_papers() -> None:
    def shape(value: object) -> object:
        return {key: shape(item) for key, item in value.items()} if isinstance(value, dict) else type(value)

    spanish, english = (copy.deepcopy(paper.words(locale)) for locale in ("es_CO", "en"))
    for words in (spanish, english):
        for name in ("titles", "said"):
            assert words["clearance"].pop(name)["default"]
    assert shape(spanish) == shape(english)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", ""),
        (b"GIF89a", ""),
        (b"<svg>", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_bytes_are(content: bytes, kind: str) -> None:
    assert media_type(content) == kind
