"""New folders: all that is in them or nothing."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from partnergraph.errors import StoreError, UsageError
from partnergraph.files import MARK, fill_folder, new_folder, write_files


def test_a_folder_stands_under_its_name_once_all_is_in_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "er" / "folder"
    with new_folder(target) as made:
        fill_folder(made, {"a.csv": b"a", "deep/b.csv": b"b"})
        assert not target.exists()
    assert (target / "deep" / "b.csv").read_bytes() == b"b"
    assert [path.name for path in target.parent.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), ZeroDivisionError(), KeyboardInterrupt()]
)
def test_what_fails_leaves_nothing(error: BaseException, tmp_path: Path) -> None:
    def fail() -> None:
        with new_folder(tmp_path / "new" / "folder") as made:
            fill_folder(made, {"a.csv": b"a"})
            raise error

    with pytest.raises(type(error)):
        fail()
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said_of_the_folder_and_another_error_of_what_it_is_about(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match=r"new cannot be written: File name too long\. Nothing was made"),
        new_folder(tmp_path / "new") as made,
    ):
        fill_folder(made, {"a" * 300: b"a"})
    with pytest.raises(FileNotFoundError), new_folder(tmp_path / "new"):
        (tmp_path / "input.csv").read_bytes()
    assert not list(tmp_path.iterdir())


def test_what_stands_there_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_bytes(b"kept")
    (tmp_path / "empty").mkdir(0o700)
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    (tmp_path / "build" / "generations").mkdir(parents=True)
    (tmp_path / "build" / MARK).touch()
    for name, message in (
        ("file", "is a file"),
        ("full", "is not empty"),
        ("link", "is a link"),
        ("build/generations/x", "only a build changes"),
    ):
        with pytest.raises(UsageError, match=message), new_folder(tmp_path / name):
            pytest.fail("entered")
    with new_folder(tmp_path / "empty") as made:
        fill_folder(made, {"a": b"a"})
    assert stat.S_IMODE((tmp_path / "empty").stat().st_mode) == 0o700
    assert (tmp_path / "empty" / "a").read_bytes() == b"a"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="the folder that you are in"), new_folder(Path()):
        pytest.fail("entered")


def test_who_comes_second_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    def race() -> None:
        with new_folder(tmp_path / "new") as slow:
            fill_folder(slow, {"who": b"second"})
            with new_folder(tmp_path / "new") as quick:
                fill_folder(quick, {"who": b"first"})

    with pytest.raises(StoreError, match=r"new cannot be written: (Directory not empty|File exists)"):
        race()
    assert (tmp_path / "new" / "who").read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["new"]  # noqa: PTH208


def test_files_of_a_folder_that_is_not_there_make_it(tmp_path: Path) -> None:
    write_files(tmp_path / "new", {"a.csv": b"a"})
    write_files(tmp_path / "new", {"a.csv": b"b", "b.csv": b"b"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {"a.csv": b"b", "b.csv": b"b"}
