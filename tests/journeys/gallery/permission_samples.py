# SPDX-License-Identifier: Apache-2.0
"""The screen of missing permissions: some to ask, an answer that lacks something, nobody left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conserje.ui.listing import Option
from conserje.workbench.pages import Frame
from conserje.workbench.permission_pages import PermissionPage, SilentRow

ROWS = (
    SilentRow("1", "Ficticia Comercial S.A.S.", "pagos@ficticia.example", "#1"),
    SilentRow(
        "2",
        "Consorcio Internacional de Importaciones y Exportaciones Imaginarias del Caribe S.A. E.S.P.",
        "departamento.de.cuentas.por.pagar.internacionales@consorcio-imaginario-del-caribe.example",
        "#2",
        ticked=True,
    ),
    SilentRow("3", "Panadería de Mentira", "", "#3"),
)
BASES = ("En un contrato con nosotros", "En una orden o una cotización que aceptaron", "De otra manera")
BODY = "Reciba un cordial saludo.\n\nSomos Taller Ejemplo. Quisiéramos enviarle por correo los avisos de sus facturas."


def every(frame: Frame) -> Iterator[tuple[str, str, object]]:
    """(name, template, page) of each."""
    page = PermissionPage(
        frame=replace(frame, section="receivables"),
        rows=ROWS,
        total=231,
        said_no=2,
        bases=tuple(Option(str(at), word) for at, word in enumerate(BASES)),
        channels=(Option("email", "correo", chosen=True), Option("whatsapp", "WhatsApp")),
        source="",
        everybody=False,
        faults={},
        may_act=True,
        subject="¿Nos autoriza a escribirle sobre sus facturas?",
        body=BODY,
    )
    yield "w-permission", "workbench/permission/show.html", page
    faults = {
        "basis": "Elija cómo le dieron sus direcciones.",
        "source": "Escriba cuál: es la prueba que se guarda con cada dirección.",
        "channels": "Marque al menos un canal para el que la dieron.",
        "customers": "Marque los clientes de quienes esto es cierto.",
    }
    yield "w-permission-wrong", "workbench/permission/show.html", replace(page, faults=faults)
    yield "w-permission-none", "workbench/permission/show.html", replace(page, rows=(), total=0, said_no=0)
