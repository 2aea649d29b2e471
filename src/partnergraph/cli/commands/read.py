"""`partnergraph read`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import (
    WRITTEN_PATH,
    Command,
    ExistingPath,
    graph_path_option,
    output_path_option,
    register_format_option,
)
from partnergraph.errors import UsageError


@click.command(cls=Command)
@click.argument("document", required=False, type=ExistingPath(dir_okay=False))
@click.option(
    "--source",
    default=None,
    metavar="TITLE",
    help="The source that the text is: its title, address or id, for example 'Annual report 2026'.",
)
@graph_path_option(
    "A graph folder, build, store or RDF file whose names are known. May be repeated.", "graphs", multiple=True
)
@click.option(
    "--register", "registers", multiple=True, type=ExistingPath(dir_okay=False),
    help="A file of a register whose names are known; each needs an --as.",
)  # fmt: skip
@register_format_option("What the register is, in the same order.", "formats", multiple=True)
@click.option(
    "--speaker",
    default=None,
    metavar="ID-or-NAME",
    help="Who 'we' is in the text; by default the organisation whose graph it is.",
)
@output_path_option("Write the proposals here: a workbook (.xlsx) or a folder of CSV files.", WRITTEN_PATH)
@click.option(
    "--accept", "accepted", type=ExistingPath(), default=None,
    help="Take the proposals of this workbook or folder whose accept cell says yes.",
)  # fmt: skip
@click.option(
    "--into", type=ExistingPath(file_okay=False), default=None,
    help="The graph folder that takes accepted proposals.",
)  # fmt: skip
def read(
    document: Path | None,
    source: str | None,
    graphs: tuple[Path, ...],
    registers: tuple[Path, ...],
    formats: tuple[str, ...],
    speaker: str | None,
    output: Path | None,
    accepted: Path | None,
    into: Path | None,
) -> None:
    """Propose rows for a graph from a text (plain, .docx or PDF), or take the rows that a person accepted.

    Nothing enters a graph unreviewed: proposals are written apart, and only those marked yes are taken. With --accept,
    the text of DOCUMENT is put into the folder when it has none for the source yet.
    """
    if (accepted is None) != (into is None):
        raise UsageError("--accept and --into belong together: the proposals, and the folder that takes them.")
    if accepted is not None and into is not None:
        _accept(accepted, into, document)
        return
    if document is None or source is None or output is None:
        raise UsageError(
            "Name a text, its source and where to write: partnergraph read TEXT --source TITLE -o proposed.xlsx"
        )
    if len(registers) != len(formats):
        raise UsageError("Every --register needs its --as, which says what it is: --register etr.csv --as ods-trusts")
    _read(document, source, graphs, tuple(zip(registers, formats, strict=True)), speaker, output)


def _read(
    document: Path,
    source: str,
    graphs: tuple[Path, ...],
    registers: tuple[tuple[Path, str], ...],
    speaker: str | None,
    output: Path,
) -> None:
    from partnergraph.extraction.gazetteer import Gazetteer
    from partnergraph.extraction.input import open_document
    from partnergraph.extraction.output import save
    from partnergraph.extraction.proposals import propose_rows as propose
    from partnergraph.extraction.text_sources import text_source

    gazetteer = Gazetteer()
    for graph in graphs:
        gazetteer.from_path(graph)
    for path, format_ in registers:
        gazetteer.from_register(path, format_)
    of = text_source(source, gazetteer)
    reading = propose(open_document(document, of.id), gazetteer, speaker, of)
    save(reading, output)
    click.echo(f"{reading.summary()} Written to {output}; nothing has entered a graph.", err=True)


def _accept(accepted: Path, into: Path, document: Path | None) -> None:
    from partnergraph.extraction.accept import accept

    report = accept(accepted, into, document)
    if not report.rows and not report.already:
        click.echo("No proposal says yes; nothing was written.", err=True)
        return
    parts = [f"{count} in {table}.csv" for table, count in report.rows.items()]
    parts += [f"{report.already} stood there already"] * bool(report.already)
    parts += [f"the text as {report.document}"] * bool(report.document)
    click.echo(f"Taken into {into}: {', '.join(parts)}.", err=True)
