# SPDX-License-Identifier: Apache-2.0
"""Where people of a world over many countries live: by country, the zones of its clocks."""

from __future__ import annotations

from collections.abc import Sequence

ZONES = {
    "AR": ("America/Argentina/Buenos_Aires", "America/Argentina/Ushuaia"),
    "BR": ("America/Sao_Paulo", "America/Manaus", "America/Noronha"),
    "CL": ("America/Santiago", "America/Punta_Arenas", "Pacific/Easter"),
    "CO": ("America/Bogota",),
    "CR": ("America/Costa_Rica",),
    "EC": ("America/Guayaquil", "Pacific/Galapagos"),
    "ES": ("Europe/Madrid", "Atlantic/Canary"),
    "GT": ("America/Guatemala",),
    "MX": ("America/Mexico_City", "America/Tijuana", "America/Cancun"),
    "PA": ("America/Panama",),
    "PE": ("America/Lima",),
    "PY": ("America/Asuncion",),
    "GB": ("Europe/London",),
    "US": ("America/New_York", "America/Chicago", "America/Los_Angeles", "Pacific/Honolulu"),
    "UY": ("America/Montevideo",),
    "XX": ("America/Santiago", "America/Punta_Arenas"),
}
EVERYWHERE = tuple(sorted(ZONES))


def places(countries: Sequence[str], *, company: bool) -> tuple[tuple[str, str], ...]:
    """Country and zone of every place in these countries; the law of the invented one knows no companies in trade."""
    known = (country for country in countries if not company or country != "XX")
    return tuple((country, zone) for country in known for zone in ZONES[country])
