"""Publishing, all or nothing: a finished generation becomes visible by one rename, and the one before stays readable.

Layout of an output folder::

    generations/<fingerprint>/{store/, names.sqlite, graph.trig, index.html, report.json}
    current -> generations/<fingerprint>          the commit point: replaced by one rename
    .previous -> generations/<fingerprint>        the one before, for readers that are just opening it
    index.html, graph.trig, report.json           links through `current`

What neither link names is swept by the next build. A reader that is open outlives that: the engine opens every file
of a store at the start, and a removed file lasts as long as someone has it open (POSIX, unlink).
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from partnergraph.errors import StoreError, UsageError

MARK = ".partnergraph"
FILES = ("graph.trig", "index.html", "report.json")


def report_of(output: Path) -> dict[str, Any] | None:
    """The report of the published generation, or None when there is none or it is not whole."""
    current = output / "current"
    try:
        report = json.loads((current / "report.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = (current / "store" / "CURRENT").is_file() and (current / "graph.trig").is_file()
    linked = all((output / name).is_symlink() == (current / name).is_file() for name in FILES)
    return report if isinstance(report, dict) and whole and linked else None


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the output folder for one build. Raises `StoreError` when another build holds it."""
    with ExitStack() as held:
        try:
            _claim(output)
            lock = held.enter_context((output / MARK).open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _sweep(output)
        except BlockingIOError:
            raise StoreError(
                f"Another build is writing to {output}. Wait for it, or choose another --output."
            ) from None
        except OSError as error:
            raise disk_error(error, output) from None
        yield


def _claim(output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    if not (output / MARK).exists():
        if any(path.name != MARK for path in output.iterdir()):
            raise UsageError(f"{output} is not empty and was not made by partnergraph build. Choose another --output.")
        (output / MARK).touch()


def _sweep(output: Path) -> None:
    """Remove what nobody needs: older generations, and what killed builds left. Only with the lock held."""
    wanted = {link.readlink().name for link in (output / "current", output / ".previous") if link.is_symlink()}
    for generation in (output / "generations").glob("*"):
        if generation.name not in wanted:
            shutil.rmtree(generation, ignore_errors=True)
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
    generations, current = output / "generations", output / "current"
    _sync(made)
    target = generations / fingerprint
    if target.exists():  # a damaged or forced one of the same input: it must not be current while it is replaced
        target = next(p for n in range(1, 1000) if not (p := generations / f"{fingerprint}-{n}").exists())
    made.rename(target)
    try:
        _sync_folder(generations)
        for name in FILES:
            if (target / name).exists():
                _link(output / name, Path("current") / name)
        if current.is_symlink():
            _link(output / ".previous", current.readlink())
        _link(current, Path("generations") / target.name)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    with suppress(OSError):  # it is published; tidying up may wait for the next build
        _sync_folder(output)
        for name in FILES:
            if not (target / name).exists():
                (output / name).unlink(missing_ok=True)
        _sweep(output)


def _link(link: Path, target: Path) -> None:
    """Point a link at its target by one rename. A link that already does stays as it is."""
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f".link-{link.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


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
