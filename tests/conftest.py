"""What every room's tests share: where things are, the built Keele graph, and visible skips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from partnergraph.store import Reader

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = Path("/usr/bin/chromium")
SHARED = ROOT.parent / "shared"


FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    # Parts of the browser's own windows, which it would load anew with every tab (1.5 s of a processor for each).
    "--disable-features=PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
# What takes long is begun first, so that no process is left alone with it at the end. (Left to itself, pytest-xdist
# begins with the files that have the most tests.)
LONG = (
    "tests/page",
    "tests/server",
    "tests/build",
    "tests/notebooks",
    "tests/test_",
    "tests/cli",
    "tests/execution",
    "tests/w3c",
    "tests/sparql",
    "tests/questions",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rooms in an order in which all processes end at nearly the same time; within a room as they stand."""

    def place(item: pytest.Item) -> int:
        return next((number for number, room in enumerate(LONG) if item.nodeid.startswith(room)), len(LONG))

    items.sort(key=place)


def need(condition: bool, what: str) -> None:
    """Skip visibly when something a test needs is missing; on CI (CI=true) that is a failure."""
    if condition:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and on CI nothing may be skipped")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A real browser, or a visible skip."""
    need(CHROMIUM.exists(), f"the browser {CHROMIUM}")
    return CHROMIUM


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """Headless Chromium, one for all rooms: Playwright can be begun only once in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(chromium), args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with registers and W3C suites beside the checkout, or a visible skip."""
    need(SHARED.is_dir(), "the folder ../shared")
    return SHARED


@pytest.fixture(scope="session")
def keele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a build of the Keele graph with its page, made once per test process."""
    from click.testing import CliRunner

    from partnergraph.cli import cli

    output = tmp_path_factory.mktemp("keele") / "build"
    done = CliRunner().invoke(cli, ["build", str(ROOT / "data"), "--output", str(output)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return output


@pytest.fixture(scope="session")
def seed() -> Reader:
    """What the one archived document says, and the editor's entries that rest on nothing else, in memory."""
    return _assembled({"keele-spcsc-partnerships"})


@pytest.fixture(scope="session")
def whole() -> Reader:
    """The Keele graph from every source, in memory."""
    return _assembled(None)


def _assembled(sources: set[str] | None) -> Reader:
    from partnergraph.build.assemble import assemble
    from partnergraph.graph_folder.folder import read_folder

    return assemble(read_folder(ROOT / "data", sources).model).reader()
