"""Publishing, all or nothing: a finished generation becomes visible by one rename, and the one before stays readable.

Layout of an output folder::

    generations/<fingerprint>/{store/, names.sqlite, network.npz, graph.trig, index.html, report.json,
                              SHA256SUMS}
    current -> generations/<fingerprint>          the commit point: replaced by one rename
    .previous -> generations/<fingerprint>        the one before, for readers that are just opening it
    index.html, graph.trig, report.json           links through `current`

Where no links can be made, or none are wanted, `current.txt` and `.previous.txt` stand in their place, a line with the
path each, and the three files beside them are copies. The rename of `current.txt` is the commit point then; the copies
follow it one by one, and building again completes them. A folder with `current.txt` stays so, because another machine
that it is shared with may not be able to follow links.

What neither link names is swept by the next build. A reader that is open outlives that: the engine opens every file
of a store at the start, and a removed file lasts as long as someone has it open (POSIX, unlink).
"""

from __future__ import annotations

import errno
import filecmp
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from partnergraph.errors import StoreError, UsageError, shell_quote
from partnergraph.files import (
    CURRENT,
    MARK,
    PREVIOUS,
    PUBLISHED,
    fill_folder,
    lock_file,
    pointer_file,
    published_generation,
    refuse_published,
    replace_path,
    sync_folder,
    sync_tree,
)
from partnergraph.store import Reader

SUMS = "SHA256SUMS"
# What keeps a link from being made for another reason than that there are none here.
_NOT_ABOUT_LINKS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES, errno.EMFILE, errno.ENFILE}


def read_report(output: Path) -> dict[str, Any] | None:
    """The report of the published generation, or None when there is none; the generation may be damaged."""
    try:
        if (current := published_generation(output)) is None:
            return None
        report = json.loads((current / "report.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def is_intact(output: Path) -> bool:
    """Whether the published generation still is what was published: files by their hashes, the store by opening it."""
    try:
        if (current := published_generation(output)) is None:
            return False
        if (current / SUMS).read_text("utf-8") != _sums(current):
            return False
        Reader.open(current / "store")
    except (OSError, ValueError, StoreError):
        return False
    links = not pointer_file(output, CURRENT).exists()
    return all(_leads_to(output / name, current / name, links) for name in PUBLISHED)


def _leads_to(path: Path, file: Path, links: bool) -> bool:
    """Whether a published name is a link, or else a copy, of a file of the generation; or as missing as that."""
    if links or not file.is_file():
        return path.is_symlink() == file.is_file()
    return not path.is_symlink() and path.is_file() and filecmp.cmp(path, file, shallow=False)


def refuse_other_graph(output: Path, graph: str, folder: Path) -> None:
    """Raise `UsageError` when the graph of another id is published in an output folder."""
    report, current = read_report(output), published_generation(output)
    if report is None or current is None:
        return
    if report.get("graph") != graph and not _is_damaged(current / "report.json"):
        title, other = (" ".join(str(report.get(key)).split())[:200] for key in ("title", "graph"))
        raise UsageError(
            f"{output} holds another graph, '{title}' (id {other}), and {folder} is the graph {graph}. Nothing was "
            f"changed. Build it elsewhere: partnergraph build {shell_quote(str(folder))} --output "
            f"{shell_quote(str(folder / 'build'))}; or add --replace to put it in the other's place."
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
    links = (output / CURRENT, output / PREVIOUS)
    names = {link.readlink().name for link in links if link.is_symlink()}
    names |= {folder.name for name in (CURRENT, PREVIOUS) if (folder := published_generation(output, name))}
    for generation in (output / "generations").glob("*"):
        if generation.name not in names:
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


def publish(staging: Path, output: Path, fingerprint: str, *, links: bool = True) -> None:
    """Make a finished generation the current one. Everything is on the disk before the one rename that shows it.

    Without `links`, and where none can be made, files lead to it. Raises `StoreError` when the generation is published,
    and a copy beside it cannot be replaced.
    """
    generations = output / "generations"
    fill_folder(staging, {SUMS: _sums(staging).encode()})
    sync_tree(staging)
    target = generations / fingerprint
    if target.exists():  # a damaged or forced one of the same input: it must not be current while it is replaced
        target = next(p for n in range(1, 1000) if not (p := generations / f"{fingerprint}-{n}").exists())
    replace_path(staging, target)
    try:
        sync_folder(generations)
        by_links = links and _has_links(output)
        (_lead_by_links if by_links else _lead_by_files)(output, target)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    with suppress(OSError):  # it is published; tidying up may wait for the next build
        sync_folder(output)
    if not by_links:
        _copy_published(output, target)
    with suppress(OSError):
        for name in PUBLISHED:
            if not (target / name).exists():
                (output / name).unlink(missing_ok=True)
        _sweep(output)


def _has_links(output: Path) -> bool:
    """Whether links lead to the generations of this folder: they can be made, and no file stands in their place."""
    current = output / CURRENT
    if pointer_file(output, CURRENT).exists() or (current.exists() and not current.is_symlink()):
        return False
    trial = _temporary(current)
    try:
        trial.symlink_to("generations")
        trial.unlink()
    except NotImplementedError:  # the system has none
        return False
    except OSError as error:  # the drive has none, or this user may make none (Windows)
        if error.errno in _NOT_ABOUT_LINKS:
            raise
        return False
    return True


def _lead_by_links(output: Path, target: Path) -> None:
    """Have the links lead to a generation."""
    current = output / CURRENT
    for name in PUBLISHED:
        if (target / name).exists():
            _link(output / name, Path(CURRENT) / name)
    if current.is_symlink():
        _link(output / PREVIOUS, current.readlink())
    _link(current, Path("generations") / target.name)


def _lead_by_files(output: Path, target: Path) -> None:
    """Have the text files lead to a generation."""
    before = published_generation(output)
    if before is not None and before.parent == (output / "generations").resolve():
        _write(pointer_file(output, PREVIOUS), f"generations/{before.name}\n".encode())
    _write(pointer_file(output, CURRENT), f"generations/{target.name}\n".encode())


def _copy_published(output: Path, target: Path) -> None:
    """Copy the published files of a generation beside it, and remove what stood for the text files. Raises `StoreError`
    for files that cannot be replaced.
    """
    refused = []
    for name in PUBLISHED:
        try:
            if (target / name).exists():
                _write(output / name, (target / name).read_bytes())
        except OSError as error:
            refused.append(f"{output / name} ({error.strerror or error})")
    for link in (output / CURRENT, output / PREVIOUS):
        with suppress(OSError):
            if link.is_dir() and not link.is_symlink():  # a copy that a synchroniser made of the link
                shutil.rmtree(link)
            else:
                link.unlink(missing_ok=True)
    if refused:
        raise StoreError(
            f"The graph is published in {output}, but what was published before still stands as {', '.join(refused)}. "
            "Close the programs that have it open, and build again."
        )


def _write(path: Path, data: bytes) -> None:
    """Replace a file of the output folder by one rename."""
    fresh = _temporary(path)
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    replace_path(fresh, path)


def _temporary(path: Path) -> Path:
    return path.with_name(f".link-{path.name}-{os.urandom(8).hex()}")


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
    fresh = _temporary(link)
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
