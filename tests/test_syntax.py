"""Parsing: by several threads, on every supported version of Python."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from minimig.syntax import parsed

SOURCE = "\n".join(f"def f{n}(a, b=[1, (2, 3)]):\n    return {{a: [b, {'[' * 30}{']' * 30}]}}" for n in range(20))


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns whenever they can, also in the middle of a parse: the garbage collector calls Python."""

    def work(phase: str, information: dict[str, int]) -> None:
        del phase, information
        sum(range(50))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    gc.callbacks.append(work)
    yield
    gc.callbacks.remove(work)
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_many_threads_parse() -> None:
    """Without the lock, one in ten fails with a SystemError on Python 3.11.7."""
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(parsed, [SOURCE] * 80))
    assert {len(tree.body) for tree in trees} == {20}
