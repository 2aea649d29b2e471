"""`partnergraph diff`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from partnergraph.cli.options import Command, draw_option, format_option, output_option, write_result
from partnergraph.errors import DataError, UsageError, error_count

if TYPE_CHECKING:
    from partnergraph.graph import PartnerGraph

SUFFIXES = {".txt": "text", ".md": "markdown", ".html": "html", ".json": "json", ".rdfp": "patch"}
PREVIOUS = "@previous"


@click.command(cls=Command)
@click.argument("a")
@click.argument("b", required=False)
@format_option("text", "markdown", "html", "json", "patch")
@output_option
@draw_option("Also the network of B as a page, coloured by what changed.")
@click.option("--previous", is_flag=True, help="Compare a build with the generation before it: A is the build, no B.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when anything differs.")
def diff(
    a: str,
    b: str | None,
    format_: str | None,
    output: Path | None,
    drawing: Path | None,
    previous: bool,
    exit_code: bool,
) -> None:
    """What changed from A to B, in plain words grouped by organisation, and exactly in quads.

    A and B: a build folder, a graph folder (assembled in memory, built or not), a store or an RDF file;
    build@previous is the generation before. The suffix of --output chooses the form: .txt, .md, .html,
    .json, .rdfp (RDF Patch).
    """
    if previous and b is not None:
        raise UsageError("--previous compares one build with the generation before it: leave out B.")
    if not previous and b is None:
        raise UsageError("Name two graphs: partnergraph diff A B (or one build with --previous).")
    form = format_ or (SUFFIXES.get(output.suffix) if output else "text")
    if form is None:
        raise UsageError(f"The name {output} says no form; add --format, or end it in {', '.join(SUFFIXES)}.")
    first, second = (f"{a}{PREVIOUS}", a) if b is None else (a, b)
    before, after = _open_graph(first), _open_graph(second)
    report = before.diff(after, names=_names(first, second))
    from partnergraph.compare import FORMATS

    page = before.draw_diff(after, report) if drawing else None
    write_result(FORMATS[form](report).encode(), output)
    if drawing and page:
        page.save(drawing)
        click.echo(f"wrote {drawing}", err=True)
        if page.note:
            click.echo(f"note: {page.note}", err=True)
    sys.exit(1 if exit_code and not report.equal else 0)


def _names(first: str, second: str) -> tuple[str, str]:
    """What a report calls the two: as they were named, but without the folders of this machine, which readers of the
    report need not know.
    """
    paths = Path(first), Path(second)
    if not any(path.is_absolute() for path in paths):
        return first, second
    parts = 1 if paths[0].name != paths[1].name or first == second else 2
    short = ["/".join(path.parts[-parts:]) if path.is_absolute() else str(path) for path in paths]
    return short[0], short[1]


def _open_graph(name: str) -> PartnerGraph:
    """The graph that an argument names. A graph folder is read as it is now, whether it was built or not."""
    from partnergraph.graph import PartnerGraph
    from partnergraph.store import Reader, locate_previous

    if name.endswith(PREVIOUS):
        folder = Path(name.removesuffix(PREVIOUS) or ".")
        return PartnerGraph(Reader.at(locate_previous(folder)))
    path = Path(name)
    if not (path / "partnergraph.toml").is_file():
        return PartnerGraph(Reader.at(path))
    from partnergraph.build import assemble
    from partnergraph.graph_folder.folder import read_folder

    folder_contents = read_folder(path)
    if folder_contents.errors:
        raise DataError(
            f"{error_count(folder_contents.errors)} in {path}; nothing was compared.", folder_contents.errors
        )
    return PartnerGraph(assemble(folder_contents.model).reader())
