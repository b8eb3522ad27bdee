# SPDX-License-Identifier: Apache-2.0
"""Work done once for what many share: answers kept by the very object that was asked about, not by what it holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

Asked = TypeVar("Asked")
More = ParamSpec("More")
Answer = TypeVar("Answer")
_MOST: Final = 1024


def once_for(
    *kinds: type,
) -> Callable[[Callable[Concatenate[Asked, More], Answer]], Callable[Concatenate[Asked, More], Answer]]:
    """Keep a function's answers by its first argument's identity, where that is of one of `kinds`, and by the others.

    For values that never change (frozen, or handed in read-only) and are the same object many times over: comparing
    two of them would cost more than the work. An argument of another kind is answered anew each time. The arguments
    after the first are positional and hashable. When too many answers are kept, all go.
    """

    def keeping(
        make: Callable[Concatenate[Asked, More], Answer],
    ) -> Callable[Concatenate[Asked, More], Answer]:
        # The object stays with its answer: its number alone would be another's once the object is gone.
        kept: dict[Any, tuple[Any, Answer]] = {}

        @wraps(make)
        def answered(asked: Asked, /, *more: More.args, **named: More.kwargs) -> Answer:
            key = (id(asked), *more)
            found = kept.get(key)
            if found is not None:
                return found[1]
            answer = make(asked, *more, **named)
            if type(asked) in kinds:
                if len(kept) >= _MOST:
                    kept.clear()
                kept[key] = (asked, answer)
            return answer

        return answered

    return keeping
