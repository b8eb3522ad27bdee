# SPDX-License-Identifier: Apache-2.0
"""The creditor as its customers know it: name, colour, and how to check that it is really them."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from conserje.portal.pages import Brand
from conserje.portal.visit import cautious
from conserje.services.outreach import law
from conserje.services.tenancy.creditor import Facts, tax_label
from conserje.ui.colour import brand_stylesheet

A_YEAR = 365 * 24 * 3600
FIVE_MINUTES = 300


def of(facts: Facts) -> Brand:
    """What every page of the creditor shows of it."""
    brand = facts.brand
    authority, complaint_url = _authority(facts.country)
    return Brand(
        creditor=facts.public_id,
        name=facts.name,
        legal_name=facts.legal_name or facts.name,
        tax_id=f"{tax_label(country=facts.country)} {facts.tax_id}" if facts.tax_id else "",
        stylesheet_version=version(facts),
        reply_address=brand.get("reply_to") or brand.get("sender_address", ""),
        phone=brand.get("phone_published", ""),
        phone_published_on=brand.get("website", ""),
        host=urlsplit(settings.PUBLIC_URL).netloc if settings.IS_HTTPS else "",
        privacy_url=brand.get("policy_url", ""),
        complaint_authority=authority,
        complaint_url=complaint_url,
    )


def version(facts: Facts) -> str:
    """Changes with the colour, so that browsers may keep the stylesheet for long."""
    return hashlib.sha256(_stylesheet(facts).encode()).hexdigest()[:8]


@require_safe
@cautious
def stylesheet(request: HttpRequest, facts: Facts) -> HttpResponse:
    """The creditor's colour as tokens; it tells nothing of any customer, so it is kept by whoever wants to."""
    answer = HttpResponse(_stylesheet(facts), content_type="text/css; charset=utf-8")
    known = request.GET.get("v") == version(facts)
    answer.headers["Cache-Control"] = (
        f"public, max-age={A_YEAR}, immutable" if known else f"public, max-age={FIVE_MINUTES}"
    )
    return answer


def _stylesheet(facts: Facts) -> str:
    return brand_stylesheet(facts.brand.get("colour", ""))


def _authority(country: str) -> tuple[str, str]:
    authority = law.authority(country=country)
    return ("", "") if authority is None else (authority.short_name, authority.site)
