# SPDX-License-Identifier: Apache-2.0
"""`conserje`: the list of its commands. Each lives in a module of its own, imported when it is called."""

from __future__ import annotations

import importlib
import os

import click

COMMANDS = {
    "backup": "conserje.cli.backup:backup",
    "bank": "conserje.cli.bank:bank",
    "contacts": "conserje.cli.contacts:contacts",
    "bench": "conserje.cli.bench:bench",
    "creditor": "conserje.cli.creditor:creditor",
    "data": "conserje.cli.data:data",
    "database": "conserje.cli.database:database",
    "demo": "conserje.cli.demo:demo",
    "doctor": "conserje.cli.doctor:doctor",
    "drafts": "conserje.cli.drafts:drafts",
    "import": "conserje.cli.import_:import_",
    "law": "conserje.cli.law:law",
    "migrate": "conserje.cli.migrate:migrate",
    "parked": "conserje.cli.parked:parked",
    "payments": "conserje.cli.payments:payments",
    "preview": "conserje.cli.preview:preview",
    "recovery": "conserje.cli.recovery:recovery",
    "replay": "conserje.cli.replay:replay",
    "restore": "conserje.cli.restore:restore",
    "run": "conserje.cli.run:run",
    "sending": "conserje.cli.sending:sending",
    "serve": "conserje.cli.serve:serve",
    "stop": "conserje.cli.stop:stop",
    "simulate": "conserje.cli.simulate:simulate",
    "unsure": "conserje.cli.unsure:unsure",
    "verify": "conserje.cli.verify:verify",
    "worker": "conserje.cli.serve:worker",
}


class Lazy(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Lazy)
@click.version_option(package_name="conserje")
def main() -> None:
    """Conserje: courteous, lawful recovery of overdue invoices."""


def ready() -> None:
    """Load Django's settings and tables. A command calls this before it imports anything that touches them."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conserje.config.settings")
    django.setup()
