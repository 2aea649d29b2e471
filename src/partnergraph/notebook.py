"""The magics `%sparql` and `%%sparql`, in every notebook that runs IPython: ``%load_ext partnergraph``.

    %sparql                                               the named questions
    %sparql who-leads -p partnership="NIHR SPCR"          one of them
    %%sparql --as-of 2014-06 --store-to found             the lines below, in SPARQL 1.1

They ask the graph of `--graph` (a path, or a variable that holds a `PartnerGraph`), else the variable `graph`, else
the build in the folder of the notebook. Nothing is written to disk.
"""

from __future__ import annotations

import argparse
import html
import keyword
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from partnergraph.errors import PartnerGraphError, UsageError

if TYPE_CHECKING:
    from partnergraph.execution.query_result import Result
    from partnergraph.graph import PartnerGraph

DEFAULT = "graph"  # the variable that is asked when `--graph` names none
_open: dict[tuple[Path, int, int], PartnerGraph] = {}  # the build that was asked last


class _Options(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. All options: %sparql --help")

    def exit(self, *_: Any, **__: Any) -> NoReturn:
        raise _HelpShown


class _HelpShown(Exception):
    """The help was printed; there is nothing to ask."""


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
    """Carry out one magic; returns what the cell shows. Raises `PartnerGraphError`, shown without a traceback."""
    try:
        return _run(shell, line, cell)
    except _HelpShown:
        return None
    except PartnerGraphError as error:
        # What is wrong is the text in the cell; where our code noticed it helps nobody.
        lines = [f"Error: {error}"]
        vars(error)["_render_traceback_"] = lambda: lines
        raise


def register(shell: Any) -> None:
    """Add the magics to a running IPython."""

    def magic(line: str, cell: str | None = None) -> Any:
        return sparql(shell, line, cell)

    magic.__doc__ = f"{__doc__}\n{_options().format_help()}"
    shell.register_magic_function(magic, magic_kind="line_cell", magic_name="sparql")


def _run(shell: Any, line: str, cell: str | None) -> Any:
    try:
        given = shlex.split(line)
    except ValueError:
        raise UsageError(f'A quotation mark is open in: {line}. Inside others it may stand: -p "to=O\'Neill"') from None
    asked = _options().parse_intermixed_args(given)
    if asked.store_to and (not asked.store_to.isidentifier() or keyword.iskeyword(asked.store_to)):
        raise UsageError(f"--store-to {asked.store_to}: this is not a name for a variable.")
    if asked.draw and asked.format:
        raise UsageError("--draw makes a page instead of a table; leave out --format.")
    if not given and cell is None:
        return _Questions()
    question = _question(asked.question, cell)
    parameters = _parameters(asked.param)
    graph = _graph(shell.user_ns, asked.graph)
    if asked.as_of is not None:
        graph = graph.as_of(asked.as_of)
    result = graph.query(question, **parameters)
    shown: Any
    if asked.draw:
        # An empty answer is shown as it is, with its reasons.
        shown = result if result.empty else graph.draw(query=question, **parameters)
    else:
        shown = _made(result, asked.format)
        if shown is not result:
            for reason in result.why_empty():
                print(reason, file=sys.stderr)
    if asked.store_to:
        shell.push({asked.store_to: shown if asked.format else _kept(result)})
    if isinstance(shown, str):
        print(shown, end="")
        return None
    return shown


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

    found = variables.get(DEFAULT if named is None else named)
    if isinstance(found, PartnerGraph):
        return found
    if named is None or found is None or Path(named).exists():
        return _opened(Path(named) if named is not None else None)
    if isinstance(found, str | Path):
        return _opened(Path(found))
    raise UsageError(f"--graph {named}: this variable holds no graph. Make one: {named} = PartnerGraph.open(PATH)")


def _opened(path: Path | None) -> PartnerGraph:
    """The graph at a path. A build stays open for the next cell, so that this need not start a query process again."""
    from partnergraph.graph import PartnerGraph
    from partnergraph.store import locate

    place = locate(path)
    if not place.is_dir():
        return PartnerGraph.open(place)
    seen = place.stat()
    key = (place, seen.st_ino, seen.st_mtime_ns)  # another generation is another folder
    if key not in _open:
        _open.clear()
        _open[key] = PartnerGraph.open(place)
    return _open[key]


def _parameters(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name in found:
            raise UsageError(f"-p {text}: {'it is given twice' if equals else 'write it as NAME=VALUE'}.")
        found[name] = value
    return found


def _made(result: Result, format_: str | None) -> Any:
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


def _kept(result: Result) -> Any:
    if result.form == "SELECT":
        return result.to_pandas()
    return bool(result) if result.form == "ASK" else result


class _Questions:
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
