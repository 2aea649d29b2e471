"""One file, or several as one change: whole or not at all, and what is not ours to replace is left alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from partnergraph.errors import StoreError, UsageError
from partnergraph.files import MARK, atomic, lock_folder, write_file, write_files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def everything(folder: Path) -> dict[str, object]:
    """Every name in a folder, hidden ones too, with what stands there."""
    return {
        path.relative_to(folder).as_posix(): path.readlink()
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("private", [0o600, 0o640, 0o604, 0o664, 0o700])
def test_a_new_file_takes_the_mode_of_the_one_that_it_replaces(private: int, tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    write_file(file, b"first")
    assert mode(file) == 0o644
    file.chmod(private)
    write_file(file, b"second")
    assert (file.read_bytes(), mode(file)) == (b"second", private)
    file.chmod(private | stat.S_ISUID)
    write_file(file, b"third")
    assert mode(file) == private


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_new_file_takes_the_owner_of_the_one_that_it_replaces(tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    file.write_bytes(b"theirs")
    os.chown(file, 4711, 4712)
    write_file(file, b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (4711, 4712)


def test_a_link_is_replaced_and_what_it_leads_to_is_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "private.csv"
    target.write_bytes(b"kept")
    target.chmod(0o600)
    link = tmp_path / "answer.csv"
    link.symlink_to(target)
    write_file(link, b"new")
    assert (target.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"kept", b"new", False)
    assert mode(link) == 0o600
    dangling = tmp_path / "dangling.csv"
    dangling.symlink_to(tmp_path / "nowhere.csv")
    write_file(dangling, b"new")
    assert dangling.read_bytes() == b"new"
    assert not (tmp_path / "nowhere.csv").exists()


def test_devices_pipes_and_descriptors_are_written_to(tmp_path: Path) -> None:
    write_file(Path("/dev/null"), b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, b"through")
    reader.join(10)
    assert read == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    (tmp_path / "out").symlink_to("/dev/stdout")
    code = "import sys; from pathlib import Path; from partnergraph.files import write_file; "
    for name in ("/dev/stdout", "/dev/fd/1", str(tmp_path / "out")):
        with (tmp_path / "log").open("wb") as log:
            log.write(b"earlier\n")
        with (tmp_path / "log").open("ab") as log:
            subprocess.run([sys.executable, "-c", f"{code}write_file(Path({name!r}), b'now')"], stdout=log, check=True)
        assert (tmp_path / "log").read_bytes() == b"earlier\nnow"
    with pytest.raises(StoreError, match="/dev/full cannot be written: No space left on device"):
        write_file(Path("/dev/full"), b"x")


@pytest.mark.parametrize(
    "name",
    [
        *("index.html", "graph.trig", "report.json", "current", ".previous", MARK, "generations/x.csv"),
        *("current/x.csv", "current/store/x.csv", ".previous/index.html", "generations/abc/deep/x.csv"),
    ],
)
def test_nothing_of_what_a_build_published_is_written_over(name: str, tmp_path: Path) -> None:
    build = tmp_path / "build"
    (build / "generations" / "abc" / "store").mkdir(parents=True)
    (build / "generations" / "abc" / "index.html").write_text("published", "utf-8")
    (build / MARK).touch()
    for link in ("current", ".previous"):
        (build / link).symlink_to("generations/abc")
    (build / "index.html").symlink_to("current/index.html")
    before = everything(build)
    with pytest.raises(UsageError, match="only a build changes; nothing was written"):
        write_file(build / name, b"x")
    with pytest.raises(UsageError, match="only a build changes; nothing was written"):
        write_files(build / name, {"nodes.csv": b"x"}) if "abc" in name else write_files(build, {name: b"x"})
    (tmp_path / "through").symlink_to(build / "current")
    with pytest.raises(UsageError, match="only a build changes; nothing was written"):
        write_file(tmp_path / "through" / "index.html", b"x")
    assert everything(build) == before
    write_file(build / "partners.csv", b"mine")  # another name beside what was published
    (tmp_path / "latest.html").symlink_to(build / "index.html")
    write_file(tmp_path / "latest.html", b"mine")  # a link of one's own
    assert (build / "index.html").read_text("utf-8") == "published"


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of a user who may not do everything; root becomes such a user for the test."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        if root:
            os.chown(folder, 4711, 4712)
            os.setegid(4712)
            os.seteuid(4711)
        yield Path(folder)
        if root:
            os.seteuid(0)
            os.setegid(0)


def test_a_file_that_is_protected_against_writing_is_not_replaced(unprivileged: Path) -> None:
    file = unprivileged / "answer.csv"
    file.write_bytes(b"kept")
    file.chmod(0o444)
    with pytest.raises(StoreError, match=r"answer\.csv cannot be written: Permission denied\. It is as it was"):
        write_file(file, b"new")
    assert file.read_bytes() == b"kept"
    unprivileged.chmod(0o555)
    with pytest.raises(StoreError, match=r"new\.csv cannot be written: Permission denied\. Nothing was written"):
        write_file(unprivileged / "new.csv", b"new")
    unprivileged.chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_rights_of_a_group_that_cannot_be_kept_are_not_given_to_another(unprivileged: Path) -> None:
    file = unprivileged / "answer.csv"
    file.write_bytes(b"theirs")
    os.seteuid(0)
    os.chown(file, 4711, 4713)
    os.seteuid(4711)
    file.chmod(0o660)
    write_file(file, b"new")
    assert (file.stat().st_gid, mode(file)) == (4712, 0o600)


def test_what_cannot_be_replaced_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="folder cannot be written: Is a directory"):
        write_file(tmp_path / "folder", b"x")
    with pytest.raises(StoreError, match=r"nowhere/x\.csv cannot be written: No such file or directory\. Nothing was"):
        write_file(tmp_path / "nowhere" / "x.csv", b"x")
    with pytest.raises(StoreError, match=r"xxx cannot be written: File name too long\. Nothing was written"):
        write_file(tmp_path / ("x" * 300), b"x")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="pipe is no ordinary file"):
        write_files(tmp_path, {"a": b"x", "pipe": b"y"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """From now on the n-th call of a function of the system is refused: the disk is full."""

    def fail(name: str, number: int) -> None:
        real = getattr(os, name)
        seen = 0

        def call(*arguments: object, **more: object) -> object:
            nonlocal seen
            seen += 1
            if seen == number:
                raise OSError(28, "No space left on device")
            return real(*arguments, **more)

        monkeypatch.setattr(os, name, call)

    return fail


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_disk_that_is_full_at_any_step_changes_nothing(
    name: str, number: int, tmp_path: Path, failing: Callable[[str, int], None]
) -> None:
    files = {"a.csv": b"new a", "deep/er/b.csv": b"new b", "c.csv": b"new c"}
    (tmp_path / "a.csv").write_bytes(b"old a")
    (tmp_path / "c.csv").write_bytes(b"old c")
    before = everything(tmp_path)
    failing(name, number)
    try:
        write_files(tmp_path, files)
    except StoreError as error:
        assert "cannot be written: No space left on device" in str(error)  # noqa: PT017
        assert everything(tmp_path) == before
    else:  # a folder that is not synced is no reason to stop; nor is a step that never comes
        assert name == "fsync" or number > 3
        assert everything(tmp_path) == before | {"deep": None, "deep/er": None} | files


def test_an_interrupt_after_a_rename_keeps_the_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"old")

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic, "sync_folder", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(file, b"new")
    assert everything(tmp_path) == {"a.csv": b"new"}
    (tmp_path / "b.csv").write_bytes(b"old b")
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a.csv": b"newer", "b.csv": b"new b", "c.csv": b"new c"})
    assert everything(tmp_path) == {"a.csv": b"new", "b.csv": b"old b"}


def test_leftovers_of_killed_writers_are_removed_and_those_in_use_are_not(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    left = tmp_path / "tables" / ".partnergraph-0123456789abcdef.tmp"
    left.write_bytes(b"half")
    folder = tmp_path / "tables" / ".partnergraph-fedcba9876543210.tmp"
    folder.mkdir()
    (folder / "half.csv").write_bytes(b"half")
    mine = tmp_path / "tables" / ".partnergraph-notes.tmp"
    mine.write_bytes(b"mine")
    code = (
        "import sys; from pathlib import Path; from partnergraph.files.temporary import TemporaryFile; "
        f"file = TemporaryFile(Path({str(tmp_path / 'tables' / 'x.csv')!r}), b'being written'); "
        "print(file.path, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        used = Path(other.stdout.readline().strip())
        with lock_folder(tmp_path):
            assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == sorted([mine.name, used.name])
        other.kill()
    write_file(tmp_path / "tables" / "x.csv", b"x")
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == [mine.name, "x.csv"]
