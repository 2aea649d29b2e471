"""`partnergraph import`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import WRITTEN_PATH, Command, ExistingPath, output_path_option
from partnergraph.grammar import numbered


@click.command("import", cls=Command)
@click.argument("files", nargs=-1, required=True, type=ExistingPath(dir_okay=False))
@output_path_option("The new graph folder; must not be there yet.", WRITTEN_PATH, required=True)
@click.option("--source", default="imported-map", show_default=True, metavar="ID", help="What the file is called.")
def import_(files: tuple[Path, ...], output: Path, source: str) -> None:
    """Make a graph folder from nodes and edges as Kumu, Gephi and `partnergraph export` keep them.

    FILES: a workbook (.xlsx, .ods), CSV, Kumu's JSON, GEXF or GraphML; of our own export nodes.csv, edges.csv and
    evidence.csv. Edges: From and To, or Source and Target, with Type or Label, Start, End, Source and URL. Nodes:
    Label, with Id, Type, Description, Tags and URL. What is not taken over is said, column by column.
    """
    import re

    from partnergraph.build import collect_findings
    from partnergraph.cli.options import build_command
    from partnergraph.errors import DataError, Finding, UsageError, error_count
    from partnergraph.files import fill_folder, new_folder
    from partnergraph.tables.table_schemas import TABLE_SCHEMAS
    from partnergraph.workbook.folder_writer import table_csv, toml_string
    from partnergraph.workbook.network_import import import_network

    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", source):
        raise UsageError(f"--source: '{source}' is not an id. Use small letters, digits and hyphens.")

    def stop_at(findings: list[Finding]) -> None:
        if errors := [finding for finding in findings if finding.severity == "error"]:
            raise DataError(
                f"{error_count(errors)} in {', '.join(file.name for file in files)}; nothing was written.", errors
            )

    with new_folder(output) as staging:
        network = import_network(files, source)
        stop_at(network.findings)
        name = toml_string(output.resolve().name)
        base = f"base = {toml_string(network.base)}\n" if network.base else ""
        new = {"partnergraph.toml": f"id = {name}\ntitle = {name}\n{base}{_focus_comment(network.busiest())}".encode()}
        new |= {
            f"tables/{table}.csv": table_csv(rows, TABLE_SCHEMAS[table].columns)
            for table, rows in network.rows.items()
            if rows or table in ("sources", "evidence", "organisations", "relationships")
        }
        fill_folder(staging, new)
        stop_at([network.original(finding) for finding in collect_findings(staging)])
    for finding in network.findings:
        click.echo(f"{'note' if finding.severity == 'info' else finding.severity}: {finding}", err=True)
    counts = {table: len(rows) for table, rows in network.rows.items()}
    organisations, relationships = (numbered(counts[f"{noun}s"], noun) for noun in ("organisation", "relationship"))
    click.echo(f"{output}: {organisations}, {relationships}")
    if network.busiest():
        click.echo(f"Whose graph is it? Say so in {output / 'partnergraph.toml'} (focus), for the middle of the map.")
    click.echo(f"Next: {build_command(output)}")


def _focus_comment(name: str) -> str:
    """The line of the settings that says whose graph it is, to be taken from behind its #."""
    from partnergraph.workbook.folder_writer import toml_string

    if not name:
        return ""
    return (
        "# Whose graph is it? Put the name of your own organisation here, and take the # away: it is then in the\n"
        f"# middle of the map, and questions know who 'we' is.\n# focus = {toml_string(name)}\n"
    )
