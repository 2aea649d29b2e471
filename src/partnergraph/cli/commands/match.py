"""`partnergraph match`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from partnergraph.cli.options import (
    Command,
    ExistingPath,
    form_of_result,
    format_option,
    graph_path_option,
    output_option,
    register_format_option,
    write_result,
)
from partnergraph.errors import DataError, PartnerGraphError, UsageError
from partnergraph.grammar import numbered

if TYPE_CHECKING:
    from partnergraph.files import LockedFolder
    from partnergraph.graph_folder.folder import GraphFolder
    from partnergraph.match.record_index import RecordIndex
    from partnergraph.match.results import MatchResult
    from partnergraph.match.scoring import Candidate
    from partnergraph.model.records import MatchDecision

_SHOWN = 10  # cells that were not understood
KEYS = {"s": "same", "d": "different", "u": "unsure"}

FORMS = ("table", "csv", "json")


@click.command(cls=Command)
@click.argument("what", type=ExistingPath())
@click.option("--register", "-r", "source", metavar="SOURCE", help="A register of the folder's configuration.")
@click.option("--file", "file", type=ExistingPath(dir_okay=False), help="A register's file.")
@register_format_option("The form of --file: ror, ods-trusts ...")
@graph_path_option("Match a list of names against this graph.")
@click.option("--column", metavar="NAME", help="The column of a list that holds the names.")
@click.option("--review", is_flag=True, help="Decide about candidates, one after another, in the terminal.")
@click.option("--accept", type=click.Choice(["certain"]), help="Decide that all that is certain is the same.")
@click.option("--who", metavar="NAME", help="Who decides.")
@click.option("--date", metavar="DATE", help="When it was decided.  [default with --review: today]")
@format_option(*FORMS)
@output_option
def match(
    what: Path,
    source: str | None,
    file: Path | None,
    form: str | None,
    graph: Path | None,
    column: str | None,
    review: bool,
    accept: str | None,
    who: str | None,
    date: str | None,
    format_: str | None,
    output: Path | None,
) -> None:
    """Find the records of a register that are about the bodies of a graph folder, or about a list of names.

    A list is CSV or a workbook (.xlsx, .ods) with a column called name.

    Nothing is merged: candidates have a score and reasons, and a person decides (--review, or --accept certain).
    Decisions are kept in the folder's table matches and applied by each build; delete a row to undo one.
    """
    if (file is None) != (form is None):
        raise UsageError("--file and --as belong together: --file ror.json.gz --as ror.")
    if not what.is_dir():
        if review or accept:
            raise UsageError("Decisions are kept in a graph folder: name the folder, not a list.")
        _names(
            what, source, file, form, graph, column, form_of_result(format_, output, ("csv", "table", "json")), output
        )
        return
    if graph is not None or column is not None:
        raise UsageError("--graph and --column are for lists of names, not for a folder.")
    if (review or accept) and not (who or "").strip():
        raise UsageError("Say who decides: --who NAME.")
    answer_form = form_of_result(format_, output, FORMS)
    from partnergraph.files import lock_folder
    from partnergraph.match.inputs import folder_queries
    from partnergraph.match.results import format_results, match_results

    # Who accepts waits for the others, then reads what they decided; a review takes the lock for each decision.
    with lock_folder(what) if accept and not review else nullcontext() as locked:
        folder = _folder(what)
        chosen, register = _register(folder, source, file, form, decides=review or accept is not None)
        results = match_results(folder_queries(folder.model), register, folder.model.matches, chosen)
        if review:
            _review(folder, chosen, results, who or "", date)
        elif locked is not None:
            _accept(locked, folder, chosen, results, who or "", date)
        else:
            write_result(format_results(results, register, answer_form).encode(), output)
            click.echo(_counted(results, len(register)), err=True)


def _folder(path: Path) -> GraphFolder:
    from partnergraph.graph_folder.folder import read_folder

    folder = read_folder(path)
    if folder.errors:
        raise DataError(f"{path} has errors; mend them first: partnergraph check {path}", folder.errors)
    return folder


def _register(
    folder: GraphFolder, source: str | None, file: Path | None, form: str | None, decides: bool
) -> tuple[str, RecordIndex]:
    from partnergraph.match.inputs import index_of_file, index_of_folder

    if file is None or form is None:
        return index_of_folder(folder, source)
    source_ids = {row.id for row in folder.model.sources}
    if decides and source not in source_ids:
        raise UsageError("Say which of the sources the decisions are about: --register SOURCE.")
    return source or "", index_of_file(file, form)


def _counted(results: list[MatchResult], size: int) -> str:
    counts = dict.fromkeys(("decided", "certain", "likely", "possible", "none"), 0)
    for result in results:
        if any(candidate.decision == "same" for candidate in result.decisions.values()):
            counts["decided"] += 1
        else:
            counts[result.open[0].verdict if result.open else "none"] += 1
    summary = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    return f"{numbered(len(results), 'organisation')} against {numbered(size, 'record')}: {summary}"


def _names(
    path: Path,
    source: str | None,
    file: Path | None,
    form: str | None,
    graph: Path | None,
    column: str | None,
    format_: str,
    output: Path | None,
) -> None:
    from partnergraph.match.inputs import index_of_file, index_of_folder, index_of_graph, read_list
    from partnergraph.match.results import format_list
    from partnergraph.match.scoring import best_match
    from partnergraph.store import Reader

    if format_ == "table":
        format_ = "csv"
    if file is not None and form is not None:
        register = index_of_file(file, form)
    elif source is not None:
        if graph is None:
            raise UsageError("Say which graph folder names the register: --graph FOLDER --register SOURCE.")
        register = index_of_folder(_folder(graph), source)[1]
    elif graph is not None:
        register = index_of_graph(Reader.at(graph))
    else:
        raise UsageError("Say against what: --graph GRAPH, or --file PATH --as FORMAT.")
    listed = read_list(path, column)
    rows: list[tuple[list[str], list[Candidate]]] = [
        (cells, best_match(query, register) if query else []) for cells, query in listed.rows
    ]
    write_result(format_list(listed.headings, rows, format_).encode(), output)
    for line in listed.unknown[:_SHOWN]:
        click.echo(line, err=True)
    if len(listed.unknown) > _SHOWN:
        click.echo(f"... and {len(listed.unknown) - _SHOWN} more like these", err=True)
    counts = dict.fromkeys(("certain", "likely", "possible", "none"), 0)
    for _, candidates in rows:
        counts[candidates[0].verdict if candidates else "none"] += 1
    summary = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    click.echo(f"{numbered(len(rows), 'name')} against {numbered(len(register), 'record')}: {summary}", err=True)


def _decision(
    result: MatchResult, candidate: Candidate, source: str, decision: str, who: str, date: str | None
) -> MatchDecision:
    from partnergraph.model.dates import PartialDate
    from partnergraph.model.records import MatchDecision as Row

    try:
        when = PartialDate.parse(date) if date else None
    except ValueError as error:
        raise UsageError(f"--date {date}: {error}") from None
    note = f"{candidate.verdict} {candidate.score:.2f}: {'; '.join(candidate.reasons)}"
    body = result.query.id
    return Row(
        f"{body} {source} {candidate.record}", (), body, source, candidate.record, decision, who.strip(), when, note
    )


def _accept(
    locked: LockedFolder, folder: GraphFolder, source: str, results: list[MatchResult], who: str, date: str | None
) -> None:
    from partnergraph.workbook.save_decisions import save_decisions

    certain = [
        _decision(result, result.open[0], source, "same", who, date)
        for result in results
        if result.open and result.open[0].verdict == "certain"
    ]
    # Two bodies of ours cannot be one record; who decides must look.
    records, accepted = [match.record for match in certain], _accepted_records(folder, source)
    clear = [match for match in certain if records.count(match.record) == 1 and match.record not in accepted]
    for match in certain:
        if match not in clear:
            click.echo(f"not decided: {match.record} fits {match.organisation} and another organisation", err=True)
    if clear:
        path, _ = save_decisions(locked, folder, clear)
        click.echo(f"{len(clear)} decided as the same, in {path}", err=True)
    else:
        click.echo("Nothing that is certain is open.", err=True)


def _accepted_records(folder: GraphFolder, source: str) -> dict[str, str]:
    """The records that were decided to be a body, and which. One record is one body."""
    return {
        row.record: row.organisation for row in folder.model.matches if (row.source, row.decision) == (source, "same")
    }


def _review(folder: GraphFolder, source: str, results: list[MatchResult], who: str, date: str | None) -> None:
    """Each decision is written at once, so that nothing is lost when the terminal is closed."""
    from datetime import date as calendar

    from partnergraph.files import lock_folder
    from partnergraph.workbook.save_decisions import save_decisions

    when = date or calendar.today().isoformat()
    _decision_date(when)
    open_results = [result for result in results if result.open]
    decisions = 0
    accepted = _accepted_records(folder, source)
    for number, result in enumerate(open_results, 1):
        for candidate in result.open:
            click.echo(f"\n[{number}/{len(open_results)}] {result.query.name} ({result.query.id})")
            click.echo(f"  {candidate.verdict} {candidate.score:.2f}  {candidate.label}  {candidate.record}")
            for reason in candidate.reasons:
                click.echo(f"    - {reason}")
            key = _key()
            while key == "s" and accepted.setdefault(candidate.record, result.query.id) != result.query.id:
                click.echo(
                    f"  This record was decided to be {accepted[candidate.record]}; change that row of matches first."
                )
                key = _key()
            if key == "q":
                click.echo(f"\n{decisions} decided.", err=True)
                return
            if key == "n":
                continue
            try:
                with lock_folder(folder.path) as locked:
                    path, folder = save_decisions(
                        locked, folder, [_decision(result, candidate, source, KEYS[key], who, when)]
                    )
            except PartnerGraphError:
                click.echo(f"\n{decisions} decided before this one.", err=True)
                raise
            decisions += 1
            click.echo(f"  {KEYS[key]}, written to {path.name}")
            if key == "s":
                break
    click.echo(f"\n{decisions} decided.", err=True)


def _decision_date(text: str) -> None:
    from partnergraph.model.dates import PartialDate

    try:
        PartialDate.parse(text)
    except ValueError as error:
        raise UsageError(f"--date {text}: {error}") from None


def _key() -> str:
    """What the person says; the end of the input is the end of the review."""
    while True:
        click.echo("  s same, d different, u unsure, n next, q quit: ", nl=False)
        line = sys.stdin.readline() if sys.stdin is not None else ""  # (None: it is closed)
        if not line:
            return "q"
        key = line.strip().lower()[:1]
        if key in (*KEYS, "n", "q"):
            return key
        click.echo("  Please answer with s, d, u, n or q.")
