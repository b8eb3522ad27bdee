# SPDX-License-Identifier: Apache-2.0
"""The front door: to the desk of the first creditor, or a kind word when there is none."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from conserje.services.tenancy import people
from conserje.workbench.access import user_id_of


@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Go to the one creditor this person works for; with several choose, with none say what to do."""
    found = people.creditors_of(user_id=user_id_of(request))
    if len(found) == 1:
        return redirect("workbench:home", creditor=found[0].public_id)
    return render(request, "workbench/start.html", {"creditors": found})
