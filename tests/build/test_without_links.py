"""Output folders without links: where none can be made, where none are wanted, and how a shared folder may look."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from partnergraph.build import build
from partnergraph.build.publishing import read_report
from partnergraph.errors import StoreError, UsageError
from partnergraph.files import has_locks, lock_file, locks, published_generation, write_file
from partnergraph.store import Reader, locate, locate_previous
from tests.build.test_publish import name_in, rename, state

WITHOUT = [".partnergraph", ".previous.txt", "current.txt", "generations", "graph.trig", "report.json"]


def names(output: Path) -> list[str]:
    return sorted(path.name for path in output.iterdir())


def test_files_lead_to_both_generations_and_copies_stand_beside_them(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    first = build(folder, output, page=lambda _: "<p>page</p>", links=False)
    assert (output / "index.html").read_text("utf-8") == "<p>page</p>"
    assert (output / "current.txt").read_text("utf-8") == f"generations/{first.fingerprint}\n"
    before = state(output)
    assert build(folder, output, page=lambda _: "<p>page</p>", links=False).unchanged
    assert build(folder, output, page=lambda _: "<p>page</p>").unchanged
    assert state(output) == before
    rename(folder, "Beth")
    second = build(folder, output, links=False)
    assert names(output) == WITHOUT
    assert name_in(Reader.at(output)) == "Beth"
    assert name_in(Reader.at(locate_previous(output))) == "Alpha"
    assert locate(output) == (output / "generations" / second.fingerprint / "store").resolve()
    assert (read_report(output) or {})["fingerprint"] == second.fingerprint
    assert json.loads((output / "report.json").read_text("utf-8")) == read_report(output)
    assert sorted(path.name for path in (output / "generations").iterdir()) == sorted(
        [first.fingerprint, second.fingerprint]
    )
    assert list(Reader.at(output).nquads()) == list(Reader.files([output / "graph.trig"]).nquads())


def test_the_graph_is_the_same_as_with_links(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "with")
    build(folder, tmp_path / "without", links=False)
    for name in ("graph.trig", "report.json"):
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()


@pytest.mark.parametrize("error", [errno.EPERM, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, None])
def test_where_no_link_can_be_made_files_take_their_place(
    error: int | None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "build"
    build(folder, output)
    rename(folder, "Beth")

    def refused(*_: object, **__: object) -> None:
        if error is None:
            raise NotImplementedError("symlink() not available on this system")
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as without:
        without.setattr(os, "symlink", refused)
        without.setattr(Path, "symlink_to", refused)
        build(folder, output)
    assert names(output) == WITHOUT
    assert not any(path.is_symlink() for path in output.iterdir())
    assert name_in(Reader.at(output)) == "Beth"
    rename(folder, "Gimel")
    build(folder, output)
    assert names(output) == WITHOUT, "another machine that shares the folder could not follow links"
    assert name_in(Reader.at(output)) == "Gimel"


def test_a_full_disk_is_not_taken_for_one_without_links(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "build"
    build(folder, output)
    before = state(output)
    rename(folder, "Beth")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "symlink_to", full)
    with pytest.raises(StoreError, match="The disk is full: nothing was published"):
        build(folder, output)
    assert state(output) == before


def test_a_folder_that_a_synchroniser_made_of_a_link_is_read_and_replaced(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "build")
    output = tmp_path / "copied"
    shutil.copytree(tmp_path / "build", output, symlinks=False)
    assert name_in(Reader.at(output)) == "Alpha"
    rename(folder, "Beth")
    build(folder, output)
    assert names(output) == [name for name in WITHOUT if name != ".previous.txt"]
    assert name_in(Reader.at(output)) == "Beth"


@pytest.mark.parametrize("damage", ["missing", "changed", "a link"])
def test_a_copy_that_is_not_what_was_published_is_made_again(damage: str, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output, links=False)
    right = (output / "graph.trig").read_bytes()
    (output / "graph.trig").unlink()
    if damage == "changed":
        (output / "graph.trig").write_bytes(right + b"#\n")
    elif damage == "a link":
        (output / "graph.trig").symlink_to(output / "report.json")
    assert not build(folder, output).unchanged
    assert (output / "graph.trig").read_bytes() == right
    assert not (output / "graph.trig").is_symlink()
    assert build(folder, output).unchanged


@pytest.mark.parametrize(
    "content", ["", "generations", "generations/..", "generations/../small", "../small", "/etc", "generations/no", "\0"]
)
def test_a_file_that_leads_elsewhere_or_nowhere_leads_to_nothing(content: str, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output, links=False)
    (output / "current.txt").write_text(content, "utf-8")
    assert published_generation(output) is None
    with pytest.raises(StoreError, match=r"current\.txt names a generation that is not there. Wait until"):
        locate(output)
    assert read_report(output) is None
    assert not build(folder, output).unchanged
    assert name_in(Reader.at(output)) == "Alpha"


def test_a_copy_that_another_program_has_open_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows refuses it."""
    output = tmp_path / "build"
    build(folder, output, links=False)
    rename(folder, "Beth")
    replace = os.replace

    def refusing(path: str, target: str) -> None:
        if Path(target) == output / "graph.trig":
            raise PermissionError(errno.EACCES, "used by another process", str(target))
        replace(path, target)

    with monkeypatch.context() as opened:
        opened.setattr(os, "replace", refusing)
        with pytest.raises(StoreError, match=r"is published in .*, but .*graph\.trig \(used by another process\)"):
            build(folder, output)
    assert name_in(Reader.at(output)) == "Beth"
    assert not build(folder, output).unchanged
    assert list(Reader.at(output).nquads()) == list(Reader.files([output / "graph.trig"]).nquads())
    assert not list(output.glob(".link-*"))


def test_no_command_writes_over_the_files_that_lead_to_it(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output, links=False)
    before = state(output)
    for name in ("current.txt", ".previous.txt", "graph.trig", "CURRENT.TXT"):
        with pytest.raises(UsageError, match="only a build changes"):
            write_file(output / name, b"x")
    assert state(output) == before


def test_a_drive_without_locks_is_said_in_the_report_of_the_command_only(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build(folder, tmp_path / "usual").warnings == []
    assert has_locks(tmp_path / "usual" / ".partnergraph")

    def no_locks(_: int) -> bool:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locks, "try_lock", no_locks)
    [finding] = build(folder, tmp_path / "build").warnings
    assert (finding.rule, finding.severity) == ("no-locks", "info")
    assert (tmp_path / "usual" / "report.json").read_bytes() == (tmp_path / "build" / "report.json").read_bytes()
    with lock_file(tmp_path / "lock", remove=True):
        assert (tmp_path / "lock").exists()
    assert not (tmp_path / "lock").exists()
