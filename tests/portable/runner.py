"""Commands one after another in one process, as their entry point runs them, in the current folder.

Arguments: a file of JSON with a list of commands (lists of arguments), and the file to write what came of them to: for
each the exit code, standard output and standard error.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path


def run(arguments: list[str]) -> dict[str, object]:
    """Run a command as the entry point does."""
    from partnergraph.cli import main

    streams = sys.stdout, sys.stderr
    output, errors = io.BytesIO(), io.BytesIO()
    own = io.TextIOWrapper(output, "utf-8"), io.TextIOWrapper(errors, "utf-8")
    sys.stdout, sys.stderr = own
    sys.argv = ["partnergraph", *arguments]
    code: object = None
    try:
        main()
    except SystemExit as end:
        code = end.code
    finally:
        for stream in own:
            stream.flush()
        sys.stdout, sys.stderr = streams
    return {"code": code, "out": output.getvalue().decode(), "err": errors.getvalue().decode()}


if __name__ == "__main__":
    commands, results = map(Path, sys.argv[1:])
    outcomes = [run(arguments) for arguments in json.loads(commands.read_text("utf-8"))]
    results.write_text(json.dumps(outcomes), "utf-8")
