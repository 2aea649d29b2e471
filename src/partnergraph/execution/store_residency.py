"""Whether a query process reads a store into memory, where look-ups cost a third of what they cost on disk."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from partnergraph.store import store_error

MIN_MEMORY = 500_000_000  # bytes of memory with which a store is read into it
MAX_SMALL = 60_000_000  # bytes of a store on disk, some 300,000 quads, that are read into memory at the start
MEMORY_FACTOR = 2  # times the bytes of a larger store: the memory with which it is read into it in the background


def is_resident(targets: list[Path], memory: int) -> bool:
    """Whether a graph is read into memory at the start: RDF files, or a small store where there is enough."""
    if len(targets) != 1 or not targets[0].is_dir():
        return True
    return memory >= MIN_MEMORY and is_small(targets[0])


def is_small(store: Path) -> bool:
    """Whether a store folder is read into memory as a matter of course."""
    return store_size(store) <= MAX_SMALL


def store_size(store: Path) -> int:
    """The bytes that a store folder takes. Raises `StoreError`."""
    try:
        return sum(file.stat().st_size for file in store.iterdir())
    except OSError as error:
        raise store_error(error, store) from None


def fits_in_memory(store: Path, memory: int) -> bool:
    """Whether a store that is not small fits into memory: of a query process, with as much again for a query, and of
    the machine, where the system tells. In memory a store takes about as much room as on disk.
    """
    if not store.is_dir() or memory < MIN_MEMORY or is_small(store):
        return False
    return store_size(store) * MEMORY_FACTOR <= min(memory, _available_memory())


def _available_memory() -> int:
    """The bytes of memory of the machine that are free; 0 where the system does not tell."""
    with suppress(OSError, ValueError, StopIteration), Path("/proc/meminfo").open(encoding="utf-8") as lines:
        return int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]) * 1024
    return 0
