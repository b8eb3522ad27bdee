# SPDX-License-Identifier: Apache-2.0
"""`conserje doctor`: is everything in place? Database, roles, mail, public address, packs, contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from conserje.cli.book import json_option, show
from conserje.cli.main import ready


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `ok`, or what is wrong and what to do."""

    about: str
    ok: bool
    says: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look at database, mail server, public address, packs and contacts; exits 1 when something is wrong."""
    ready()
    findings = [*_database(), *_public_address(), *_creditors()]
    result = {"ok": all(item.ok for item in findings), "findings": [vars_of(item) for item in findings]}
    show(
        result,
        as_json=as_json,
        lines=lambda: [f"{'ok ' if item.ok else 'NOT'} {item.about}: {item.says}" for item in findings],
    )
    if not result["ok"]:
        raise SystemExit(1)


def vars_of(item: Finding) -> dict[str, Any]:
    """A finding as plain values."""
    return {"about": item.about, "ok": item.ok, "says": item.says}


def _database() -> list[Finding]:
    from conserje.services.tenancy import health

    return [Finding(item.about, item.ok, item.says) for item in health.database()]


def _public_address() -> list[Finding]:
    from django.conf import settings

    url = str(settings.PUBLIC_URL)
    local = "127.0.0.1" in url or "localhost" in url
    if local:
        says = f"{url} is reached from this machine only. Set CONSERJE_PUBLIC_URL to the https address of the portal."
        return [Finding("public address", True, says)]
    if not url.startswith("https://"):
        return [
            Finding(
                "public address",
                False,
                f"{url} is not https. Links with secrets must not travel in the open.",
            )
        ]
    return [Finding("public address", True, url)]


def _creditors() -> list[Finding]:
    from conserje.domain.ports.registry import countries
    from conserje.services.tenancy import creditor as creditors
    from conserje.services.tenancy import health, queue

    findings = [Finding("law packs", True, ", ".join(p.label for c in countries.all() for p in c.packs()))]
    for facts in creditors.every():
        if facts.paused or facts.restored_at is not None:
            says = "paused" if facts.paused else "only what a person approved leaves, since a restore"
            findings.append(Finding(f"{facts.name}: sending", False, f"{says}. See `conserje sending`."))
        findings += [
            Finding(f"{facts.name}: {item.about}", item.ok, item.says)
            for item in health.carriers(creditor_id=facts.id)
        ]
        findings.append(_contacts(facts.id, facts.name))
        findings += _sending(facts)
    for job in queue.parked():
        says = f"given up after {job.tries} tries. Look at the logs, then `conserje parked again --job {job.id}`."
        findings.append(Finding(f"job {job.name} of creditor {job.creditor_id}", False, says))
    return findings


def _sending(facts: Any) -> list[Finding]:
    from conserje.services.outreach import parked, stop
    from conserje.services.tenancy.act import reading

    with reading(creditor_id=facts.id):
        stopped = stop.in_force(creditor_id=facts.id)
        given_up = parked.waiting(creditor_id=facts.id)
    found = [
        Finding(
            f"{facts.name}: sending",
            item.by != "system",
            f"{item.channel or 'everything'} is stopped since {item.since:%Y-%m-%d %H:%M} ({item.reason})."
            " `conserje stop lift` lets it go again.",
        )
        for item in stopped
    ]
    if given_up:
        says = f"{len(given_up)} contacts were given up. `conserje parked` lists them."
        found.append(Finding(f"{facts.name}: parked", False, says))
    return found


def _contacts(creditor_id: int, name: str) -> Finding:
    """The alerts about a creditor's contacts that are in force."""
    from conserje.cli.contacts import said
    from conserje.services.outreach import alert
    from conserje.services.tenancy.act import reading

    with reading(creditor_id=creditor_id):
        found = alert.in_force(creditor_id=creditor_id)
    says = " ".join(said(item.alarm.value, item.count, list(item.about)) for item in found)
    return Finding(f"{name}: contacts", not found, says or "no alert.")
