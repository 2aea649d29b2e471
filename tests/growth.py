"""Whether work grows with its input and not faster, measured in the processor's time."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

TRIES = 20


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Fail when four times the size takes more than 2.5 times 2.5 times the work.

    On a busy machine times are too long, for which the least of the long ones is compared with the middle short one.
    Objects of other tests do not count: the garbage collector leaves them out meanwhile.
    """
    gc.collect()
    gc.freeze()
    try:
        _compare(work, size)
    finally:
        gc.unfreeze()


def _compare(work: Callable[[int], object], size: int) -> None:

    def seconds(size: int) -> float:
        start = time.process_time()
        work(size)
        return time.process_time() - start

    short, long = [seconds(size // 4) for _ in range(3)], seconds(size)
    for _ in range(TRIES):
        if long <= 2.5**2 * statistics.median(short):
            return
        short.append(seconds(size // 4))
        long = min(long, seconds(size))
    raise AssertionError(f"{size // 4}: {statistics.median(short):.4f} s, {size}: {long:.4f} s of the processor")
