"""`partnergraph build`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from partnergraph.cli.options import WRITTEN_FOLDER, Command, ExistingPath, output_path_option
from partnergraph.grammar import numbered

if TYPE_CHECKING:
    from partnergraph.store import Reader


@click.command(cls=Command)
@click.argument("folder", type=ExistingPath(file_okay=False, graph_folder=True), default="data")
@output_path_option(type_=WRITTEN_FOLDER, default="build")
@click.option("--only", multiple=True, metavar="SOURCE", help="The graph as only these sources tell it (repeatable).")
@click.option("--force", is_flag=True, help="Build even when nothing has changed.")
@click.option("--replace", is_flag=True, help="Replace the graph of another folder that stands in the output.")
@click.option("--no-links", is_flag=True, help="Copies instead of links, for a folder that other machines share.")
@click.option("--no-page", is_flag=True, help="Leave the HTML page out.")
@click.option("--quiet", "-q", is_flag=True, help="No summary, no progress.")
def build(
    folder: Path,
    output: Path,
    only: tuple[str, ...],
    force: bool,
    replace: bool,
    no_links: bool,
    no_page: bool,
    quiet: bool,
) -> None:
    """Read a graph FOLDER, check it, and publish a new generation of its store and page: all or nothing."""
    from partnergraph.build import build as run
    from partnergraph.page import prepare, version
    from partnergraph.store import check_address_space

    check_address_space()
    report_progress = (lambda _: None) if quiet else _progress()

    def progress(what: str) -> None:
        # Only now is it sure that there is something to build; what the page needs comes in beside the engine's work.
        if not no_page:
            prepare()
        report_progress(what)

    notes: list[str] = []
    report = run(
        folder,
        output,
        only=only or None,
        page=None if no_page else lambda reader: _draw_page(reader, notes.append),
        page_version=version(),
        progress=progress,
        force=force,
        replace=replace,
        links=not no_links,
    )
    if quiet:
        return
    counts = report.counts
    click.echo(f"{output}: {'unchanged' if report.unchanged else 'built'} from {folder}")
    by_kind = ", ".join(f"{kind} {number}" for kind, number in counts["relationships_by_kind"].items())
    click.echo(
        f"  {numbered(counts['organisations'], 'organisation')}, {numbered(counts['groups'], 'unnamed group')}, "
        f"{numbered(counts['undertakings'], 'undertaking')}"
    )
    relationships = numbered(counts["relationships"], "relationship")
    click.echo(f"  {relationships} ({counts['relationships_inferred']} inferred): {by_kind}")
    click.echo(
        f"  {counts['relationships_derived']} more derived by rules, {counts['disputed']} disputed, "
        f"{numbered(counts['events'], 'event')}"
    )
    quoted, cited, editor = (counts[f"evidence_{k}"] for k in ("quoted", "cited", "of_the_editor"))
    click.echo(
        f"  {numbered(quoted, 'quotation')}, {numbered(cited, 'citation')}, {numbered(editor, 'entry')} of the editor, "
        f"from {numbered(counts['sources'], 'source')}"
    )
    trig = f"{counts['quads_in_trig']} of them in {output / 'graph.trig'}, the rest from registers in the store"
    whole = counts["quads"] == counts["quads_in_trig"]
    click.echo(f"  {counts['quads']} quads" + (f" in {output / 'graph.trig'}" if whole else f", {trig}"))
    for finding in report.warnings[:10]:
        click.echo(f"{'note' if finding.severity == 'info' else finding.severity}: {finding}", err=True)
    if len(report.warnings) > 10:
        click.echo(f"warning: {len(report.warnings) - 10} more; partnergraph check {folder} lists all", err=True)
    if not no_page:
        click.echo(f"Open {output / 'index.html'}")
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _draw_page(reader: Reader, note: Callable[[str], None]) -> str:
    """The page of a graph as HTML; `note` is called with what its map does not show."""
    from partnergraph.network import build_network
    from partnergraph.page import draw

    page = draw(build_network(reader))
    if page.note:
        note(page.note)
    return page.html


def _progress() -> Callable[[str], None]:
    """Says what is being done once the build has taken more than a second."""
    start = time.monotonic()

    def report_progress(what: str) -> None:
        if time.monotonic() - start > 1:
            click.echo(f"{what} ...", err=True)

    return report_progress
