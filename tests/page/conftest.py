"""The Keele network and its page, made once; a browser without a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.build.assemble import assemble
from partnergraph.network import network
from partnergraph.page import Page, draw
from partnergraph.sources.folder import read
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    # Parts of the browser's own windows, which it would load anew with every tab.
    "--disable-features=PreloadTopChromeWebUI",
)


@pytest.fixture(scope="session")
def keele_network() -> nx.MultiDiGraph:
    """The whole Keele graph as a network."""
    return network(assemble(read(ROOT / "data").model).reader())


@pytest.fixture(scope="session")
def keele_page(keele_network: nx.MultiDiGraph) -> Page:
    """The page of the whole Keele graph."""
    return draw(keele_network)


@dataclass
class Watched:
    """A tab, and everything it said or asked for that a finished page must not."""

    tab: Tab
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """No console error, no request but for the file itself, no dialog."""
        return not (self.said or self.asked or self.dialogs)


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """Headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(chromium), args=list(FLAGS))
        yield started
        started.close()


class Opener:
    """Opens pages in tabs of their own; every one is closed after the test."""

    patience = 10_000  # milliseconds for a page to load or an element to come

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser, self.folder, self.number = browser, folder, 0
        self.opened: list[Watched] = []

    def __call__(
        self,
        html: str,
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        scripts: bool = True,
        address: str = "",
    ) -> Watched:
        """Open the text of a page as a file, offline."""
        self.number += 1
        file = self.folder / f"page{self.number}.html"
        file.write_text(html, "utf-8")
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            offline=True,
        )
        context.set_default_timeout(self.patience)
        watched = Watched(context.new_page())
        watched.tab.on(
            "console",
            lambda message: watched.said.append(message.text) if message.type in ("error", "warning") else None,
        )
        watched.tab.on("pageerror", lambda error: watched.said.append(str(error)))
        watched.tab.on(
            "request",
            lambda request: None if request.url.startswith(file.as_uri()) else watched.asked.append(request.url),
        )

        def refuse(dialog: object) -> None:
            watched.dialogs.append(dialog.message)  # type: ignore[attr-defined]
            dialog.dismiss()  # type: ignore[attr-defined]

        watched.tab.on("dialog", refuse)
        watched.tab.goto(file.as_uri() + address)
        if scripts and 'id="program"' in html:
            watched.tab.wait_for_selector("html.js:not(.starting)")  # the program is unpacked first
        self.opened.append(watched)
        return watched


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens the text of a page in a real browser."""
    opener = Opener(browser, tmp_path)
    yield opener
    for watched in opener.opened:
        watched.tab.context.close()
