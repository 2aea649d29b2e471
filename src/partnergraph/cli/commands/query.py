"""`partnergraph query`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click.core import ParameterSource

from partnergraph.cli.options import (
    MEGABYTES,
    Command,
    Number,
    as_of_option,
    draw_option,
    format_option,
    graph_option,
    output_option,
    write_result,
)
from partnergraph.errors import DataError, UsageError
from partnergraph.grammar import numbered
from partnergraph.reading import printable, read_file, read_stream
from partnergraph.results.formats import FORMATS, SUFFIXES

MAX_SIZE = 1_000_000  # bytes of the text of a query that are read; the guard allows less

_WAYS = (
    "Ask with a file, a text or a name: partnergraph query FILE.rq, partnergraph query < FILE.rq, "
    "partnergraph query 'SELECT ...', partnergraph query NAME (the names: partnergraph queries)."
)


@click.command(cls=Command)
@click.argument("question", required=False)
@graph_option
@as_of_option
@format_option(*FORMATS)
@output_option
@click.option("--param", "-p", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of a named question.")
@click.option(
    "--limit", type=click.IntRange(1), default=None, help="Show at most so many rows.  [default: 1000 as table]"
)
@click.option("--timeout", type=Number(0.1, 1_000_000), default=10.0, show_default=True, help="Seconds.")
@click.option("--memory", type=MEGABYTES, default=2000, show_default=True, help="Megabytes.")
@click.option("--size", type=Number(0.001, 1_000_000), default=50.0, show_default=True, help="Megabytes of answer.")
@click.option("--iris", is_flag=True, help="Show IRIs instead of names.")
@draw_option(
    "Draw the answer as a page (.html) or a map (.svg): a SELECT with the columns from and to (and label, kind, "
    "weight), or a CONSTRUCT."
)
def query(
    question: str | None,
    graph: Path | None,
    as_of: str | None,
    format_: str | None,
    output: Path | None,
    params: tuple[str, ...],
    limit: int | None,
    timeout: float,
    memory: int,
    size: float,
    iris: bool,
    drawing: Path | None,
) -> None:
    """Ask a QUESTION: SPARQL 1.1 text, a file (.rq), - or nothing for standard input, or the name of a named question.

    Prefixes are declared for you. The query runs in a process of its own, with limits; it only reads this graph.
    """
    from partnergraph.execution.exit_status import SPARE
    from partnergraph.execution.sandbox import memory_limit_note, run
    from partnergraph.store import address_space, locate

    text, name = _text(question)
    if drawing and (format_ or output or iris):
        raise UsageError("--draw makes a page instead of a table; leave out --format, --output and --iris.")
    parameters = _parameters(params)
    if parameters and name is None:
        raise UsageError("Parameters belong to named questions; write values into SPARQL text as VALUES.")
    form = _form(text, name) if drawing else ""
    chosen = {"SELECT": "tsv", "CONSTRUCT": "ntriples", "DESCRIBE": "ntriples"}.get(form) or format_
    if chosen is None and output is not None and output.suffix.lower() not in ("", ".txt", *SUFFIXES):
        raise UsageError(
            f"The name {printable(output)} says no form; add --format, or end it in {', '.join(SUFFIXES)}."
        )
    chosen = chosen or (SUFFIXES.get(output.suffix.lower(), "table") if output else "table")
    if FORMATS[chosen].is_binary and output is None and sys.stdout.isatty():
        raise UsageError(f"{chosen} is not text for a terminal; write it to a file: --output answer.{chosen}")
    if (allowed := address_space()) is not None and allowed < memory * 1_000_000 + SPARE:
        click.echo(f"note: {allowed // 1_000_000:,} MB of address space are allowed here (ulimit -v), less than "
                   f"a query with --memory {memory} may take", err=True)  # fmt: skip
    is_asked = click.get_current_context().get_parameter_source("memory") is not ParameterSource.DEFAULT
    if is_asked and (limit_note := memory_limit_note()):
        click.echo(f"note: {limit_note}", err=True)
    answer = run(
        locate(graph),
        text,
        chosen,
        question=name,
        parameters=parameters,
        timeout=timeout,
        memory=memory * 1_000_000,
        max_rows=limit,
        max_bytes=int(size * 1_000_000),
        iris=iris,
        as_of=as_of,
    )
    if drawing:
        _draw(graph, as_of, answer.data, form, text, name, drawing, answer.note or "")
    else:
        write_result(answer.data, output)
    if answer.note:
        click.echo(answer.note, err=True)


def _form(text: str, name: str | None) -> str:
    """The form of a query that is to be drawn. Raises `UsageError` for one that gives no links."""
    from partnergraph.sparql.guard import examine_query

    form = "SELECT" if name else examine_query(text).form
    if form == "ASK":
        raise UsageError("ASK gives no links to draw; a table with the columns from and to does, or CONSTRUCT.")
    return form


def _draw(
    graph: Path | None,
    as_of: str | None,
    answer: bytes,
    form: str,
    text: str,
    name: str | None,
    path: Path,
    note: str,
) -> None:
    """Draw an answer that the query process gave."""
    from partnergraph.claims.as_of import as_of as view
    from partnergraph.network.from_query import network_from_query
    from partnergraph.page import draw
    from partnergraph.questions.named_questions import get_question
    from partnergraph.store import Reader

    reader = Reader.at(graph)
    named = get_question(name) if name else None
    title, query = (named.question, named.text) if named else (None, text)
    network = network_from_query(
        view(reader, as_of) if as_of is not None else reader, answer, form, title=title, query=query
    )
    if not len(network):
        raise DataError(f"There is nothing to draw, and nothing was written: the answer has no links. {note}".strip())
    page = draw(network)
    page.save(path)
    computed = sum(1 for _, _, data in network.edges(data=True) if data.get("computed"))
    summary = numbered(network.number_of_edges() - computed, "relationship") + (
        f", {computed} computed" if computed else ""
    )
    click.echo(f"wrote {path}: {numbered(len(network), 'body')}, {summary}", err=True)
    if page.note:
        click.echo(f"note: {page.note}", err=True)


def _text(question: str | None) -> tuple[str, str | None]:
    """The SPARQL text, or the name of a named question. Without either, standard input is read unless it is a terminal.

    Raises `UsageError` when nothing is asked.
    """
    from partnergraph.questions.named_questions import get_question, is_question_name

    if question is None or question == "-":
        if sys.stdin is None or (question is None and sys.stdin.isatty()):  # (None: it is closed)
            raise UsageError(f"There is no question. {_WAYS}")
        text = _decoded(read_stream(sys.stdin.buffer, MAX_SIZE, "standard input"), "standard input")
        if question is None and not text.strip():
            raise UsageError(f"Standard input is empty. {_WAYS}")
        return text, None
    if not is_question_name(question):
        return question, None
    if question.endswith((".rq", ".sparql")) or _is_file(Path(question)):
        file = printable(question)
        try:
            return _decoded(read_file(Path(question), MAX_SIZE, file, pipe=True), file), None
        except DataError as error:
            raise UsageError(str(error)) from None
    return "", get_question(question).name


def _is_file(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):  # longer than a name of a file may be
        return False


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{where}, row {row}: this is not text in UTF-8. Save it as UTF-8.") from None


def _parameters(params: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in params:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--param {text}: write it as NAME=VALUE.")
        if name in values:
            raise UsageError(f"--param {name} is given twice.")
        values[name] = value
    return values
