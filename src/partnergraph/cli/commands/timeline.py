"""`partnergraph timeline`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    from partnergraph.analysis.answer import AnalysisAnswer
    from partnergraph.analysis.context import AnalysisContext

# `partnergraph.analysis.measure_timeline.MEASURES`, which is not imported for each call; a test compares them.
MEASURES = (
    *("degree", "reach", "core", "betweenness", "pagerank", "constraint", "effective-size"),
    *("organisations", "pairs", "largest-component", "largest-core", "components", "modularity"),
)


@click.command(cls=Command)
@click.argument("organisation", required=False)
@click.option(
    "--measure",
    type=click.Choice(MEASURES),
    help="This measure instead: of the organisation, or (from organisations on) of the whole network.",
)
@click.option(
    "--between",
    nargs=2,
    metavar="FIRST LAST",
    help="What began and ended from one date to another instead: of the organisation, or of all.",
)
@analysis_options(dated=False, merged=False)
def timeline(
    organisation: str | None,
    measure: str | None,
    between: tuple[str, str] | None,
    **parameters: Unpack[AnalysisParameters],
) -> None:
    """How many partners an ORGANISATION surely had and can have had in each year, and what began and ended.

    By default the organisation that the graph is about. A measure has two values a year: bounds, where more pairs can
    only make it larger; else one of what surely held and one of what can have held.
    """
    from partnergraph.analysis.changes_between import changes_between
    from partnergraph.analysis.measure_timeline import measure_timeline
    from partnergraph.analysis.timeline import timeline as run

    if measure and between:
        raise UsageError("A measure is of every year, what changed of some dates: give --measure or --between.")

    def make(context: AnalysisContext) -> AnalysisAnswer:
        if between:
            return changes_between(context, *between, organisation)
        return measure_timeline(context, measure, organisation) if measure else run(context, organisation)

    write_answer(make, parameters)
