"""`partnergraph check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from partnergraph.cli.options import (
    WRITTEN_FILE,
    Command,
    ExistingPath,
    form_of_result,
    format_option,
    output_option,
    write_result,
)
from partnergraph.errors import Finding, UsageError

FORMS = ("table", "csv", "json", "html")


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=ExistingPath(graph_folder=True))
@format_option(*FORMS)
@output_option
@click.option(
    "--marked",
    type=WRITTEN_FILE,
    metavar="FILE.xlsx",
    help="Write a copy of the tables of a graph folder with each faulty cell coloured and commented.",
)
def check(paths: tuple[Path, ...], format_: str | None, output: Path | None, marked: Path | None) -> None:
    """Find everything that is wrong in a graph folder (default: data) or in RDF files, which are taken together.

    Exit code 1 when there are errors, 0 when there are none or only warnings.
    """
    from partnergraph.check.report import render

    form = form_of_result(format_, output, FORMS)
    chosen = paths or (Path("data"),)
    if marked is not None and not (len(chosen) == 1 and chosen[0].is_dir()):
        raise UsageError(
            "A marked copy is made of the tables of one graph folder: partnergraph check FOLDER --marked FILE"
        )
    findings = _findings(chosen)
    if marked is not None and findings:
        from partnergraph.workbook.annotated_copy import write_annotated_copy

        write_annotated_copy(chosen[0], findings, marked)
    write_result(render(findings, form).encode(), output)
    errors, warnings, notes = (sum(f.severity == level for f in findings) for level in ("error", "warning", "info"))
    noted = f", {notes} note{'s' * (notes != 1)}" if notes else ""
    click.echo(f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}{noted}", err=True)
    if marked is not None:
        click.echo(f"Marked copy: {marked}" if findings else "Nothing to mark; no copy was written.", err=True)
    sys.exit(1 if errors else 0)


def _findings(paths: tuple[Path, ...]) -> list[Finding]:
    from partnergraph.build import collect_findings
    from partnergraph.check import check as run
    from partnergraph.network.other_vocabulary import other_vocabulary
    from partnergraph.store import Reader
    from partnergraph.vocabulary import ontology_dir

    for path in paths:
        if not path.exists():
            raise UsageError(
                f"There is no {path} here. Name a graph folder or RDF files: partnergraph check FOLDER. "
                "To make a graph folder: partnergraph init FOLDER --name NAME"
            )
    folders = [path for path in paths if path.is_dir()]
    if folders and len(paths) > 1:
        raise UsageError("Check one graph folder at a time, or several RDF files together.")
    if folders:
        return collect_findings(folders[0])
    ontology = ontology_dir()
    findings = run(Reader.files([*paths, ontology / "partnergraph.ttl", ontology / "kinds.ttl"]))
    if other := other_vocabulary(Reader.files(paths), ", ".join(map(str, paths))):
        findings.append(Finding("other-vocabulary", "warning", other[0], fix=other[1]))
    return findings
