"""`partnergraph check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from partnergraph.cli.options import deliver, format_option, output_option
from partnergraph.errors import Finding


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@format_option("table", "csv", "json", default="table")
@output_option
def check(paths: tuple[Path, ...], format_: str, output: Path | None) -> None:
    """Find everything that is wrong in a graph folder (default: data) or in RDF files, which are taken together.

    Exit code 1 when there are errors, 0 when there are none or only warnings.
    """
    from partnergraph.check.report import render

    findings = _findings(paths or (Path("data"),))
    deliver(render(findings, format_).encode(), output)
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    click.echo(f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}", err=True)
    sys.exit(1 if errors else 0)


def _findings(paths: tuple[Path, ...]) -> list[Finding]:
    from partnergraph.build import findings_of
    from partnergraph.check import check as run
    from partnergraph.errors import UsageError
    from partnergraph.store import Reader
    from partnergraph.vocabulary import ontology_dir

    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no {path} here. Name a graph folder or RDF files: partnergraph check FOLDER")
    folders = [path for path in paths if path.is_dir()]
    if folders and len(paths) > 1:
        raise UsageError("Check one graph folder at a time, or several RDF files together.")
    if folders:
        return findings_of(folders[0])
    ontology = ontology_dir()
    return run(Reader.files([*paths, ontology / "partnergraph.ttl", ontology / "kinds.ttl"]))
