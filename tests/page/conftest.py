"""The Keele network and its page, made once; a browser without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.network import build_network
from partnergraph.page import Page, draw
from partnergraph.store import Reader
from tests.conftest import ROOT
from tests.page.again import AS_IT_IS, LED_BACK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog
    from playwright.sync_api import Page as Tab


@pytest.fixture(scope="session")
def keele_reader() -> Reader:
    """The whole Keele graph."""
    return assemble(read_folder(ROOT / "data").model).reader()


@pytest.fixture(scope="session")
def keele_network(keele_reader: Reader) -> nx.MultiDiGraph:
    """The whole Keele graph as a network."""
    return build_network(keele_reader)


@pytest.fixture(scope="session")
def keele_page(keele_network: nx.MultiDiGraph) -> Page:
    """The page of the whole Keele graph."""
    return draw(keele_network)


@dataclass
class Watched:
    """A tab, and everything it said or asked for that a finished page must not."""

    tab: Tab
    own: str  # the address of the page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """No console error, no request but for the file itself, no dialog."""
        return not (self.said or self.asked or self.dialogs)

    def listen(self) -> None:
        """Begin to watch."""
        self.hears: dict[str, Callable[[Any], None]] = {
            "console": lambda one: self.said.append(one.text) if one.type in ("error", "warning") else None,
            "pageerror": lambda error: self.said.append(str(error)),
            "request": lambda request: None if request.url.startswith(self.own) else self.asked.append(request.url),
            "dialog": self.refuse,
        }
        for event, hear in self.hears.items():
            self.tab.on(event, hear)  # type: ignore[call-overload]

    def refuse(self, dialog: Dialog) -> None:
        """Note what a dialog says, and close it."""
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def leave(self) -> None:
        """Watch no more."""
        for event, hear in self.hears.items():
            self.tab.remove_listener(event, hear)


class Tabs:
    """The tabs of a browser. One that a test is done with is used again: a new one costs more than opening a page.

    So is a page: opening a large one costs more than most tests do with it. It is led back to how it is first seen, and
    opened anew unless it is the very same then, to the last element.
    """

    most = 3  # pages that are kept

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.free: dict[bool, list[Tab]] = {True: [], False: []}
        self.kept: dict[str, tuple[Tab, str]] = {}  # the text of a page -> the tab that shows it, and its address
        self.first: dict[tuple[object, ...], str] = {}  # how a page is first seen in a size and a scheme

    def keep(self, html: str, tab: Tab, own: str) -> None:
        """Take a tab back with the page in it; of those that are kept, the one that nobody asked for longest goes."""
        if tab.is_closed() or html in self.kept or not tab.url.startswith(own):
            return self.give(tab, scripts=True)
        tab.mouse.move(0, 0)
        self.kept[html] = tab, own
        if len(self.kept) > self.most:
            self.give(self.kept.pop(next(iter(self.kept)))[0], scripts=True)

    def take(self, scripts: bool) -> Tab:
        """A tab in a context of its own, empty and offline."""
        if self.free[scripts]:
            return self.free[scripts].pop()
        return self.browser.new_context(java_script_enabled=scripts, offline=True).new_page()

    def give(self, tab: Tab, scripts: bool) -> None:
        """Take a tab back as it was new: nothing in it, nobody listening, no pointer on what comes next."""
        if tab.is_closed():
            return
        tab.goto("about:blank")
        tab.mouse.move(0, 0)
        self.free[scripts].append(tab)


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Tabs:
    """The tabs of the browser."""
    return Tabs(browser)


class Opener:
    """Opens pages in tabs of their own, which are handed back after the test."""

    patience = 10_000  # milliseconds for a page to load or an element to come

    def __init__(self, tabs: Tabs, folder: Path) -> None:
        self.tabs, self.folder, self.number = tabs, folder, 0
        self.opened: list[tuple[Watched, bool, str | None]] = []

    def __call__(
        self,
        html: str,
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        scripts: bool = True,
        address: str = "",
        fresh: bool = False,
    ) -> Watched:
        """Open the text of a page as a file, offline; or show it where it is open, unless it has to be fresh."""
        ours = scripts and 'id="program"' in html
        look = (html, width, height, scheme)
        if ours and not address and not fresh and look in self.tabs.first and html in self.tabs.kept:
            tab, own = self.tabs.kept.pop(html)
            watched = self.watch(tab, own, look, scripts, html)
            if tab.evaluate(LED_BACK) == self.tabs.first[look]:
                return watched
            self.opened.pop()
            watched.leave()
            self.tabs.give(tab, scripts)
        self.number += 1
        file = self.folder / f"page{self.number}.html"
        file.write_text(html, "utf-8")
        own = file.as_uri()
        watched = self.watch(self.tabs.take(scripts), own, look, scripts, html if ours and not address else None)
        watched.tab.goto(own + address)
        if ours:
            watched.tab.wait_for_selector("css:light=html.js:not(.starting)")  # the program is unpacked first
            if not address and look not in self.tabs.first:
                self.tabs.first[look] = watched.tab.evaluate(AS_IT_IS)
        return watched

    def watch(self, tab: Tab, own: str, look: tuple[str, int, int, str], scripts: bool, keep: str | None) -> Watched:
        """Take a tab: set its window, and begin to watch."""
        _, width, height, scheme = look
        tab.set_default_timeout(self.patience)
        tab.set_viewport_size({"width": width, "height": height})
        tab.emulate_media(
            media="null",
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="null",
            forced_colors="null",
        )
        watched = Watched(tab, own)
        self.opened.append((watched, scripts, keep))
        watched.listen()
        return watched

    def close(self, *, failed: bool) -> None:
        """Hand all tabs back; after a failure they are closed, for nobody knows what state they are in."""
        while self.opened:
            watched, scripts, html = self.opened.pop()
            watched.leave()
            if failed:
                watched.tab.context.close()
            elif html:
                self.tabs.keep(html, watched.tab, watched.own)
            else:
                self.tabs.give(watched.tab, scripts)


def opener(request: pytest.FixtureRequest, tabs: Tabs, folder: Path) -> Iterator[Opener]:
    """An opener for the time of a test or of a module."""
    made, failures = Opener(tabs, folder), request.session.testsfailed
    yield made
    made.close(failed=request.session.testsfailed > failures)


@pytest.fixture
def show(request: pytest.FixtureRequest, tabs: Tabs, tmp_path: Path) -> Iterator[Opener]:
    """Opens the text of a page in a real browser."""
    yield from opener(request, tabs, tmp_path)
