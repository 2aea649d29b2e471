"""Whether work grows with its input and not faster, measured in the processor's time."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 20


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Fail when four times the size takes more than 2.5 times 2.5 times the work.

    On a busy machine a time can be too long, but hardly too short: so the long one is measured again and again.
    """

    def seconds(size: int) -> float:
        start = time.process_time()
        work(size)
        return time.process_time() - start

    short = min(seconds(size // 4) for _ in range(3))
    long = seconds(size)
    for _ in range(TRIES):
        if long <= 2.5**2 * short:
            return
        long = min(long, seconds(size))
    raise AssertionError(f"{size // 4}: {short:.4f} s, {size}: {long:.4f} s of the processor")
