"""What threads share is made once; nobody waits for what somebody else needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from minimig.runtime.once import Itself, Once


def test_eight_threads_make_it_once() -> None:
    """All of them get the same thing, also those who asked while it was being made."""
    once, made, together = Once(), [], Barrier(8)

    def make() -> object:
        made.append(1)
        return object()

    def ask() -> object:
        together.wait(10)
        return once("key", make)

    with ThreadPoolExecutor(8) as pool:
        found = [asked.result() for asked in [pool.submit(ask) for _ in range(8)]]
    assert len(set(map(id, found))) == len(made) == 1


def test_another_thing_does_not_wait() -> None:
    """A thing that takes long is made while another one is asked for and got, of whose making it may itself be part."""
    once, ready = Once(), Event()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(once, "slow", lambda: ready.wait(10))
        assert once("fast", lambda: once("inner", lambda: 2)) == 2
        ready.set()
        assert slow.result() is True


def test_what_fails_is_tried_again() -> None:
    """An error is raised to whoever asked; the next one makes it anew."""
    once = Once()
    with pytest.raises(ZeroDivisionError):
        once("key", lambda: 1 // 0)
    assert once("key", lambda: 3) == 3


def test_who_waits_for_what_fails_hears_of_it() -> None:
    """The error of the one that makes it is also that of those who wait."""
    once, begun, go = Once(), Event(), Event()

    def fail() -> int:
        begun.set()
        go.wait(10)
        return 1 // 0

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once, "key", fail)
        begun.wait(10)
        second = pool.submit(once, "key", lambda: 7)
        go.set()
        assert isinstance(first.exception(), ZeroDivisionError)
        assert second.exception() is first.exception() or second.result() == 7  # it may have come too late to wait


def test_a_value_as_a_key_is_itself() -> None:
    """Two equal values are two keys; one value is one, for as long as the key is kept."""
    one, other = [1], [1]
    assert Itself(one) == Itself(one)
    assert Itself(one) != Itself(other)
    assert len({Itself(one), Itself(other), Itself(one)}) == 2
