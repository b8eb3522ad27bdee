# SPDX-License-Identifier: Apache-2.0
"""Who owes: a company or a person, what is known of them and since when."""

from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Customer(TenantModel):
    """One customer of a creditor. `reference` is the creditor's own code, or their tax id, or their name."""

    reference = models.CharField(max_length=120)
    reference_key = models.CharField(max_length=120)
    name = models.CharField(max_length=240)
    sort_key = models.CharField(max_length=240)
    kind = models.CharField(max_length=10, default="unknown")
    debtor_type = models.CharField(max_length=24, default="unknown")
    tax_id = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    locale = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("customer"),
            models.UniqueConstraint(fields=["creditor", "reference_key"], name="customer_reference_unique"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["company", "person", "unknown"]), name="customer_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["creditor", "sort_key"], name="customer_sort")]


class CustomerFact(TenantModel):
    """A fact stated about a customer, with who said so and when; the latest one stands in `Customer`."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="facts"
    )
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=240)
    source = models.CharField(max_length=240)
    stated_by = models.CharField(max_length=80)
    stated_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("customer_fact"),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="customer_fact_customer"),
        ]
        indexes = [
            models.Index(fields=["creditor", "customer", "name", "-stated_at"], name="customer_fact_latest")
        ]


class SearchTerm(TenantModel):
    """A folded word by which a customer is found; under row security no other index can serve a search."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, db_constraint=False, related_name="terms"
    )
    term = models.CharField(max_length=120)

    class Meta:
        constraints = [
            tenant_unique("search_term"),
            models.UniqueConstraint(fields=["creditor", "term", "customer"], name="search_term_once"),
            TenantForeignKey(
                fields=["customer"],
                to="receivables.Customer",
                name="search_term_customer",
                on_delete="CASCADE",
            ),
        ]
        indexes = [
            models.Index(
                models.F("creditor"), OpClass("term", name="varchar_pattern_ops"), name="search_term_prefix"
            )
        ]
