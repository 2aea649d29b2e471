"""`partnergraph timeline`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command

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
@analysis_options(dated=False, merged=False)
def timeline(organisation: str | None, measure: str | None, **parameters: Unpack[AnalysisParameters]) -> None:
    """How many partners an ORGANISATION surely had and can have had in each year, and what began and ended.

    By default the organisation that the graph is about. A measure has two values a year: bounds, where more pairs can
    only make it larger; else one of what surely held and one of what can have held.
    """
    from partnergraph.analysis.measure_timeline import measure_timeline
    from partnergraph.analysis.timeline import timeline as run

    write_answer(
        lambda context: measure_timeline(context, measure, organisation) if measure else run(context, organisation),
        parameters,
    )
