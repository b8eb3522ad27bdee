# SPDX-License-Identifier: Apache-2.0
"""A new organisation, its creditors and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from conserje.data.tenancy.models import Creditor, Membership, Organisation, User


@dataclass(frozen=True, slots=True)
class NewCreditor:
    """A creditor to be made. `brand` has the keys of `Creditor.BRAND`; a demo book carries its own clock."""

    name: str
    country: str
    time_zone: str
    locale: str
    currency: str
    legal_name: str = ""
    tax_id: str = ""
    role: str = "first_party"
    brand: Mapping[str, str] = field(default_factory=dict)
    clock_at: datetime | None = None


class Refused(ValueError):
    """A person or creditor cannot be made as given; says what to change."""


def add_creditor(*, new: NewCreditor, organisation: str = "") -> int:
    """Make a creditor in the organisation called so (made too when it is not there); answers its id."""
    unknown = sorted(set(new.brand) - set(Creditor.BRAND))
    if unknown:
        raise Refused(f"A brand has no {', '.join(unknown)}. It has: {', '.join(Creditor.BRAND)}.")
    with transaction.atomic():
        above, _ = Organisation.objects.get_or_create(name=organisation or new.name)
        row = Creditor.objects.create(
            organisation=above,
            name=new.name,
            legal_name=new.legal_name or new.name,
            tax_id=new.tax_id,
            country=new.country,
            time_zone=new.time_zone,
            locale=new.locale,
            currency=new.currency,
            role=new.role,
            brand=dict(new.brand),
            is_demo=new.clock_at is not None,
            clock_at=new.clock_at,
        )
    return row.id


def add_person(*, creditor_id: int, email: str, name: str, password: str, role: str) -> int:
    """Make a person who signs in for this creditor's organisation, or add the role to one we know; answers their id."""
    creditor = Creditor.objects.get(id=creditor_id)
    with transaction.atomic():
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            user = User.objects.create_user(email=email, password=password, name=name, locale=creditor.locale)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Membership.objects.get_or_create(
            user=user, organisation_id=creditor.organisation_id, creditor=None, defaults={"role": role}
        )
    return user.id


def rebrand(*, creditor_id: int, brand: Mapping[str, str]) -> None:
    """Change keys of a creditor's brand; an empty text takes one away. Raises `Refused`."""
    unknown = sorted(set(brand) - set(Creditor.BRAND))
    if unknown:
        raise Refused(f"A brand has no {', '.join(unknown)}. It has: {', '.join(Creditor.BRAND)}.")
    row = Creditor.objects.get(id=creditor_id)
    row.brand = {key: value for key, value in {**row.brand, **brand}.items() if value}
    row.save(update_fields=["brand"])
