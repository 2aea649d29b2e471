"""Run a notebook: ``python -m tests.notebooks.run NOTEBOOK FOLDER HOME`` writes the executed one to HOME/done.ipynb.

A process of its own, because the client's sockets and event loop outlive the call. The kernel is this very Python; it
finds no settings and no kernels of whoever runs the tests, and speaks through socket files instead of the network.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config


def main(notebook: Path, folder: Path, home: Path) -> None:
    """Execute all cells in a folder."""
    places = {"IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "run", "JUPYTER_PATH": ""}
    os.environ |= {name: str(home / place) for name, place in places.items()}
    spec = home / "kernels" / "own"
    spec.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    described = {"argv": command, "display_name": "own", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(described), "utf-8")
    read = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        read,
        kernel_name="own",
        timeout=120,
        resources={"metadata": {"path": str(folder)}},
        config=Config({"KernelManager": {"transport": "ipc", "ip": str(home / "kernel")}}),
    )
    nbformat.write(client.execute(), home / "done.ipynb")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
