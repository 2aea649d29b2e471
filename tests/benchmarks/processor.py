"""Processor time of a call: other work on the machine does not count."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def taken(call: Callable[[], object], rounds: int) -> float:
    """The median in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)
