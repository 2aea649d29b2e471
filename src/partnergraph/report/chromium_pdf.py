"""HTML -> PDF by a browser of the Chromium family, without a window, without the network, within a time limit."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from partnergraph.errors import MissingProgram
from partnergraph.files import fill_folder

TIMEOUT = 60.0  # seconds
PROGRAMS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
_FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-extensions"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-quic"),
    # What is printed loads nothing; whatever it named would not be found.
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer", "--export-tagged-pdf"),
)


def find_chromium() -> Path | None:
    """The first browser of the Chromium family on this machine."""
    folders = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    places = [*PROGRAMS, *(str(Path(folder) / place) for folder in folders if folder for place in _WINDOWS)]
    return next((Path(path) for place in places if (path := shutil.which(place))), None)


def print_pdf(html: str, timeout: float = TIMEOUT) -> bytes:
    """The pages of an HTML file as tagged PDF; the bytes differ from one time to the next (date and ids in the file).

    Raises `MissingProgram` where no browser is there, or where it does not print within `timeout` seconds.
    """
    program = find_chromium()
    if program is None:
        raise MissingProgram(
            "A report as PDF is printed by Chromium, Google Chrome or Microsoft Edge, and none of them is here. "
            "Install one (Debian, Ubuntu: apt install chromium), or write the report as .html and print that."
        )
    with tempfile.TemporaryDirectory(prefix="partnergraph-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        fill_folder(folder, {"brief.html": html.encode()})
        # The administrator has no sandbox in Chromium; nothing here runs scripts.
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        _run(
            [
                *(str(program), *_FLAGS, *sandbox, f"--user-data-dir={folder / 'profile'}"),
                *(f"--print-to-pdf={folder / 'brief.pdf'}", (folder / "brief.html").as_uri()),
            ],
            timeout,
        )
        try:
            return (folder / "brief.pdf").read_bytes()
        except FileNotFoundError:
            raise MissingProgram(
                f"{program.name} wrote no PDF. Try again, or write the report as .html and print that."
            ) from None


def _run(command: list[str], timeout: float) -> None:
    """Run the browser; at the limit it ends with all of its processes."""
    with subprocess.Popen(  # noqa: S603  (a browser of this machine, on a file of our own)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(timeout)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise MissingProgram(
                    f"{Path(command[0]).name} did not print within {timeout:g} seconds. Try again, or write the report "
                    "as .html and print that."
                ) from None
            raise


def _end(process: subprocess.Popen[bytes]) -> None:
    import signal

    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    process.wait()
