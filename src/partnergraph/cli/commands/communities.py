"""`partnergraph communities`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@analysis_options()
def communities(**parameters: Unpack[AnalysisParameters]) -> None:
    """Sets of bodies that are joined more among themselves than outwards, beside graphs rewired at random.

    Each set says which of its bodies are together with every seed of the method.
    """
    from partnergraph.analysis.community_answer import community_answer as run

    write_answer(run, parameters)
