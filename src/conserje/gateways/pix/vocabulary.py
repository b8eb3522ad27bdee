# SPDX-License-Identifier: Apache-2.0
"""Words of the Pix API in ours. A word that is not here stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conserje.domain.ports.gateway import ChargeState

EXPONENTS: Final[Mapping[str, int]] = MappingProxyType({"BRL": 2})

STATES: Final[Mapping[str, ChargeState]] = MappingProxyType(
    {
        "ATIVA": ChargeState.WAITING,
        "CONCLUIDA": ChargeState.PAID,
        "REMOVIDA_PELO_USUARIO_RECEBEDOR": ChargeState.EXPIRED,
        "REMOVIDA_PELO_PSP": ChargeState.EXPIRED,
    }
)

# Of a devolução, as `RefundFact` says it.
REFUNDS: Final[Mapping[str, str]] = MappingProxyType(
    {"EM_PROCESSAMENTO": "pending", "DEVOLVIDO": "done", "NAO_REALIZADO": "refused"}
)
