# SPDX-License-Identifier: Apache-2.0
"""Migrating without building each table's class anew for each change of another's.

After every change of a model Django 5.2 renders it and all that are related to it again, so that code in a migration
finds classes that know of each other. Here nearly everything is related to the creditor, and a new database spent
most of a minute on that. No migration of ours runs such code: of our tables only the changed one is rendered, and
after a constraint or an index none. Packages keep Django's own way. The tables come out alike (a test compares).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db.migrations.state import ProjectState

_NOTE, _RELATED = "_append_option", "_find_reload_model"


@contextmanager
def lightly() -> Iterator[None]:
    """Within it, what is related to a table of ours is not rendered again with it."""
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("conserje.data.")}
    append, related = getattr(ProjectState, _NOTE), getattr(ProjectState, _RELATED)

    def noted(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
        if app_label not in ours:
            append(state, app_label, model_name, option, added)
            return
        options = state.models[app_label, model_name].options
        options[option] = [*options[option], added]

    def itself(
        state: ProjectState, app_label: str, model_name: str, delay: bool = False
    ) -> set[tuple[str, str]]:
        if app_label not in ours:
            found: set[tuple[str, str]] = related(state, app_label, model_name, delay)
            return found
        return {(app_label, model_name)}

    setattr(ProjectState, _NOTE, noted)
    setattr(ProjectState, _RELATED, itself)
    try:
        yield
    finally:
        setattr(ProjectState, _NOTE, append)
        setattr(ProjectState, _RELATED, related)
