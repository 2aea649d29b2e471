"""Builds to be killed: a process that forks one child for each order, so that a build starts at once, libraries loaded.

Each line of standard input is an order; the answer is the child's process id. After one more line the answer is its
exit code, negative for a signal; so long the child is not waited for, and its id not given to another process. An order
with a `step` lets the child kill itself right before the step of that number, where a step is whatever changes a name
in a folder: making, renaming, linking or removing a file or folder. Python's audit events tell (PEP 578). With
`links` false the output folder gets none.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

STEPS = {"os.mkdir", "os.rename", "os.symlink", "shutil.rmtree"}


def build_once(folder: str, output: str, step: int | None, links: bool) -> None:
    """Build, and die before a step if one is named."""
    from partnergraph.build import build

    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS or (event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_WRONLY):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    if step is not None:
        sys.addaudithook(hook)
    build(Path(folder), Path(output), links=links)


def main() -> None:
    """Fork for every order. The parent opens no store, so a child inherits no thread and no lock."""
    import partnergraph.build  # noqa: F401

    while line := sys.stdin.readline():
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                build_once(order["folder"], order["output"], order.get("step"), order.get("links", True))
                code = 0
            finally:
                os._exit(code)
        print(child, flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
