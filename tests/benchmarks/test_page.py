"""Our page beside stock pyvis on the same networks, in the same run and browser, without a network or a GPU.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_page.py`` (about eight minutes, most of them spent
waiting for stock pyvis, which is given a minute). Sizes, memory and what is drawn are held to the budgets; times are
printed beside their budget, and compared only with the peer's.

Two peers: pyvis as anybody uses it (its default physics), and pyvis given positions, its physics off. The positions
cost it nothing here; ours are computed within our build time. Of all pages only the global `network` is looked at.
"""

from __future__ import annotations

import math
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.page import draw
from tests.conftest import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]

CAP = 60  # seconds that anything is waited for
PAN = 2.5  # seconds of dragging
SIZES = (50, 500, 5_000, 50_000)
ROUNDS = {50: 3, 500: 3, 5_000: 3, 50_000: 1}

TYPES = ("university", "nhs-trust", "local-authority", "charity", "company")
NAMES = ("University of {}", "{} NHS Trust", "{} Borough Council", "{} Trust for Health", "{} Analytics Ltd")
KINDS = {
    "membership": ("is a member of", "has as a member"),
    "funding": ("funds", "is funded by"),
    "support": ("supports", "is supported by"),
    "leadership": ("leads", "is led by"),
}
AIMS = ("train more practice nurses", "shorten waiting lists", "bring research into clinics", "share a data service")
SIDES = ("", "North ", "South ", "East ", "West ", "Upper ", "Lower ", "Great ", "New ")
FIRST = (
    "Ash",
    "Bar",
    "Bex",
    "Brad",
    "Cal",
    "Chel",
    "Dar",
    "Dun",
    "Fen",
    "Gal",
    "Har",
    "Hen",
    "Ips",
    "Kel",
    "Lang",
    "Wal",
)
LAST = (
    "bourne",
    "bridge",
    "bury",
    "by",
    "combe",
    "dale",
    "den",
    "field",
    "ford",
    "gate",
    "ham",
    "leigh",
    "mere",
    "ton",
)


