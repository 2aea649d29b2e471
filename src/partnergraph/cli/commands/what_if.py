"""`partnergraph what-if`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, organisation_option, write_answer
from partnergraph.cli.options import Command
from partnergraph.errors import UsageError


@click.command("what-if", cls=Command)
@click.option(
    "--without", multiple=True, metavar="NAME", help="Take this organisation out; may be given several times."
)
@click.option("--ending", metavar="NAME", help="Whom this funder may fund, with --at.")
@click.option("--at", metavar="DATE", help="When its funding would end: 2026, 2026-04 or 2026-04-01.")
@organisation_option
@analysis_options()
def what_if(
    without: tuple[str, ...],
    ending: str | None,
    at: str | None,
    organisation: str | None,
    **parameters: Unpack[AnalysisParameters],
) -> None:
    """What would no longer be joined without some organisations (--without), or whom a funder may fund (--ending).

    Organisations are taken out with every claim that names them, and the network is computed anew. This says what is
    recorded, not what would happen.
    """
    from partnergraph.analysis.what_if import what_if_ending, what_if_without

    if bool(without) == (ending is not None):
        raise UsageError("Ask either with --without NAME, once or several times, or with --ending NAME --at DATE.")
    if (ending is None) != (at is None):
        raise UsageError("--ending and --at go together: whose funding, and when.")
    if ending is None or at is None:
        write_answer(lambda context: what_if_without(context, without, organisation), parameters)
        return
    if organisation or parameters.get("as_of") or parameters.get("projection") != "claims":
        raise UsageError(
            "--ending looks at all funding on the date of --at: leave out --organisation, --as-of and --projection."
        )
    if parameters.get("largest") is not None or parameters.get("roll_up"):
        raise UsageError("--ending looks at single claims of funding: leave out --largest and --roll-up.")
    write_answer(lambda context: what_if_ending(context, ending, at), parameters)
