# SPDX-License-Identifier: Apache-2.0
"""What may be in a text of any language: names of credit bureaus, and forms of address by country."""

from __future__ import annotations

from typing import Final

from conserje.domain.rules import phrases as p
from conserje.domain.rules.phrases import Phrase

ANYWHERE: Final[tuple[Phrase, ...]] = (
    *Phrase.every(
        p.BUREAU,
        "",
        "say_nothing",
        "datacredito|data_credito|transunion|cifin|equifax|experian|serasa|dicom|infocorp|procredito|asnef"
        "|boa_vista_scpc|sentinel_peru",
    ),
)
VOS: Final[tuple[Phrase, ...]] = tuple(
    Phrase.every(
        p.ADDRESS,
        "es",
        "say_usted",
        "vos|podes|tenes|queres|decinos|decime|escribinos|escribime|contanos|acordate|elegi|venis|sos|pedinos",
    )
)
TU: Final[tuple[Phrase, ...]] = tuple(
    Phrase.every(
        p.ADDRESS,
        "es",
        "say_usted",
        "tu|tus|contigo|tuyo|tuya|puedes|tienes|debes|quieres|necesitas|prefieres|te",
    )
)
# Which forms of "you" each country's letters may use; elsewhere usted.
FAMILIAR: Final = {"es_ar": VOS, "es_uy": VOS, "es_mx": TU, "es_es": TU}
# Hosts of links that hide where they lead.
SHORTENERS: Final = tuple(
    """bit.ly tinyurl.com t.co goo.gl ow.ly is.gd cutt.ly rb.gy rebrand.ly t.ly s.id shorturl.at acortar.link lnkd.in
    buff.ly short.gy tiny.cc v.gd wa.link n9.cl bl.ink shorte.st adf.ly encurtador.com.br""".split()  # noqa: SIM905
)