def made(size: int) -> nx.MultiDiGraph:
    """Programmes of about fifteen members, every fifth of them also in a second one; each claim has its quotation."""
    dice = random.Random(size)
    places = [side + first + last for side in SIDES for first in FIRST for last in LAST]
    dice.shuffle(places)
    sources = {
        f"s{n}": {
            "title": f"Annual report {2000 + n}",
            "publisher": "A publisher",
            "date": str(2000 + n),
            "url": f"https://example.org/{n}",
        }
        for n in range(20)
    }
    graph = nx.MultiDiGraph(title=f"{size} organisations", sources=sources)
    hubs, numbers = max(1, size // 15), count()
    labels = []
    for n in range(size):
        kind, place = n % 5, places[n % len(places)]
        again = f" {n // len(places) + 1}" if n >= len(places) else ""
        labels.append(("Programme for " + place if n < hubs else NAMES[kind].format(place)) + again)
        family = "partnership-body" if n < hubs else TYPES[kind]
        graph.add_node(
            _org(n), label=labels[n], family=family, type=family, names=[{"name": f"{place[:3].upper()}{n}"}]
        )

    def claim(a: int, b: int) -> None:
        kind = dice.choice(list(KINDS))
        forward, inverse = KINDS[kind]
        year, number = 2000 + dice.randrange(20), next(numbers)
        words = f"{labels[a]} {forward} {labels[b]}"
        before, staff, place = f"Since {year} ", dice.randrange(2, 90), dice.choice(places)
        evidence = {
            "id": f"e{number}",
            "form": "quoted",
            "words": words,
            "at": len(before),
            "basis": "stated",
            "confidence": "high",
            "passage": f"{before}{words}, with {staff} staff, to {dice.choice(AIMS)} in {place}.",
            "source": f"s{year - 2000}",
        }
        graph.add_edge(
            _org(a),
            _org(b),
            key=f"https://example.org/id/rel/r{number}",
            kind=kind,
            label=kind,
            forward=forward,
            inverse=inverse,
            start=str(year),
            start_bounds=[f"{year}-01-01", f"{year}-12-31"],
            evidence=[evidence],
        )

    for n in range(hubs, size):
        claim(n, dice.randrange(hubs))
        if dice.random() < 0.18:
            claim(n, dice.randrange(hubs))
    for hub in range(1, hubs):
        claim(hub, dice.randrange(hub))
    return graph


def _org(n: int) -> str:
    return f"https://example.org/id/org/o{n}"


def simple(graph: nx.MultiDiGraph, placed: bool) -> nx.MultiDiGraph:
    """The same network as one hands it to pyvis: names, types as groups, the quotation as the title of an edge."""
    told = nx.MultiDiGraph()
    for n, (key, node) in enumerate(graph.nodes(data=True)):
        # A sunflower: even, without a collision, and for nothing.
        at = (
            {"x": round(90 * n**0.5 * math.cos(2.4 * n)), "y": round(90 * n**0.5 * math.sin(2.4 * n))} if placed else {}
        )
        told.add_node(key, label=node["label"], group=node["family"], title=node["family"], **at)
    for a, b, data in graph.edges(data=True):
        piece = data["evidence"][0]
        title = (
            f"{data['label']}, {data['start']}: {piece['passage']} ({graph.graph['sources'][piece['source']]['title']})"
        )
        told.add_edge(a, b, label=data["label"], title=title)
    return told


def pyvis(told: nx.MultiDiGraph, placed: bool) -> str:
    """A page of stock pyvis, as its documentation makes one."""
    from pyvis.network import Network

    net = Network(directed=True, cdn_resources="in_line")
    net.from_nx(told)
    if placed:
        net.toggle_physics(False)
    html: str = net.generate_html()
    return html


def pyvis_by_lists(told: nx.MultiDiGraph, placed: bool) -> str:
    """The same page, byte for byte, past pyvis's own quadratic `add_node` and `add_edge`."""
    from pyvis.network import Network

    net = Network(directed=True, cdn_resources="in_line")
    net.node_ids = list(dict.fromkeys(end for edge in told.edges() for end in edge))
    net.nodes = [{"id": key, "shape": "dot", "size": 10} | told.nodes[key] for key in net.node_ids]
    net.edges = [{"arrows": "to", "from": a, "to": b, "width": 1} | edge for a, b, edge in told.edges(data=True)]
    if placed:
        net.toggle_physics(False)
    html: str = net.generate_html()
    return html


def cpu(call: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, and what it returns."""
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


def _build(told: nx.MultiDiGraph, answer: Any) -> None:
    answer.send(cpu(lambda: len(pyvis(told, placed=False)))[0])


def pyvis_build(told: nx.MultiDiGraph) -> float | None:
    """CPU seconds that stock pyvis takes for a page; None when it has none after the cap."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=_build, args=(told, there))
    worker.start()
    found = here.recv() if here.poll(CAP) else None
    worker.kill()
    worker.join()
    return found


# All pages have a global `network`, of vis-network. This says when it has drawn, or settled, and two frames passed.
WATCH = """(() => {
  if (self !== top) return;
  const EVENT = "afterDrawing";
  globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => [task.startTime, task.duration])))
    .observe({ type: "longtask", buffered: true });
  const look = () => {
    // Until the page's script has run, an element of this name may answer.
    if (typeof network === "undefined" || !network?.once) return requestAnimationFrame(look);
    network.once(EVENT, () => requestAnimationFrame(() => requestAnimationFrame(() => {
      globalThis.interactive = performance.now();
      console.info("interactive");
    })));
  };
  requestAnimationFrame(look);
})();"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime / 1000 || null"
BLOCKED = "longTasks.filter(([start]) => start < interactive + 1000).reduce((sum, [, took]) => sum + took - 50, 0)"
# A place where a drag moves the map and not a symbol, in pixels of the window.
EMPTY = """() => {
  const box = document.querySelector('.vis-network canvas').getBoundingClientRect();
  const bottom = Math.min(box.bottom, innerHeight);
  for (let step = 0; step < 400; step++) {
    const x = box.left + box.width * (0.3 + 0.4 * ((step * 0.618) % 1));
    const y = box.top + (bottom - box.top) * (0.3 + 0.4 * ((step * 0.414) % 1));
    if (network.getNodeAt({ x: x - box.left, y: y - box.top }) === undefined) return [x, y];
  }
}"""
COUNT = """() => {
  globalThis.framesSeen = [performance.now()];
  const next = () => {
    framesSeen.push(performance.now());
    globalThis.counting = requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  globalThis.viewed = JSON.stringify(network.getViewPosition());
}"""
COUNTED = """() => {
  cancelAnimationFrame(counting);
  const seconds = (framesSeen.at(-1) - framesSeen[0]) / 1000;
  return [(framesSeen.length - 1) / seconds, viewed !== JSON.stringify(network.getViewPosition())];
}"""


@dataclass
class Figures:
    """What is measured of a page. None: it was not there after the cap."""

    build: float | None = None  # s of CPU
    size: float | None = None  # MB
    drawn: float | None = None  # symbols at first view
    paint: float | None = None  # s
    interactive: float | None = None  # s
    blocked: float | None = None  # s
    fps: float | None = None
    heap: float | None = None  # MB


def opened(file: Path, chromium: Path, event: str = "afterDrawing") -> tuple[Figures, list[str]]:
    """Open a page in a browser of its own and use it; also what it said or asked for that it must not."""
    from playwright.sync_api import TimeoutError as Late
    from playwright.sync_api import sync_playwright

    found, said = Figures(), list[str]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: None if request.url == file.as_uri() else said.append(request.url))
        tab.add_init_script(WATCH.replace("afterDrawing", event))
        try:
            with tab.expect_console_message(lambda message: message.text == "interactive", timeout=CAP * 1000):
                tab.goto(file.as_uri(), wait_until="commit")
        except Late:
            browser.close()
            return found, said
        tab.wait_for_timeout(1200)
        found.interactive = tab.evaluate("interactive") / 1000
        found.paint = tab.evaluate(PAINT)
        found.blocked = tab.evaluate(BLOCKED) / 1000
        found.drawn = tab.evaluate("network.body.nodeIndices.length")
        protocol = context.new_cdp_session(tab)
        protocol.send("HeapProfiler.collectGarbage")
        found.heap = protocol.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        found.fps = panned(tab)
        browser.close()
    return found, said


def panned(tab: Tab) -> float:
    """Frames a second while the map is dragged in circles."""
    x, y = tab.evaluate(EMPTY)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.evaluate(COUNT)
    start, step = time.perf_counter(), 0
    while time.perf_counter() - start < PAN:
        step += 1
        tab.mouse.move(x + 90 * math.sin(step / 15), y + 90 * math.cos(step / 15))
    fps, has_moved = tab.evaluate(COUNTED)
    tab.mouse.up()
    assert has_moved
    return float(fps)


def measured(
    html: str, size: int, folder: Path, chromium: Path, event: str = "afterDrawing"
) -> tuple[Figures, list[str]]:
    """The median of a few rounds; a page that is not there after the cap gets no second chance."""
    file = folder / "page.html"
    file.write_text(html, "utf-8")
    rounds, said = [], list[str]()
    for _ in range(ROUNDS[size]):
        one, heard = opened(file, chromium, event)
        rounds.append(one)
        said += heard
        if one.interactive is None:
            break
    middle = {f.name: [getattr(one, f.name) for one in rounds] for f in fields(Figures)}
    found = Figures(**{name: None if None in values else statistics.median(values) for name, values in middle.items()})
    found.size = len(html.encode()) / 1e6
    return found, said


# Of each size: the most that is allowed, or the least (frames a second); None where nothing is set.
BUDGETS = {
    50: Figures(build=1, size=0.5, drawn=80, interactive=0.6, fps=60, heap=10),
    500: Figures(build=3, size=1.1, drawn=80, interactive=0.8, fps=50, heap=15),
    5_000: Figures(build=15, size=3, drawn=100, interactive=2, fps=25, heap=40),
    50_000: Figures(build=60, size=8, drawn=150, interactive=4, fps=20, heap=150),
}
WORDS = {
    "build": "build, s of CPU",
    "size": "HTML, MB",
    "drawn": "symbols at first view",
    "paint": "first paint, s",
    "interactive": "interactive, s",
    "blocked": "blocked, s",
    "fps": "frames a second, panning",
    "heap": "JS heap, MB",
}


def _held(name: str, ours: float | None, budget: float | None) -> str:
    if budget is None:
        return ""
    # A display of 60 frames a second shows 59 point something of them.
    good = ours is not None and (ours >= 0.97 * budget if name == "fps" else ours <= budget)
    return f"{'>=' if name == 'fps' else '<='} {budget:g} {'held' if good else 'MISSED'}"


def _number(value: float | None) -> str:
    return f"not in {CAP} s" if value is None else f"{value:.2f}"


def _ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours is not None and theirs else ""


def _table(size: int, ours: Figures, default: Figures, placed: Figures) -> None:
    print(f"\n{size} organisations: ours / pyvis / pyvis with positions, physics off")
    print(f"{'':26}{'ours':>10}{'pyvis':>14}{'ratio':>8}{'placed':>14}{'ratio':>8}  budget")
    for name, words in WORDS.items():
        a, b, c = (getattr(figures, name) for figures in (ours, default, placed))
        if name == "paint" and b is None:
            b = default.interactive  # a canvas without words is no first paint
        print(
            f"{words:26}{_number(a):>10}{_number(b):>14}{_ratio(a, b):>8}{_number(c):>14}{_ratio(a, c):>8}"
            f"  {_held(name, a, getattr(BUDGETS[size], name))}"
        )


def test_the_short_cut_makes_the_same_page_as_pyvis_itself() -> None:
    for placed in (False, True):
        told = simple(made(50), placed)
        assert pyvis_by_lists(told, placed) == pyvis(told.copy(), placed)


@pytest.mark.parametrize("size", SIZES)
def test_our_page_beside_stock_pyvis(size: int, tmp_path: Path, chromium: Path) -> None:
    graph = made(size)
    draw(made(50))  # what is imported and compiled once is no part of it
    seconds, page = cpu(lambda: draw(graph))
    ours, said = measured(page.html, size, tmp_path, chromium)
    ours.build = seconds
    assert said == []

    told = simple(graph, placed=False)
    default, _ = measured(pyvis_by_lists(told, False), size, tmp_path, chromium, "stabilizationIterationsDone")
    placed, _ = measured(pyvis_by_lists(simple(graph, placed=True), True), size, tmp_path, chromium)
    # The same calls with two numbers more for each symbol.
    default.build = placed.build = pyvis_build(told)
    default.drawn = placed.drawn = float(size)
    _table(size, ours, default, placed)

    budget = BUDGETS[size]
    assert None not in (ours.size, ours.drawn, ours.interactive, ours.heap, ours.fps, placed.interactive, placed.fps)
    assert ours.size <= budget.size
    assert 0 < ours.drawn <= budget.drawn
    assert ours.heap <= budget.heap
    # Other work on the machine slows all alike; a page that is three times slower than the peer has a fault.
    assert ours.interactive <= 3 * placed.interactive
    assert ours.fps >= placed.fps / 3
    assert placed.size is not None
    assert ours.size < placed.size
    if size >= 500:
        assert ours.interactive < placed.interactive
        assert ours.heap < placed.heap
