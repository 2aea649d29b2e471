"""`partnergraph query`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from partnergraph.cli.options import format_option, graph_option, output_option
from partnergraph.errors import UsageError


@click.command()
@click.argument("question")
@graph_option
@format_option("table", "csv", "tsv", "json", "xml", "turtle", "ntriples", "jsonld")
@output_option
@click.option("--param", "-p", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of a named question.")
@click.option(
    "--limit", type=click.IntRange(1), default=None, help="Show at most so many rows.  [default: 1000 as table]"
)
@click.option("--timeout", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Seconds.")
@click.option("--memory", type=click.IntRange(200), default=2000, show_default=True, help="Megabytes.")
@click.option("--iris", is_flag=True, help="Show IRIs instead of names.")
def query(
    question: str,
    graph: Path | None,
    format_: str | None,
    output: Path | None,
    params: tuple[str, ...],
    limit: int | None,
    timeout: float,
    memory: int,
    iris: bool,
) -> None:
    """Ask a QUESTION: SPARQL 1.1 text, a file (.rq), - for standard input, or the name of a named question.

    Prefixes are declared for you. The query runs in a process of its own, with limits; it only reads this graph.
    """
    from partnergraph.queries.formats import SUFFIXES
    from partnergraph.queries.worker import run
    from partnergraph.store import locate

    text, name = _text(question)
    chosen = format_ or (SUFFIXES.get(output.suffix, "table") if output else "table")
    answer = run(
        locate(graph),
        text,
        chosen,
        question=name,
        parameters=dict(_pair(param) for param in params),
        timeout=timeout,
        memory=memory * 1_000_000,
        max_rows=limit or (1000 if chosen == "table" else None),
        iris=iris,
    )
    if output:
        output.write_bytes(answer.data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(answer.data)
    if answer.note:
        click.echo(answer.note, err=True)


def _text(question: str) -> tuple[str, str | None]:
    """The SPARQL text, or the name of a named question."""
    if question == "-":
        return sys.stdin.read(), None
    if "{" in question or "\n" in question:
        return question, None
    if question.endswith((".rq", ".sparql")):
        try:
            return Path(question).read_text("utf-8-sig"), None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{question} cannot be read: {error}") from None
    from partnergraph.queries.named import get

    if " " in question.strip():
        return question, None
    return "", get(question).name


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--param {text}: write it as NAME=VALUE.")
    return name, value
