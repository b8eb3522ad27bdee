# SPDX-License-Identifier: Apache-2.0
"""What stands in many letters is written once, and never in the wrong one."""

from __future__ import annotations

from types import MappingProxyType

from conserje.wording import render, samples, sandbox
from conserje.wording.program import program


def test_what_lasts_is_written_once_for_each_object_and_only_if_it_cannot_change() -> None:
    source = "{{ box.k }}{% if box.n %}!{% endif %}-{{ key }}"
    parsed = sandbox.environment("es_CO", html=True).from_string(source)
    fill = program(parsed, lasting=frozenset(("box",)))
    assert fill is not None
    below = {"k": "<a>", "n": True}
    fixed = MappingProxyType(below)
    assert fill({"box": fixed, "key": "x"}) == "&lt;a&gt;!-x"
    below["k"] = "changed behind our back"
    assert fill({"box": fixed, "key": "y"}) == "&lt;a&gt;!-y", "the same object is not read again"
    assert fill({"box": MappingProxyType({"k": "b", "n": None}), "key": "y"}) == "b-y"
    free = {"k": "<a>", "n": True}
    assert fill({"box": free, "key": "x"}) == "&lt;a&gt;!-x"
    free["k"] = "c"
    assert fill({"box": free, "key": "x"}) == "c!-x", "what can change is read each time"
    for number in range(100):
        assert fill({"box": MappingProxyType({"k": str(number), "n": None}), "key": "z"}) == f"{number}-z"


def test_letters_of_two_creditors_that_take_turns_stay_each_its_own() -> None:
    first, second = (MappingProxyType({**samples.creditor(), "name": name}) for name in ("Uno", "Dos"))
    for _ in range(3):
        for creditor, name, other in ((first, "Uno", "Dos"), (second, "Dos", "Uno")):
            values = {**samples.values(), "creditor": creditor}
            made = render.letter(kind="friendly", locale="es_CO", values=values)
            assert name in made.text
            assert name in made.html
            assert other not in made.text
            assert other not in made.html
