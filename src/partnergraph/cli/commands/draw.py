"""`partnergraph draw`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import WRITTEN_FILE, Command, ExistingPath, as_of_option, graph_option, output_path_option
from partnergraph.cli.save_positions import save_positions
from partnergraph.errors import UsageError
from partnergraph.grammar import numbered
from partnergraph.store import Reader


@click.command(cls=Command)
@graph_option
@output_path_option(default="map.html")
@click.option("--svg", type=WRITTEN_FILE, metavar="FILE", help="The map alone, as SVG.")
@as_of_option
@click.option("--derived", is_flag=True, help="Also the links that rules derive.")
@click.option("--no-inferred", is_flag=True, help="Leave out what rests on inference alone.")
@click.option("--places", is_flag=True, help="Also where bodies are.")
@click.option(
    "--renderer",
    type=click.Choice(["canvas", "webgl"]),
    default="canvas",
    show_default=True,
    help="webgl: thousands of bodies all at once, on machines with a GPU; elsewhere the page shows what canvas does.",
)
@click.option(
    "--keep",
    type=ExistingPath(file_okay=False),
    metavar="FOLDER",
    help="Keep where every symbol stands: write tables/positions.csv of this graph folder.",
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Search for minutes for a map with few lines through labels; what has a kept position stays.",
)
def draw(
    graph: Path | None,
    output: Path,
    svg: Path | None,
    as_of: str | None,
    derived: bool,
    no_inferred: bool,
    places: bool,
    renderer: str,
    keep: Path | None,
    thorough: bool,
) -> None:
    """Draw the network as one self-contained HTML file (or its map as .svg)."""
    from partnergraph.network import build_network
    from partnergraph.network.other_vocabulary import other_vocabulary, require_bodies
    from partnergraph.page import draw as draw_page

    if svg and svg.suffix != ".svg":
        raise UsageError(f"--svg writes a picture as SVG: call the file {svg.with_suffix('.svg')}.")
    if keep and (as_of or derived or no_inferred or places):
        raise UsageError(
            "--keep keeps the map that build draws; leave out --as-of, --derived, --no-inferred and --places."
        )
    reader = Reader.at(graph)
    network = build_network(reader, as_of=as_of, derived=derived, inferred=not no_inferred, places=places)
    require_bodies(network, reader, str(graph or "this graph"))
    page = draw_page(network, renderer, thorough=thorough)
    page.save(output)
    if svg:
        page.save(svg)
    bodies, relationships = numbered(len(network), "body"), numbered(network.number_of_edges(), "relationship")
    click.echo(f"wrote {output}: {bodies}, {relationships}", err=True)
    if page.note:
        click.echo(f"note: {page.note}", err=True)
    if not network.number_of_edges() and (notice := other_vocabulary(reader, str(graph or "this graph"))):
        click.echo(f"warning: {' '.join(notice)}", err=True)
    if keep:
        file, count = save_positions(keep, page.positions)
        click.echo(
            f"wrote {file}: {numbered(count, 'position')}; the next build leaves what is drawn where it is", err=True
        )
