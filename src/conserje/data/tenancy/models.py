# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.tenancy.creditor import Creditor, Role
from conserje.data.tenancy.membership import Membership, MembershipRole
from conserje.data.tenancy.organisation import Organisation
from conserje.data.tenancy.user import User

__all__ = ["Creditor", "Membership", "MembershipRole", "Organisation", "Role", "User"]
