"""A network -> one self-contained HTML file. Knows no RDF: any `networkx` graph with labels will do."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.errors import UsageError
from partnergraph.files import write_file

if TYPE_CHECKING:
    import networkx as nx

    from partnergraph.page.diagram import Diagram
    from partnergraph.page.endings import Endings
    from partnergraph.page.view_model import ViewModel
    from partnergraph.palette import Look

    Network: TypeAlias = nx.MultiDiGraph[str]
    Graph: TypeAlias = nx.Graph[Any]

__all__ = ["Page", "draw", "prepare", "version"]

SCRIPTS = (
    *(
        "data.js",
        "status.js",
        "filters.js",
        "state.js",
        "tense.js",
        "emphasis.js",
        "changes.js",
        "address.js",
        "find.js",
        "headline.js",
        "routes.js",
        "focus.js",
        "map.js",
        "radial.js",
        "route_map.js",
        "panel.js",
        "table.js",
        "menus.js",
    ),
    *("picture.js", "save.js", "share.js", "story.js", "questions.js", "highlights.js", "webgl.js", "main.js"),
)
STYLES = (
    *("page.css", "headline.css", "panel.css", "legend.css", "menus.css", "tables.css"),
    *("questions.css", "print.css"),
)
# What draws the map in a browser; webgl falls back to canvas.
RENDERERS = ("canvas", "webgl")
# A page with more rows than this carries its tables packed; scripts show them a page at a time.
MAX_ROWS = 1000
MAX_LISTED = 100


@dataclass(frozen=True)
class Page:
    """A finished page. `html` is the whole file, `svg` the map alone as a picture, `positions` say where each symbol
    stands: view to node (``fold:`` and a node for several folded into one) to pixels from the left and the top,
    `note` which bodies the map does not show, and why (None when it shows all)."""

    html: str = field(repr=False)
    svg: str = field(repr=False)
    title: str
    positions: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict, repr=False)
    note: str | None = None

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all: .html, or .svg for the map alone.

        Raises `StoreError` when the place cannot be written, `UsageError` for one where a build has published.
        """
        if path.suffix.lower() not in ("", ".html", ".htm", ".svg"):
            raise UsageError(f"{path.name}: a page is written as .html, its map alone as .svg.")
        write_file(path, (self.svg if path.suffix == ".svg" else self.html).encode())

    def _repr_html_(self) -> str:
        """The page in a frame of its own: it can run its scripts and reach nothing of the notebook."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts allow-downloads" '
            f'title="{html.escape(self.title)}" width="100%" height="720" loading="lazy"></iframe>'
        )


def version() -> str:
    """Changes when anything changes that the look of a page depends on."""
    folder = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    sources = [path for path in folder.rglob("*") if path.suffix in (".py", ".js", ".css", ".j2")]
    for path in sorted([*sources, folder.parent / "palette.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def prepare() -> None:
    """Begin to import, in a thread of its own, what drawing needs; `draw` waits for what is not there yet."""
    modules = ("numpy", "networkx", "jinja2", "pyvis.network")

    def import_modules() -> None:
        with suppress(Exception):  # drawing imports it again, and says what is wrong
            for name in modules:
                import_module(name)

    Thread(target=import_modules, name="prepare the page").start()


def draw(network: Graph, renderer: str = "canvas", *, thorough: bool = False) -> Page:
    """Draw a network (any `networkx` graph) as a page: a map, every body and every claim with its evidence.

    Nodes may have `label`, `family` or `type`, `names`, `identifiers`, `events`, `start_bounds`, `end_bounds`; edges
    `kind`, `forward`, `inverse`, `start_bounds`, `end_bounds` (or `valid_from`, `valid_until`), `last_confirmed`,
    `standing`, `inferred`, `evidence`; see `partnergraph.network.build_network`. A network that is the answer to a
    question about it has marks and an `answer`; see `partnergraph.page.highlights` and `answer_view`. The same
    network gives the same bytes: what is over by today is computed where the page is read.

    With `renderer="webgl"` the map shows every body at once where the machine can draw that, else what `canvas` shows.
    With `thorough` a map without positions is laid out for minutes, so that few lines cross its labels.
    """
    from markupsafe import Markup

    from partnergraph.grammar import numbered
    from partnergraph.page import render
    from partnergraph.page.answer_view import answer_view
    from partnergraph.page.build_diagram import build_diagram, prepare_network
    from partnergraph.page.diagram import TALL_FONT, VIEWS
    from partnergraph.page.endings import endings_of
    from partnergraph.page.headline import headline_versions
    from partnergraph.page.headline_view import headline_view
    from partnergraph.page.highlights import script_highlights
    from partnergraph.page.layout.arrangement import positions_of
    from partnergraph.page.layout.radial_layout import opening_drawings, radial_positions
    from partnergraph.page.layout.webgl_layout import webgl_positions
    from partnergraph.page.page_questions import MAX_LISTED_BODIES, MAX_SECTION_ROWS, PageQuestions
    from partnergraph.page.print_report import print_report
    from partnergraph.page.svg import map_bounds, symbol_svg
    from partnergraph.page.view_model import ViewModel, script_data, web_link
    from partnergraph.palette import DARK, LIGHT, look_of, looks
    from partnergraph.xml_text import replace_forbidden

    if renderer not in RENDERERS:
        raise UsageError(f"There is no renderer {renderer!r}: choose one of {', '.join(RENDERERS)}.")
    webgl = renderer == "webgl"
    graph = prepare_network(network)
    diagram = build_diagram(graph, thorough=thorough)
    model = ViewModel(graph, diagram)
    looks_of_families = looks(diagram.families)
    undrawn = set(diagram.undrawn)
    drawn_families: dict[int, list[int]] = {}
    for number, body in enumerate(model.bodies):
        if number not in undrawn:
            drawn_families.setdefault(body["family"], []).append(number)
    families = _families(graph, diagram.families, looks_of_families, model, drawn_families)
    questions = PageQuestions(model, families)
    note = _undrawn_note(len(model.bodies), len(undrawn))
    title = replace_forbidden(str(graph.graph.get("title") or "Network"))
    drawn_count = sum(1 for node in diagram.nodes if node.wide is not None)
    drawn_bodies, symbols = numbered(len(model.bodies) - len(undrawn), "body"), numbered(drawn_count, "symbol")
    summary = f"Map of {drawn_bodies}, {symbols} drawn, and {numbered(len(model.relationships), 'relationship')}"
    opening = opening_drawings(graph, diagram, lambda family: look_of(looks_of_families, family).shape)
    endings = endings_of(model)
    stills = _stills(diagram, opening, looks_of_families, summary, endings)
    marks = diagram.highlights
    answer = answer_view(graph.graph["answer"], marks, model) if marks else None
    headline = None if answer else headline_view(headline_versions(graph), model)
    large = len(model.claims) > MAX_ROWS or len(model.bodies) > MAX_ROWS
    for family in families:
        symbol = symbol_svg(family["shape"], 11, 11, 7.5, f'class="f{family["number"]}"')
        family["icon"] = Markup(
            f'<svg class="icon" viewBox="0 0 22 22" width="18" height="18" aria-hidden="true">{symbol}</svg>'
        )
    context: dict[str, Any] = {
        "title": title,
        "description": graph.graph.get("description"),
        "publisher": graph.graph.get("publisher"),
        "licence": graph.graph.get("licence"),
        "licence_link": web_link(graph.graph.get("licence")),
        "generator": graph.graph.get("generator") or "partnergraph",
        "query": graph.graph.get("query"),
        "computed": any(data.get("computed") for _, _, data in graph.edges(data=True)),
        "as_of": graph.graph.get("as_of"),
        "compared": bool(graph.graph.get("compared")),
        "content": model,
        "answer": answer,
        "headline": headline,
        "report": print_report(model, [family["label"] for family in families], questions.counts, partners=not answer),
        "families": families,
        "summary": summary,
        "drawn": drawn_count,
        "over": bool(endings.claims),
        "note": note,
        "inferred": sum(claim["inferred"] for claim in model.relationships),
        "disputed": sum(claim["standing"] == "disputed" for claim in model.claims),
        "svg_wide": Markup(stills["wide"]),
        "svg_tall": Markup(stills["tall"]),
        "story": [step | {"scene": Markup(_scene(diagram, opening, step["bodies"]))} for step in model.story],
        "radial": opening,
        "questions": questions.sections,
        "section_rows": MAX_SECTION_ROWS,
        "listed_bodies": MAX_LISTED_BODIES,
        "unfolds": any(diagram.nodes[number].unfolded for node in diagram.nodes for number in node.members),
        "large": large,
        "webgl": webgl,
        "listed": _best_connected(model.bodies) if large else model.bodies,
        "data": script_data(
            model, [{k: v for k, v in family.items() if k not in ("icon", "number_in_words")} for family in families]
        )
        | {
            "inks": {"light": asdict(LIGHT), "dark": asdict(DARK)},
            "extents": {view: map_bounds(diagram, view) for view in VIEWS},
            "tall_font": TALL_FONT,
            "regions": {view: [asdict(region) for region in regions] for view, regions in diagram.regions.items()},
        }
        | ({"questions": asked} if (asked := questions.script_data()) else {})
        | ({"highlights": script_highlights(marks)} if marks else {})
        | ({"headline": headline.data} if headline and headline.data else {})
        | ({"whole": webgl_positions(diagram)} if webgl else {}),
    } | _program(looks_of_families, webgl=webgl, answer=bool(answer))
    picture = (answer and answer.picture) or stills["picture"]
    positions = positions_of(diagram) | (radial_positions(opening, diagram) if opening else {})
    return Page(render.render(diagram, looks_of_families, context), picture, title, positions, note)


def _program(looks_of_families: dict[str, Look], *, webgl: bool, answer: bool) -> dict[str, Any]:
    """The styles and scripts of the page, and the policy that lets the browser run these and no others."""
    from markupsafe import Markup

    from partnergraph.page import render
    from partnergraph.palette import css_variables, hull_rules

    style = css_variables(looks_of_families) + "".join(_read(f"templates/{name}") for name in STYLES)
    if answer:
        style += hull_rules() + _read("templates/answer.css")
    scripts, packed_scripts = _scripts(webgl=webgl, answer=answer)
    starter, loader = _read("templates/start.js"), _read("templates/load.js")
    library, packed_library = render.map_library(webgl)
    manifest = json.loads(_read("vendor/manifest.json"))
    policy = _policy([starter, library, scripts, loader], [style], manifest["vis-network.min.js"]["injected_style"])
    packed = {"library": packed_library, "program": packed_scripts}
    texts = {"style": style, "starter": starter, "loader": loader} | packed
    return {"policy": policy} | {name: Markup(text) for name, text in texts.items()}


@cache
def _scripts(*, webgl: bool, answer: bool) -> tuple[str, str]:
    """The page's own program, plain and packed."""
    from partnergraph.page import render

    unused = {*([] if webgl else ["webgl.js"]), *([] if answer else ["highlights.js"])}
    text = "\n".join(_read(f"templates/{name}") for name in SCRIPTS if name not in unused)
    return text, render.packed(text)


