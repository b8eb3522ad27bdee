# SPDX-License-Identifier: Apache-2.0
"""Which creditors a person works for, and in what role: asked before any creditor's context is set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from conserje.data.tenancy.models import Creditor, Membership, MembershipRole, User
from conserje.services.tenancy.creditor import Facts, UnknownCreditor, by_public_id

_FROM_WIDEST = tuple(MembershipRole.values)


@dataclass(frozen=True, slots=True)
class Seat:
    """One creditor a person works for. `role` is owner, manager, collector or viewer."""

    creditor: Facts
    role: str

    @property
    def may_act(self) -> bool:
        """Whether this person may change anything; a viewer only looks."""
        return self.role != MembershipRole.VIEWER.value

    @property
    def owns(self) -> bool:
        """Whether this person answers for the creditor, such as for the rules it sets itself."""
        return self.role == MembershipRole.OWNER.value

    @property
    def leads(self) -> bool:
        """Whether this person decides for the creditor as a whole, such as that nothing leaves."""
        return self.role in (MembershipRole.OWNER.value, MembershipRole.MANAGER.value)


@dataclass(frozen=True, slots=True)
class Reachable:
    """A creditor's public id and name, for choosing."""

    public_id: str
    name: str


def creditors_of(*, user_id: int) -> list[Reachable]:
    """The creditors a person works for, by name: those of their organisations, and those named one by one."""
    roles = Membership.objects.filter(user_id=user_id)
    everywhere = roles.filter(creditor=None).values("organisation_id")
    named = roles.exclude(creditor=None).values("creditor_id")
    rows = Creditor.objects.filter(Q(organisation_id__in=everywhere) | Q(id__in=named))
    return [Reachable(*row) for row in rows.order_by("name", "id").values_list("public_id", "name")]


def seat(*, user_id: int, public_id: str) -> Seat | None:
    """The person's place at that creditor, in their widest role; None when it is unknown or not theirs."""
    try:
        creditor = by_public_id(public_id=public_id)
    except UnknownCreditor:
        return None
    roles = Membership.objects.filter(user_id=user_id, organisation_id=creditor.organisation_id)
    held = roles.filter(Q(creditor=None) | Q(creditor_id=creditor.id)).values_list("role", flat=True)
    widest = min(held, key=_FROM_WIDEST.index, default=None)
    return None if widest is None else Seat(creditor, widest)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who may act for a creditor. `locale` is the language they read, empty when nobody said it."""

    user_id: int
    name: str
    email: str
    locale: str


def workers(*, creditor_id: int) -> list[Worker]:
    """Active people who may act for the creditor, by id; viewers are not among them."""
    organisation = Creditor.objects.values_list("organisation_id", flat=True).get(id=creditor_id)
    held = Membership.objects.filter(organisation_id=organisation).exclude(role=MembershipRole.VIEWER.value)
    ids = held.filter(Q(creditor=None) | Q(creditor_id=creditor_id)).values("user_id")
    rows = User.objects.filter(id__in=ids, is_active=True).order_by("id")
    return [Worker(*row) for row in rows.values_list("id", "name", "email", "locale")]


def names(*, user_ids: Iterable[int]) -> dict[int, str]:
    """How people are called, by id: their name, else their address."""
    rows = User.objects.filter(id__in=set(user_ids)).values_list("id", "name", "email")
    return {user_id: name or email for user_id, name, email in rows}
