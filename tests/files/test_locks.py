"""The lock of a graph folder: one after another, bounded waiting, and nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from partnergraph.errors import StoreError
from partnergraph.files import lock_folder, locks

HOLD = """
import sys, time
from pathlib import Path
from partnergraph.files import lock_folder
with lock_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""
COUNT = """
import sys
from pathlib import Path
from partnergraph.files import lock_folder
folder = Path(sys.argv[1])
for _ in range(20):
    with lock_folder(folder, 60) as locked:
        number = int((folder / "count").read_bytes())
        locked.write({"count": str(number + 1).encode()}, lambda: None)
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_who_comes_second_waits_so_long_and_then_is_told(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        start = time.monotonic()
        with pytest.raises(StoreError, match=r"has been changing .* for 0\.5 seconds\. Nothing was written; try again"):
            lock_folder(tmp_path, 0.5).__enter__()
        assert 0.5 <= time.monotonic() - start < 5
        assert other.stdin
        other.stdin.write("\n")
        other.stdin.flush()
        with lock_folder(tmp_path, 10):
            pass
    assert not list(tmp_path.iterdir())


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        other.kill()
        other.wait(10)
    assert [path.name for path in tmp_path.iterdir()] == [locks.LOCK]
    with lock_folder(tmp_path, 1):
        pass
    assert not list(tmp_path.iterdir())


def test_six_who_count_lose_nothing(tmp_path: Path) -> None:
    """The lock's file is removed each time: who waited for it must not take the lock of a file that is gone."""
    (tmp_path / "count").write_bytes(b"0")
    others = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)]) for _ in range(6)]
    assert [other.wait(120) for other in others] == [0] * 6
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"count": b"120"}


def test_an_error_inside_is_not_taken_for_one_of_the_lock(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError), lock_folder(tmp_path):
        raise BlockingIOError
    with pytest.raises(StoreError, match="nowhere cannot be locked: No such file or directory"):
        lock_folder(tmp_path / "nowhere").__enter__()
    assert not list(tmp_path.iterdir())


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / locks.LOCK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="cannot be locked"):
        lock_folder(tmp_path).__enter__()
    assert not (tmp_path / "elsewhere").exists()


def test_the_rooms_are_importable_where_there_is_no_fcntl() -> None:
    code = (
        "import sys; sys.modules['fcntl'] = None\n"
        "import partnergraph.build, partnergraph.files, partnergraph.cli.save_positions"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_lock_of_somebody_with_a_strict_umask_can_be_taken_by_others(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        other = hold(tmp_path)
    finally:
        os.umask(old)
    try:
        assert (tmp_path / locks.LOCK).stat().st_mode & 0o777 == 0o666
    finally:
        other.send_signal(signal.SIGKILL)
        other.communicate()
    assert (tmp_path / locks.LOCK).exists(), "the test itself: what a killed command leaves"
    with lock_folder(tmp_path, 1):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed")
def test_a_pipe_in_the_place_of_the_lock_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / locks.LOCK, 0o644)
    tmp_path.chmod(0o777)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o005)
    other = HOLD.replace("with", "import os; os.seteuid(65534)\nwith", 1)
    done = subprocess.run(
        [sys.executable, "-c", other, str(tmp_path)],
        input="\n",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stdout == "held\n" or "cannot be locked" in done.stderr