def _stills(
    diagram: Diagram,
    opening: dict[str, Any] | None,
    looks_of_families: dict[str, Look],
    summary: str,
    endings: Endings,
) -> dict[str, str]:
    """The map as SVG: wide and tall in the page, and as a picture of its own."""
    from partnergraph.page.radial_svg import render_radial
    from partnergraph.page.svg import render_svg

    if opening is None:
        return {
            "wide": render_svg(diagram, looks_of_families, summary, endings=endings),
            "tall": render_svg(
                diagram, looks_of_families, summary + ", the best connected ones", "tall", endings=endings
            ),
            "picture": render_svg(diagram, looks_of_families, summary, inline=False, endings=endings),
        }
    partners = sum(node["ring"] == 1 for node in opening["wide"]["nodes"])
    focus = diagram.nodes[diagram.focus].label if diagram.focus is not None else ""
    summary = f"{focus} in the middle, with its partners around it: {partners} symbols, and what stands behind them"
    return {
        "wide": render_radial(opening["wide"], looks_of_families, summary, endings=endings),
        "tall": render_radial(opening["tall"], looks_of_families, summary, "tall", endings=endings),
        "picture": render_radial(opening["wide"], looks_of_families, summary, inline=False, endings=endings),
    }


def _scene(diagram: Diagram, opening: dict[str, Any] | None, bodies: list[int]) -> str:
    """A picture of a step of the story."""
    from partnergraph.page.radial_svg import radial_scene_svg
    from partnergraph.page.svg import scene_svg

    return radial_scene_svg(opening["wide"], bodies) if opening else scene_svg(diagram, bodies)


