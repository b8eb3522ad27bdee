# SPDX-License-Identifier: Apache-2.0
"""Migrating without building each table's class anew for each of its constraints.

Django 5.2 renders a model and all that are related to it again after every `AddConstraint` and `AddIndex`, although
neither needs the rendered class to know it. Here nearly everything is related to the creditor, so a new database
spent most of a minute on that. Only the tables of this house are spared; packages keep Django's own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db.migrations.state import ProjectState

_NAME = "_append_option"


@contextmanager
def lightly() -> Iterator[None]:
    """Within it, constraints and indexes of our tables are noted in the state and not rendered."""
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("conserje.data.")}
    usual = getattr(ProjectState, _NAME)

    def noted(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
        if app_label not in ours:
            usual(state, app_label, model_name, option, added)
            return
        options = state.models[app_label, model_name].options
        options[option] = [*options[option], added]

    setattr(ProjectState, _NAME, noted)
    try:
        yield
    finally:
        setattr(ProjectState, _NAME, usual)
