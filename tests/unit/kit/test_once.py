# SPDX-License-Identifier: Apache-2.0
"""Answers are kept by the very object asked about: never another's, never of one that may change."""

from __future__ import annotations

import gc
from types import MappingProxyType
from typing import Any

from conserje.domain.kit import once
from conserje.domain.kit.once import once_for


def counted() -> tuple[Any, list[Any]]:
    asked: list[Any] = []

    @once_for(MappingProxyType)
    def first(value: Any, key: str = "a") -> Any:
        asked.append(value)
        return value[key]

    return first, asked


def test_the_same_object_is_asked_about_once_for_each_of_the_others() -> None:
    first, asked = counted()
    fixed = MappingProxyType({"a": 1, "b": 2})
    assert [first(fixed), first(fixed), first(fixed, "b"), first(fixed, "b")] == [1, 1, 2, 2]
    assert len(asked) == 2


def test_an_equal_object_is_another() -> None:
    first, asked = counted()
    assert first(MappingProxyType({"a": 1})) == first(MappingProxyType({"a": 1}))
    assert len(asked) == 2


def test_what_may_change_is_asked_about_each_time() -> None:
    first, asked = counted()
    free = {"a": 1}
    assert first(free) == 1
    free["a"] = 2
    assert first(free) == 2
    assert len(asked) == 2


def test_no_object_gets_the_answer_of_one_that_is_gone() -> None:
    first, _ = counted()
    for number in range(3 * once._MOST):
        assert first(MappingProxyType({"a": number})) == number
        if number % 1000 == 0:
            gc.collect()
