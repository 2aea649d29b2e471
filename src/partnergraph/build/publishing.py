"""Publishing, all or nothing: a finished generation becomes visible by one rename, and the one before stays readable.

Layout of an output folder::

    generations/<fingerprint>/{store/, names.sqlite, network.npz, graph.trig, index.html, report.json,
                              SHA256SUMS}
    current -> generations/<fingerprint>          the commit point: replaced by one rename
    .previous -> generations/<fingerprint>        the one before, for readers that are just opening it
    index.html, graph.trig, report.json           links through `current`

What neither link names is swept by the next build. A reader that is open outlives that: the engine opens every file
of a store at the start, and a removed file lasts as long as someone has it open (POSIX, unlink).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shlex import quote
from typing import Any

from partnergraph.errors import StoreError, UsageError
from partnergraph.files import MARK, PUBLISHED, fill_folder, lock_file, refuse_published, sync_folder, sync_tree
from partnergraph.store import Reader

SUMS = "SHA256SUMS"


def read_report(output: Path) -> dict[str, Any] | None:
    """The report of the published generation, or None when there is none; the generation may be damaged."""
    try:
        report = json.loads((output / "current" / "report.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def is_intact(output: Path) -> bool:
    """Whether the published generation still is what was published: files by their hashes, the store by opening it."""
    current = output / "current"
    try:
        if (current / SUMS).read_text("utf-8") != _sums(current):
            return False
        Reader.open(current / "store")
    except (OSError, ValueError, StoreError):
        return False
    return all((output / name).is_symlink() == (current / name).is_file() for name in PUBLISHED)


def refuse_other_graph(output: Path, graph: str, folder: Path) -> None:
    """Raise `UsageError` when the graph of another id is published in an output folder."""
    report, file = read_report(output), output / "current" / "report.json"
    if report is not None and report.get("graph") != graph and not _is_damaged(file):
        title, other = (" ".join(str(report.get(key)).split())[:200] for key in ("title", "graph"))
        raise UsageError(
            f"{output} holds another graph, '{title}' (id {other}), and {folder} is the graph {graph}. Nothing was "
            f"changed. Build it elsewhere: partnergraph build {quote(str(folder))} --output "
            f"{quote(str(folder / 'build'))}; or add --replace to put it in the other's place."
        )


@contextmanager
def lock_output(output: Path) -> Iterator[None]:
    """Hold the output folder for one build. Raises `StoreError` when another build holds it."""
    with ExitStack() as stack:
        try:
            _claim(output)
            stack.enter_context(lock_file(output / MARK))
            _sweep(output)
        except BlockingIOError:
            raise StoreError(
                f"Another build is writing to {output}. Wait for it, or choose another --output."
            ) from None
        except OSError as error:
            raise disk_error(error, output) from None
        yield


def _claim(output: Path) -> None:
    refuse_published(output)
    output.mkdir(parents=True, exist_ok=True)
    if not (output / MARK).exists():
        if any(path.name != MARK for path in output.iterdir()):
            raise UsageError(f"{output} is not empty and was not made by partnergraph build. Choose another --output.")
        (output / MARK).touch()


def _sweep(output: Path) -> None:
    """Remove what nobody needs: older generations, and what killed builds left. Only with the lock held."""
    current_names = {link.readlink().name for link in (output / "current", output / ".previous") if link.is_symlink()}
    for generation in (output / "generations").glob("*"):
        if generation.name not in current_names:
            shutil.rmtree(generation, ignore_errors=True)
    for temporary_link in output.glob(".link-*"):
        temporary_link.unlink(missing_ok=True)


@contextmanager
def staging_folder(output: Path) -> Iterator[Path]:
    """A folder to make the new generation in; gone again if anything fails."""
    folder = output / "generations" / f".new-{os.urandom(8).hex()}"
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        raise disk_error(error, output) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(staging: Path, output: Path, fingerprint: str) -> None:
    """Make a finished generation the current one. Everything is on the disk before the one rename that shows it."""
    generations, current = output / "generations", output / "current"
    fill_folder(staging, {SUMS: _sums(staging).encode()})
    sync_tree(staging)
    target = generations / fingerprint
    if target.exists():  # a damaged or forced one of the same input: it must not be current while it is replaced
        target = next(p for n in range(1, 1000) if not (p := generations / f"{fingerprint}-{n}").exists())
    staging.rename(target)
    try:
        sync_folder(generations)
        for name in PUBLISHED:
            if (target / name).exists():
                _link(output / name, Path("current") / name)
        if current.is_symlink():
            _link(output / ".previous", current.readlink())
        _link(current, Path("generations") / target.name)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    with suppress(OSError):  # it is published; tidying up may wait for the next build
        sync_folder(output)
        for name in PUBLISHED:
            if not (target / name).exists():
                (output / name).unlink(missing_ok=True)
        _sweep(output)


def _sums(generation: Path) -> str:
    """The hashes of the files beside the store, as `sha256sum` writes them and checks them."""
    return "".join(_sum(path) for path in sorted(generation.iterdir()) if path.is_file() and path.name != SUMS)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n"


def _is_damaged(path: Path) -> bool:
    """Whether a published file is surely not what was published: the sums name it with another hash."""
    try:
        lines = (path.parent / SUMS).read_text("utf-8").splitlines(keepends=True)
        return any(line.endswith(f"  {path.name}\n") and line != _sum(path) for line in lines)
    except (OSError, ValueError):
        return False


def _link(link: Path, target: Path) -> None:
    """Point a link at its target by one rename. A link that already does stays as it is."""
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f".link-{link.name}-{os.urandom(8).hex()}")
    fresh.symlink_to(target)
    fresh.replace(link)


def disk_error(error: OSError, output: Path) -> StoreError:
    """What went wrong with the disk, in words, and what to do."""
    text = str(error)
    consequence = f"nothing was published in {output}, and what was published before is intact"
    if error.errno == errno.ENOSPC or "No space left" in text:
        return StoreError(f"The disk is full: {consequence}. Free some space and build again.")
    if error.errno == errno.EDQUOT or "quota exceeded" in text:
        return StoreError(f"The quota on this disk is used up: {consequence}. Free some space and build again.")
    if error.errno == errno.EFBIG or "File too large" in text:
        return StoreError(f"A file may not grow so large here (ulimit -f): {consequence}. Allow more and build again.")
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return StoreError(f"{output} cannot be written: {error.strerror}. Choose another --output.")
    return StoreError(f"{output} cannot be written: {text}. Nothing was published; what was there before is intact.")
