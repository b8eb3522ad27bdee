# SPDX-License-Identifier: Apache-2.0
"""The firm, or the agency working for many creditors: it stands above them, because some legal caps span them."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.public_id import new_public_id


class Organisation(models.Model):
    """Who installed Conserje. Readable without a context: it is how a context is found."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=240)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
