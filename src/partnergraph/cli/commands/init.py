"""`partnergraph init`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import Command
from partnergraph.errors import shell_quote


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", "-n", required=True, help="Whose partners these are.")
@click.option("--base", default=None, metavar="IRI", help="Where the addresses of the graph begin; they end in /.")
@click.option("--csv", "csv_tables", is_flag=True, help="CSV files instead of a workbook.")
@click.option("--full", is_flag=True, help="Every table, not only Partnerships and Sources.")
def init(folder: Path, name: str, base: str | None, csv_tables: bool, full: bool) -> None:
    """Make a new graph FOLDER for an organisation, with an invented example in a workbook and a README."""
    from partnergraph.cli.options import build_command
    from partnergraph.workbook.template import WORKBOOK
    from partnergraph.workbook.template import create_folder as run

    run(folder, name, base, csv_tables=csv_tables, full=full)
    where = folder / "tables" / ("" if csv_tables else WORKBOOK)
    click.echo(f"{folder}: made, with an invented example. Its README.md says how to put your own in.")
    click.echo(f"  edit   {where}")
    click.echo(f"  check  partnergraph check {shell_quote(str(folder))}")
    click.echo(f"  build  {build_command(folder)}")
