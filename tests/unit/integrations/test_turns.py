# SPDX-License-Identifier: Apache-2.0
"""Few requests at once, in the order of their coming, and none of them waits for what somebody outside is slow with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from conserje.domain.ports.http import Answer, NoAnswer
from conserje.services.tenancy import turns
from conserje.services.tenancy.http import GuardedHttp
from conserje.services.tenancy.turns import AT_ONCE, Incoming

PATIENCE = 10.0


def in_turn(work: Callable[[], object]) -> object:
    """`work` as a request."""
    with turns.taken():
        return work()


def all_turns_are_free() -> bool:
    """Whether as many as may can be at work together now."""
    together = threading.Barrier(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [pool.submit(in_turn, lambda: together.wait(PATIENCE)) for _ in range(AT_ONCE)]
        return sorted(one.result(PATIENCE) for one in begun) == list(range(AT_ONCE))


def test_so_many_are_at_work_and_no_more_and_the_first_to_come_is_next() -> None:
    held, go = threading.Semaphore(0), [threading.Event() for _ in range(6)]
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        held.release()
        assert go[number].wait(PATIENCE)

    with ThreadPoolExecutor(6) as pool:
        waiting = []
        for number in range(6):
            waiting.append(pool.submit(in_turn, lambda number=number: work(number)))
            if number < AT_ONCE:
                assert held.acquire(timeout=PATIENCE)
            else:
                until = time.monotonic() + PATIENCE
                while len(turns._TURNS._waiting) < number - AT_ONCE + 1:
                    assert time.monotonic() < until
                    time.sleep(0.001)
        assert begun == list(range(AT_ONCE))
        for number in range(6):
            go[number].set()
            waiting[number].result(PATIENCE)
            if number + AT_ONCE < 6:
                assert held.acquire(timeout=PATIENCE)
            assert begun == list(range(min(6, number + AT_ONCE + 1)))
    assert all_turns_are_free()


def test_uploads_that_never_end_stop_nobody() -> None:
    class Slow:
        """A body of which nothing more comes for a while."""

        def read(self, size: int = -1) -> bytes:
            arrived.release()
            assert ended.wait(PATIENCE)
            return b"the rest"

        readline = read

    arrived, ended = threading.Semaphore(0), threading.Event()
    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(in_turn, Incoming(Slow()).read) for _ in range(AT_ONCE)]
        slow += [pool.submit(in_turn, lambda: next(iter(Incoming(Slow()))))]
        for _ in slow:
            assert arrived.acquire(timeout=PATIENCE)
        assert all_turns_are_free()
        ended.set()
        assert [one.result(PATIENCE) for one in slow] == [b"the rest"] * len(slow)
    assert all_turns_are_free()


def test_a_slow_gateway_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Semaphore(0), threading.Event()

    def slow(*_asked: object) -> Answer:
        asked.release()
        assert answered.wait(PATIENCE)
        raise NoAnswer("timeout", reached=True)

    monkeypatch.setattr(GuardedHttp, "_once", slow)
    http = GuardedHttp(allowed_hosts=("127.0.0.1",))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        calls = [pool.submit(in_turn, lambda: http.send("POST", "http://127.0.0.1/")) for _ in range(AT_ONCE)]
        for _ in calls:
            assert asked.acquire(timeout=PATIENCE)
        assert all_turns_are_free()
        answered.set()
        for one in calls:
            with pytest.raises(NoAnswer):
                one.result(PATIENCE)
    assert all_turns_are_free()


def test_what_is_no_request_has_no_turn_to_give() -> None:
    with turns.aside():
        pass
    assert all_turns_are_free()
