"""Builds on a disk that is full at different moments, then read-only. Needs a mount namespace of its own (unshare).

Arguments: a folder to mount a small disk on, and two graph folders. Says what happened as JSON.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from partnergraph.build import build
from partnergraph.errors import PartnerGraphError
from partnergraph.store import Reader


def published(output: Path) -> dict[str, object]:
    """What a reader finds now."""
    reader = Reader.at(output)
    quads = "".join(reader.nquads()).encode()
    report = json.loads((output / "report.json").read_text("utf-8"))
    graph = (output / "graph.trig").read_bytes()
    return {
        "quads": hashlib.sha256(quads).hexdigest(),
        "whole": report["graph_trig_sha256"] == hashlib.sha256(graph).hexdigest(),
        "generations": len(list((output / "generations").iterdir())),
    }


def fill(disk: Path, room: int) -> None:
    """Fill a disk up to so many bytes."""
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            file.truncate(max(0, file.tell() - room))


def attempt(folder: Path, output: Path) -> str:
    """Build; the error in words, or that it was built."""
    try:
        build(folder, output)
    except PartnerGraphError as error:
        return f"{type(error).__name__}: {error}"
    return "built"


def main() -> None:
    """Mount, build, fill, build again and again with more room; then free the disk; then make it read-only."""
    disk, one, two = (Path(argument) for argument in sys.argv[1:])
    output = disk / "build"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=True)
    said: dict[str, object] = {"first": attempt(one, output), "before": published(output)}
    size = sum(path.stat().st_size for path in (output / "current" / "store").iterdir())
    tries = []
    for eighth in (0, *range(1, 20)):
        room = eighth * size // 8 // 4096 * 4096
        fill(disk, room)
        if eighth == 0:
            command = [sys.executable, "-m", "partnergraph", "build", str(two), "-o", str(output), "--no-page", "-q"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            said["command"] = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
        outcome = attempt(two, output)
        tries.append({"room": room, "outcome": outcome, "after": published(output)})
        (disk / "filler").unlink()
        if outcome == "built":
            break
    said["tries"] = tries
    fill(disk, 0)
    said["back, full"] = attempt(one, output)
    (disk / "filler").unlink()
    said["back"], said["after"] = attempt(one, output), published(output)
    # Refused as busy if any of the failed builds had left a file open.
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    said["read-only"], said["at last"] = attempt(two, output), published(output)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