def _undrawn_note(bodies: int, undrawn: int) -> str | None:
    """What a map without a symbol says."""
    if not bodies:
        return "The map is empty: there is nothing to draw."
    if undrawn == bodies:
        return "The map is empty: there is no relationship between two bodies. What there is stands in the table."
    return None


def _best_connected(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best connected bodies, which a large page shows before any script runs."""
    return sorted(bodies, key=lambda body: -len(body["claims"]))[:MAX_LISTED]


def _families(
    graph: Network,
    names: list[str],
    looks_of_families: dict[str, Any],
    model: ViewModel,
    drawn: dict[int, list[int]],
) -> list[dict[str, Any]]:
    labels = graph.graph.get("types", {}) | graph.graph.get("families", {})
    return [
        {
            "number": number,
            "code": name,
            "label": labels.get(name, {}).get("label") or name.replace("-", " "),
            "shape": looks_of_families[name].shape,
            "light": looks_of_families[name].light,
            "dark": looks_of_families[name].dark,
            "count": len(drawn.get(number, ())),
            "number_in_words": model.number_in_words(drawn.get(number, ())),
            **({"plural": labels[name]["plural"]} if labels.get(name, {}).get("plural") else {}),
        }
        for number, name in enumerate(names)
    ]


def _read(name: str) -> str:
    return (Path(__file__).resolve().parent / name).read_text("utf-8")


def _policy(scripts: list[str], styles: list[str], injected: list[str]) -> str:
    """Only these scripts and styles, by their hashes; nothing is loaded, sent or framed."""

    def hashes(texts: list[str]) -> str:
        digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(styles)} {' '.join(injected)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
