"""The magics `%sparql` and `%%sparql`, in every notebook that runs IPython: ``%load_ext partnergraph``.

    %sparql                                               the named questions
    %sparql who-leads -p partnership="NIHR SPCR"          one of them
    %%sparql --as-of 2014-06 --store-to found             the lines below, in SPARQL 1.1

They query the graph of `--graph` (a path, or a variable that holds a `PartnerGraph`), else of the variable `graph`,
else the build in the folder of the notebook. Nothing is written to disk.
"""

from __future__ import annotations

import argparse
import html
import keyword
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from partnergraph.errors import PartnerGraphError, UsageError

if TYPE_CHECKING:
    from partnergraph.execution.query_result import Result
    from partnergraph.graph import PartnerGraph

DEFAULT_VARIABLE = "graph"
_open_builds: dict[tuple[Path, int, int], PartnerGraph] = {}  # holds the build that was queried last


class _Options(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. All options: %sparql --help")

    def exit(self, *_: Any, **__: Any) -> NoReturn:
        raise _HelpPrinted


class _HelpPrinted(Exception):
    """`--help` was given: the help is printed and nothing is options."""


def _options() -> _Options:
    from partnergraph.results.formats import FORMATS

    options = _Options(
        prog="%sparql",
        usage="%%sparql [NAME] [options]",
        description="Ask a named question (%sparql NAME), or what stands in the cell below %%sparql, in SPARQL 1.1.",
        allow_abbrev=False,
    )
    options.add_argument("question", nargs="*", metavar="NAME", help="of a question; without one all are listed")
    options.add_argument("-p", "--param", action="append", default=[], metavar="NAME=VALUE", help="of a named question")
    options.add_argument("-g", "--graph", help="a path, or a variable that holds a graph")
    options.add_argument("--as-of", metavar="DATE", help="as it was then: 2014, 2014-06 or 2014-06-30")
    options.add_argument("--store-to", metavar="VARIABLE", help="keep the answer in this variable")
    options.add_argument("--draw", action="store_true", help="draw the answer as a page instead of a table")
    options.add_argument(
        "-f",
        "--format",
        choices=("pandas", "polars", "result", *(name for name, entry in FORMATS.items() if not entry.is_binary)),
        help="show and keep a data frame, a Result or text; when nothing is said, a Result is shown, and kept is a "
        "pandas frame, the truth of an ASK, the Result of a CONSTRUCT",
    )
    return options


def sparql(shell: Any, line: str, cell: str | None = None) -> Any:
    """Run one magic; returns what the cell displays. Raises `PartnerGraphError`, displayed without a traceback."""
    try:
        return _run(shell, line, cell)
    except _HelpPrinted:
        return None
    except PartnerGraphError as error:
        # The mistake is in the cell; a traceback through this package would not help.
        lines = [f"Error: {error}"]
        vars(error)["_render_traceback_"] = lambda: lines
        raise


def register(shell: Any) -> None:
    """Add the magics to a running IPython."""

    def magic(line: str, cell: str | None = None) -> Any:
        return sparql(shell, line, cell)

    magic.__doc__ = f"{__doc__}\n{_options().format_help()}"
    shell.register_magic_function(magic, magic_kind="line_cell", magic_name="sparql")


def _split_line(line: str, *, windows: bool = os.name == "nt") -> list[str]:
    r"""The arguments in a line, as a shell would take it apart; in paths of Windows a backslash stays what it is.

    >>> _split_line(r"-p 'to=a b' C:\data", windows=True)
    ['-p', 'to=a b', 'C:\\data']
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if windows:
        lexer.escape = ""
    return list(lexer)


def _run(shell: Any, line: str, cell: str | None) -> Any:
    try:
        arguments = _split_line(line)
    except ValueError:
        raise UsageError(f'A quotation mark is open in: {line}. Inside others it may stand: -p "to=O\'Neill"') from None
    options = _options().parse_intermixed_args(arguments)
    if options.store_to and (not options.store_to.isidentifier() or keyword.iskeyword(options.store_to)):
        raise UsageError(f"--store-to {options.store_to}: this is not a name for a variable.")
    if options.draw and options.format:
        raise UsageError("--draw makes a page instead of a table; leave out --format.")
    if not arguments and cell is None:
        return _QuestionTable()
    question = _question(options.question, cell)
    parameters = _parameters(options.param)
    graph = _graph(shell.user_ns, options.graph)
    if options.as_of is not None:
        graph = graph.as_of(options.as_of)
    result = graph.query(question, **parameters)
    displayed: Any
    if options.draw:
        # An empty answer is displayed as a Result, with its reasons.
        displayed = result if result.empty else graph.draw(query=question, **parameters)
    else:
        displayed = _converted(result, options.format)
        if displayed is not result:
            for reason in result.why_empty():
                print(reason, file=sys.stderr)
    if options.store_to:
        shell.push({options.store_to: displayed if options.format else _value_to_store(result)})
    if isinstance(displayed, str):
        print(displayed, end="")
        return None
    return displayed


def _question(names: list[str], cell: str | None) -> str:
    from partnergraph.questions.named_questions import is_question_name

    if cell is None:
        if not names:
            raise UsageError("Say which question: %sparql NAME. All of them: %sparql")
        if len(names) > 1 or not is_question_name(names[0]):
            raise UsageError(
                "%sparql takes the name of a question; SPARQL stands in a cell, below a line with %%sparql."
            )
        return names[0]
    if names:
        raise UsageError(f"A named question is asked in a line: %sparql {names[0]}. Below %%sparql stands SPARQL.")
    return cell.rstrip()


def _graph(variables: Mapping[str, Any], named: str | None) -> PartnerGraph:
    from partnergraph.graph import PartnerGraph

    value = variables.get(DEFAULT_VARIABLE if named is None else named)
    if isinstance(value, PartnerGraph):
        return value
    if named is None or value is None or Path(named).exists():
        return _open_graph(Path(named) if named is not None else None)
    if isinstance(value, str | Path):
        return _open_graph(Path(value))
    raise UsageError(f"--graph {named}: this variable holds no graph. Make one: {named} = PartnerGraph.open(PATH)")


def _open_graph(path: Path | None) -> PartnerGraph:
    """The graph at a path. A build stays open for the next cell, which then needs no new query process."""
    from partnergraph.graph import PartnerGraph
    from partnergraph.store import locate

    folder = locate(path)
    if not folder.is_dir():
        return PartnerGraph.open(folder)
    status = folder.stat()
    key = (folder, status.st_ino, status.st_mtime_ns)  # another generation is another folder
    if key not in _open_builds:
        _open_builds.clear()
        _open_builds[key] = PartnerGraph.open(folder)
    return _open_builds[key]


def _parameters(texts: list[str]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name in parameters:
            raise UsageError(f"-p {text}: {'it is given twice' if equals else 'write it as NAME=VALUE'}.")
        parameters[name] = value
    return parameters


def _converted(result: Result, format_: str | None) -> Any:
    match format_:
        case None | "result":
            return result
        case "pandas":
            return result.to_pandas()
        case "polars":
            return result.to_polars()
        case "table":
            return str(result)
    return result.text(format_)


def _value_to_store(result: Result) -> Any:
    if result.form == "SELECT":
        return result.to_pandas()
    return bool(result) if result.form == "ASK" else result


class _QuestionTable:
    """The named questions, as a table."""

    def __init__(self) -> None:
        from partnergraph.questions.named_questions import all_questions

        self.rows = [(question.name, question.audience, question.question) for question in all_questions()]

    def __repr__(self) -> str:
        width = max(len(name) for name, _, _ in self.rows)
        return "\n".join(f"{name:<{width}}  {text}" for name, _, text in self.rows)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{name}</th>' for name in ("name", "for", "asks"))
        rows = ("".join(f"<td>{html.escape(value)}</td>" for value in row) for row in self.rows)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return (
            f"<table><caption>{len(self.rows)} named questions: %sparql NAME</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
