# SPDX-License-Identifier: Apache-2.0
"""The screens of an import at the door: who may, what is refused and how, and what a page says of another's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.integration import build
from tests.integration import workbench_book as wb

from conserje.data.integrations.models import ImportRun, Upload
from conserje.data.tenancy.models import Creditor
from conserje.services.tenancy.act import acting
from conserje.workbench import imports

LINES = (
    "Factura;Cliente;Correo;Vence;Saldo",
    "FE-1;Panadería El Ejemplo;pagos@pan.example;12/11/2026;1.234,56",
    "FE-2;Panadería El Ejemplo;pagos@pan.example;12/11/2026;mucho",
)
ANSWERS = {
    "permission": "contract",
    "channels": ["email"],
    "source": "Contrato marco",
    "country": "CO",
    "through": "2026-11-16",
}


@pytest.fixture
def desk(creditor: Creditor) -> Client:
    """An owner's browser at a book that may write."""
    return wb.desk(wb.in_mode(creditor, "draft"))


def file(name: str = "cartera.csv", content: bytes | None = None) -> SimpleUploadedFile:
    """A sheet as Excel in Spanish saves it."""
    return SimpleUploadedFile(name, "\r\n".join(LINES).encode("cp1252") if content is None else content)


def bring(desk: Client, creditor: Creditor, *files: SimpleUploadedFile) -> Any:
    """Post files, and follow to the next screen."""
    return desk.post(wb.at(creditor, "import/"), {"files": list(files) or [file()]}, follow=True)


def place(answer: Any) -> str:
    """The address of the import that an answer shows, up to its number."""
    path: str = answer.request["PATH_INFO"]
    return path.rsplit("/", 2)[0] + "/"


def test_an_import_from_door_to_door(desk: Client, creditor: Creditor) -> None:
    at = place(bring(desk, creditor))
    questions = desk.post(at + "columns/", {"go": "on"}, follow=True)
    assert questions.request["PATH_INFO"] == at + "questions/"
    preview = desk.post(at + "questions/", ANSWERS, follow=True)
    assert preview.request["PATH_INFO"] == at + "preview/"
    text = preview.content.decode()
    assert "La primera semana permitida" in text
    assert "mucho" in text
    letter = desk.get(at + "letters/0/body/")
    assert "FE-1" in letter.content.decode()
    assert "sandbox" in letter.headers["Content-Security-Policy"]
    assert desk.get(at + "letters/99/").status_code == 404

    (url,) = {part.split('"')[0] for part in text.split('href="') if "/corrections/" in part.split('"')[0]}
    corrections = desk.get(url)
    assert "attachment" in corrections.headers["Content-Disposition"]
    assert "FE-2" in corrections.content.decode("utf-8-sig")
    version = text.split('name="version" value="')[1].split('"')[0]
    result = desk.post(at + "application/", {"version": version}, follow=True)
    assert result.request["PATH_INFO"] == at + "result/"
    for rest in ("columns/", "questions/", "preview/", "progress/"):
        assert desk.get(at + rest).headers["Location"] == at + "result/"
    run = desk.get(wb.at(creditor, "import/history/"), follow=True).content.decode()
    assert "cartera.csv" in run
    with acting(creditor_id=creditor.id):
        run_id = ImportRun.objects.get().pk
    told = desk.get(wb.at(creditor, f"import/history/{run_id}/")).content.decode()
    assert "Contrato marco" in told
    assert "mucho" in told


def test_a_permission_without_its_evidence_is_asked_again(desk: Client, creditor: Creditor) -> None:
    at = place(bring(desk, creditor))
    answer = desk.post(
        at + "questions/", {"permission": "contract", "country": "MX", "through": "2026-11-18"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    for sentence in (
        "Marque al menos un canal",
        "Escriba cuál: es la prueba",
        "Ese país tiene varias zonas horarias",
        "Elija un día que no sea posterior a hoy",
    ):
        assert sentence in text
    assert 'value="America/Mexico_City"' in text
    with acting(creditor_id=creditor.id):
        assert not Upload.objects.get().answers


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Elija al menos un archivo"),
        ([file("vacio.csv", b"")], "vacio.csv"),
        ([file("nada.csv", b"a;b\r\n1;2\r\n")], "nada.csv"),
        ([file("foto.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(40))], "foto.xlsx"),
        ([file(f"{number}.csv") for number in range(13)], "como máximo 12 archivos"),
    ],
    ids=["nothing", "empty", "no table", "a picture", "too many"],
)
def test_what_cannot_be_read_says_so_and_keeps_nothing(
    desk: Client, creditor: Creditor, files: list[SimpleUploadedFile], sentence: str
) -> None:
    answer = desk.post(wb.at(creditor, "import/"), {"files": files})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with acting(creditor_id=creditor.id):
        assert not Upload.objects.exists()


def test_what_is_too_large_is_refused_before_it_is_parsed(
    desk: Client, creditor: Creditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MEGABYTES", 0)
    answer = bring(desk, creditor, file(content=bytes(2_000_000)))
    assert "Los archivos suman 2 MB" in answer.content.decode()
    with acting(creditor_id=creditor.id):
        assert not Upload.objects.exists()


def test_a_form_without_its_token_brings_nothing(creditor: Creditor) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.force_login(wb.person(wb.in_mode(creditor, "draft")))
    assert strict.post(wb.at(creditor, "import/"), {"files": [file()]}).status_code == 403
    with acting(creditor_id=creditor.id):
        assert not Upload.objects.exists()


def test_a_viewer_sees_the_history_and_no_file(desk: Client, creditor: Creditor) -> None:
    at = place(bring(desk, creditor))
    viewer = wb.desk(creditor, "vera@taller.example", "viewer")
    page = viewer.get(wb.at(creditor, "import/"))
    assert page.status_code == 200
    assert "cartera.csv" not in page.content.decode()
    assert viewer.get(wb.at(creditor, "import/history/")).status_code == 200
    for rest in ("", "columns/", "questions/", "preview/", "progress/", "result/", "letters/0/"):
        assert viewer.get(at + rest).status_code == 403
    for rest in ("columns/", "questions/", "application/", "discard/"):
        assert viewer.post(at + rest).status_code == 403
    assert viewer.post(wb.at(creditor, "import/"), {"files": [file()]}).status_code == 403


def test_another_desk_finds_nothing_there(desk: Client, creditor: Creditor) -> None:
    at = place(bring(desk, creditor))
    other = build.creditor(name="Otro taller")
    stranger = wb.desk(wb.in_mode(other, "draft"), "otto@otro.example")
    theirs = at.replace(creditor.public_id, other.public_id)
    for rest in ("", "columns/", "questions/", "preview/", "progress/", "result/", "letters/0/"):
        assert stranger.get(theirs + rest).status_code == 404
    stranger.post(theirs + "discard/")
    assert desk.get(at + "columns/").status_code == 200


def test_thrown_away_is_gone(desk: Client, creditor: Creditor) -> None:
    at = place(bring(desk, creditor))
    assert "Descartada" in desk.post(at + "discard/", follow=True).content.decode()
    assert desk.get(at).status_code == 404


def test_only_what_was_seen_is_brought_in(desk: Client, creditor: Creditor) -> None:
    at = place(bring(desk, creditor))
    desk.post(at + "questions/", ANSWERS)
    answer = desk.post(at + "application/", {"version": "1"}, follow=True)
    assert "Alguien lo cambió entretanto" in answer.content.decode()
    with acting(creditor_id=creditor.id):
        assert not ImportRun.objects.exists()
