# SPDX-License-Identifier: Apache-2.0
"""`conserje creditor`: a new creditor, its brand, its mail server and its people."""

from __future__ import annotations

import click

from conserje.cli.book import chosen, creditor_option, moment_of
from conserje.cli.main import ready

# The option that gives each key of a brand.
_BRAND = {
    "phone": "phone_published",
    "website": "website",
    "signature": "signature_name",
    "colour": "colour",
    "address": "address",
    "collector_name": "collector_name",
    "collector_tax_id": "collector_tax_id",
    "collector_phone": "collector_phone",
    "collector_address": "collector_address",
}


@click.group()
def creditor() -> None:
    """Make a creditor and set it up."""


@creditor.command()
@click.option("--name", required=True, help="How customers know it.")
@click.option("--legal-name", default="")
@click.option("--tax-id", default="")
@click.option("--country", default="CO", show_default=True)
@click.option("--time-zone", default="America/Bogota", show_default=True)
@click.option("--locale", default="es_CO", show_default=True)
@click.option("--currency", default="COP", show_default=True)
@click.option("--sender", required=True, help="The e-mail address that letters come from.")
@click.option("--phone", default="", help="The telephone published on its site.")
@click.option("--website", default="")
@click.option("--signature", default="", help="Who signs.")
@click.option("--colour", default="", help="Like #31556b.")
@click.option("--address", default="", help="Its postal address, where the law asks for it.")
@click.option(
    "--role",
    type=click.Choice(["first_party", "agency", "assignee", "law_firm"]),
    default="first_party",
    show_default=True,
    help="In whose right is written.",
)
@click.option("--organisation", default="", help="The firm that writes for it; its own name when not given.")
@click.option("--collector-name", default="", help="The firm that writes, where it is not the creditor.")
@click.option("--collector-tax-id", default="", help="Its tax number: the law asks an agency for it.")
@click.option("--collector-phone", default="")
@click.option("--collector-address", default="")
def add(**facts: str) -> None:
    """Make a creditor; its steps begin as drafts that a person approves."""
    ready()
    from conserje.config import clock
    from conserje.services.outreach import strategy
    from conserje.services.tenancy import creditor as creditors
    from conserje.services.tenancy import setting_up
    from conserje.services.tenancy.act import acting

    name = facts["name"]
    if facts["role"] != "first_party" and not facts["collector_tax_id"]:
        raise click.ClickException(
            "Whoever writes for others names itself with its tax number: give --collector-tax-id."
        )
    new = setting_up.NewCreditor(
        name=name,
        country=facts["country"],
        time_zone=facts["time_zone"],
        locale=facts["locale"],
        currency=facts["currency"],
        legal_name=facts["legal_name"],
        tax_id=facts["tax_id"],
        role=facts["role"],
        brand=_brand(name, facts),
    )
    creditor_id = setting_up.add_creditor(new=new, organisation=facts["organisation"])
    with acting(creditor_id=creditor_id):
        strategy.adopt(creditor_id=creditor_id, content=strategy.default(), by="system", now=clock.now())
    public_id = creditors.by_id(creditor_id=creditor_id).public_id
    click.echo(
        f"{name} is ready as {public_id}. Next: `conserje creditor mail`, then `conserje import FILE`."
    )


def _brand(name: str, facts: dict[str, str]) -> dict[str, str]:
    sender = facts["sender"]
    usual = {"sender_name": name, "sender_address": sender, "reply_to": sender, "signature_name": name}
    return usual | {key: facts[option] for option, key in _BRAND.items() if facts[option]}


@creditor.command()
@click.option("--host", required=True)
@click.option("--port", default=587, show_default=True, type=int)
@click.option(
    "--security", default="starttls", type=click.Choice(["starttls", "tls", "none"]), show_default=True
)
@click.option("--username", default="")
@click.option("--password", default="", help="Asked for when a user name is given without it.")
@creditor_option
def mail(public_id: str, host: str, port: int, security: str, username: str, password: str) -> None:
    """Set up the mail server that letters leave through, and try it."""
    ready()
    from conserje.domain.ports.registry import carriers
    from conserje.domain.ports.settings import SettingsRefused
    from conserje.services.outreach import review
    from conserje.services.tenancy import connection
    from conserje.services.tenancy.act import acting

    if username and not password:
        password = click.prompt("Password", hide_input=True)
    facts = chosen(public_id)
    now = moment_of(facts, "")
    values = {"host": host, "port": port, "security": security, "username": username, "password": password}
    try:
        with acting(creditor_id=facts.id):
            connection.set_up(
                creditor_id=facts.id,
                kind="channel",
                adapter="email_smtp",
                values=values,
                now=now,
            )
            review.wake_all(creditor_id=facts.id, now=now, reason="connection.set_up")
            chosen_settings = connection.settings_of(
                creditor_id=facts.id, kind="channel", adapter="email_smtp"
            )
    except SettingsRefused as error:
        raise click.ClickException(str(error)) from error
    troubles = carriers.get("email_smtp").check(chosen_settings, connection.http())
    click.echo("\n".join(troubles) or "The mail server answers.")


@creditor.command()
@click.option("--email", required=True)
@click.option("--name", default="")
@click.option(
    "--role",
    default="owner",
    type=click.Choice(["owner", "manager", "collector", "viewer"]),
    show_default=True,
)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@creditor_option
def person(public_id: str, email: str, name: str, role: str, password: str) -> None:
    """Let a person sign in to the workbench."""
    ready()
    from conserje.services.tenancy import setting_up

    if len(password) < 12:
        raise click.ClickException("A password has at least 12 characters.")
    facts = chosen(public_id)
    number = setting_up.add_person(creditor_id=facts.id, email=email, name=name, password=password, role=role)
    click.echo(f"{email} may sign in now, as person {number}.")
