"""Commands to be killed or stopped by a full disk: a process that forks a child for each, with the libraries loaded.

Each line of standard input is an order: `arguments` of the command line, `folder` to run in, and if it is wanted

- `step`: the child kills itself (SIGKILL) before the step of that number, a step being whatever changes a name in a
  folder or opens a file to write (Python's audit events tell, PEP 578), or `delay` seconds after it came to that step;
- `limit`: no file may grow beyond so many bytes (RLIMIT_FSIZE), which a program sees as it sees a full disk.

The answer is a line of JSON: the exit code (negative for a signal), standard error, and how many steps there were.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
from typing import Any

STEPS = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}


def die(delay: float = 0.0) -> None:
    """Be killed, as by `kill -9`."""
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)


def run(order: dict[str, Any], told: int) -> None:
    """Run the command as the entry point does; the number of steps goes to the descriptor `told`."""
    from partnergraph.cli import main

    steps = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_CREAT)
        if not (event in STEPS or writes):
            return
        steps += 1
        if steps == order.get("step"):
            if order.get("delay"):
                threading.Thread(target=die, args=(order["delay"],), daemon=True).start()
            else:
                die()

    os.chdir(order["folder"])
    if "limit" in order:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    sys.argv = ["partnergraph", *order["arguments"]]
    sys.addaudithook(hook)
    try:
        main()
    finally:
        os.write(told, str(steps).encode())


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, run, and wait."""
    (steps, told), (errors, said) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(said, 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            run(order, told)
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    os.close(told)
    os.close(said)
    with open(errors, errors="replace") as text, open(steps) as number:  # noqa: PTH123
        written, count = text.read(), number.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"code": code, "error": written, "steps": int(count or 0)}


def main() -> None:
    """Load what commands need, then fork for every order."""
    import numpy  # noqa: F401
    import openpyxl  # noqa: F401
    import pyvis.network  # noqa: F401
    import xlsxwriter  # noqa: F401

    import partnergraph.build
    import partnergraph.cli.commands.match
    import partnergraph.cli.commands.read
    import partnergraph.export.network_files
    import partnergraph.extraction.accept
    import partnergraph.page.render
    import partnergraph.workbook.save_decisions  # noqa: F401

    while line := sys.stdin.readline():
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
