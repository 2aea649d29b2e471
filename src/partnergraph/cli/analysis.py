"""What the commands that analyse the network share: their options, and how an answer leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from partnergraph.cli.options import (
    F,
    as_of_option,
    draw_option,
    form_of_result,
    format_option,
    graph_option,
    output_option,
    print_text,
    write_result,
)
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    from partnergraph.analysis.answer import AnalysisAnswer
    from partnergraph.analysis.context import AnalysisContext

FOR_PEOPLE = ("text", "table", "markdown")


class AnalysisParameters(TypedDict, total=False):
    """The values of the shared options; a command has those that make sense for it."""

    graph: Path | None
    as_of: str | None
    projection: str
    with_inferred: bool
    largest: int | None
    roll_up: bool
    format_: str | None
    output: Path | None
    claims: bool
    drawing: Path | None


organisation_option = click.option(
    "--organisation", metavar="NAME", help="By any of its names.  [default: the one that the graph is about]"
)
_projection_option = click.option(
    "--projection",
    type=click.Choice(["claims", "co-membership", "two-mode", "funding"]),
    default="claims",
    show_default=True,
    help="Which claims join two bodies.",
)
_with_inferred_option = click.option("--with-inferred", is_flag=True, help="Count inferred claims, too.")
_largest_option = click.option(
    "--largest", type=click.IntRange(2), metavar="N", help="Leave out partnerships of more than N members."
)
_roll_up_option = click.option("--roll-up", is_flag=True, help="Merge units into what they are a part of.")
_claims_option = click.option("--claims", is_flag=True, help="Show the claims that each sentence rests on.")
_draw_option = draw_option("Also draw the network with what the answer brings forward, as a page (or a picture, .svg).")
FORMS = ("text", "table", "csv", "json", "markdown")
_format_option = format_option(*FORMS)


def analysis_options(*, projected: bool = True, dated: bool = True, merged: bool = True) -> Callable[[F], F]:
    """The shared options. `projected`: with a projection; `dated`: with `--as-of`; `merged`: with `--largest` and
    `--roll-up`.
    """
    options: list[Callable[[F], F]] = [
        graph_option,
        *([as_of_option] if dated else []),
        *([_projection_option] if projected else []),
        _with_inferred_option,
        *([_largest_option, _roll_up_option] if merged else []),
        _format_option,
        output_option,
        _claims_option,
        _draw_option,
    ]

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def write_answer(make: Callable[[AnalysisContext], AnalysisAnswer], parameters: AnalysisParameters) -> None:
    """Answer and write the answer in the form of `--format`, of the suffix of `--output`, or as text."""
    from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
    from partnergraph.analysis.rendering import render
    from partnergraph.claims.claim_lookup import lookup_claims
    from partnergraph.store import Reader

    output = parameters.get("output")
    form = form_of_result(parameters.get("format_"), output, FORMS)
    show_claims = parameters.get("claims", False)
    if show_claims and form != "text":
        raise UsageError(f"--claims shows claims beneath the text; leave it out with {form} (json names them always).")
    options = AnalysisOptions(
        projection=parameters.get("projection", "claims"),
        with_inferred=parameters.get("with_inferred", False),
        as_of=parameters.get("as_of"),
        largest=parameters.get("largest"),
        roll_up=parameters.get("roll_up", False),
    )
    context = AnalysisContext(Reader.at(parameters.get("graph")), options)
    answer = make(context)
    claims = None
    if show_claims:
        claims = lookup_claims(context.reader, {iri for sentence in answer.sentences for iri in sentence.claims})
    drawing = parameters.get("drawing")
    page = answer.draw() if drawing else None
    text = render(answer, form, claims)
    if output is None and form in FOR_PEOPLE:
        print_text(text.removesuffix("\n"))
    else:
        write_result(text.encode(), output)
    if page and drawing:
        page.save(drawing)
        click.echo(f"wrote {drawing}", err=True)
        if page.note:
            click.echo(f"note: {page.note}", err=True)
