"""Publishing, all or nothing: a finished generation becomes visible by one rename, and the one before stays readable.

Layout of an output folder::

    generations/<fingerprint>/{store/, graph.trig, index.html, report.json}
    current -> generations/<fingerprint>          the commit point: replaced by one rename
    index.html, graph.trig, report.json           links through `current`
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from partnergraph.errors import StoreError, UsageError

MARK = ".partnergraph"
FILES = ("graph.trig", "index.html", "report.json")
# The generation before the current one is kept: readers may still have it open.
KEEP = 2


def report_of(output: Path) -> dict[str, Any] | None:
    """The report of the published generation, or None when there is none or it is not whole."""
    current = output / "current"
    try:
        report: dict[str, Any] = json.loads((current / "report.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = (current / "store" / "CURRENT").is_file() and (current / "graph.trig").is_file()
    return report if whole else None


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the output folder for one build. Raises `StoreError` when another build holds it."""
    try:
        _claim(output)
        with (output / MARK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(
                    f"Another build is writing to {output}. Wait for it, or choose another --output."
                ) from None
            _sweep(output)
            yield
    except OSError as error:
        raise disk_error(error, output) from None


def _claim(output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    if not (output / MARK).exists():
        if any(output.iterdir()):
            raise UsageError(f"{output} is not empty and was not made by partnergraph build. Choose another --output.")
        (output / MARK).touch()


def _sweep(output: Path) -> None:
    """Remove what builds left behind that were killed; only called with the lock held."""
    for left in (output / "generations").glob(".new-*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in output.glob(".link-*"):
        left.unlink(missing_ok=True)


@contextmanager
def workshop(output: Path) -> Iterator[Path]:
    """A folder to make the new generation in; gone again if anything fails."""
    folder = output / "generations" / f".new-{os.getpid()}"
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        raise disk_error(error, output) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(made: Path, output: Path, fingerprint: str) -> None:
    """Make a finished generation the current one. Everything is on the disk before the one rename that shows it."""
    generations = output / "generations"
    _sync(made)
    target = generations / fingerprint
    if target.exists():  # a damaged or forced one of the same input: it must not be current while it is replaced
        target = next(p for n in range(1, 1000) if not (p := generations / f"{fingerprint}-{n}").exists())
    made.rename(target)
    _sync_folder(generations)
    _link(output / "current", Path("generations") / target.name)
    for name in FILES:
        if (target / name).exists():
            link = output / name
            if not (link.is_symlink() and link.readlink() == Path("current") / name):
                _link(link, Path("current") / name)
        else:
            (output / name).unlink(missing_ok=True)
    _sync_folder(output)
    _retire(generations, keep=target)


def _link(link: Path, target: Path) -> None:
    fresh = link.with_name(f".link-{link.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def _retire(generations: Path, keep: Path) -> None:
    """Remove all but the newest generations; the order of publishing is kept in a small file."""
    history = generations / ".history"
    known = history.read_text("utf-8").split() if history.exists() else []
    present = {p.name for p in generations.iterdir() if p.is_dir() and not p.name.startswith(".")}
    order = [name for name in known if name in present and name != keep.name]
    order = [*sorted(present - {*order, keep.name}), *order, keep.name]
    fresh = generations / ".history-new"
    fresh.write_text("\n".join(order[-KEEP:]) + "\n", "utf-8")
    fresh.replace(history)
    for name in order[:-KEEP]:
        shutil.rmtree(generations / name, ignore_errors=True)


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        elif path.is_dir():
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # some file systems cannot sync a folder; the files themselves are synced
        os.fsync(handle)
    os.close(handle)


def disk_error(error: OSError, output: Path) -> StoreError:
    """What went wrong with the disk, in words, and what to do."""
    text = str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or "No space left" in text or "File too large" in text:
        return StoreError(
            f"The disk is full: nothing was published in {output}, and what was published before is intact. "
            "Free some space and build again."
        )
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return StoreError(f"{output} cannot be written: {error.strerror}. Choose another --output.")
    return StoreError(f"{output} cannot be written: {text}. Nothing was published; what was there before is intact.")
