"""The answer to an order, written in frames: in a query process, or in the program that asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import IO, Any, TypeAlias, cast

from partnergraph.errors import QueryForm, UsageError
from partnergraph.execution.execute import execute_prepared, explain_empty, select_as_json
from partnergraph.execution.service_description import service_description
from partnergraph.execution.wire import HEAD, FrameWriter, Head, encode_usual_head
from partnergraph.sparql.prepare import known_query, prepare_query
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.store import Reader

AnswerFunction: TypeAlias = "Callable[[Reader, Mapping[str, Any], FrameWriter], str | None]"
_USUAL_KEYS = {"formats", "max_rows", "max_bytes", "sparql"}  # of an order that wants nothing but the answer


def answer_query(reader: Reader, order: Mapping[str, Any], frames: FrameWriter) -> str | None:
    """Write the head and the body of the answer to an `Order`; returns the note. Raises the errors of a query."""
    if order.keys() == _USUAL_KEYS and (answer := _answer_known_select(reader, order)) is not None:
        head, body, note = answer
        frames.send(HEAD, head)
        frames.write(body)
        frames.flush()
        return note
    if order.get("describe"):
        _describe_service(reader, order, frames)
        return None
    reader, sparql = resolve_order(reader, order)
    reader = _choose_graphs(reader, order.get("default", ()), order.get("named", ()))
    prepared = prepare_query(reader, sparql)
    form = {"SELECT": "select", "ASK": "ask"}.get(prepared.form, "graph")
    format_ = order["formats"].get(form)
    if format_ is None:
        raise QueryForm(f"A query of the form {prepared.form} has no answer in a form that the request accepts.")
    hint, echo = prepared.hint, order.get("echo")
    if hint is None and not echo:
        frames.send(HEAD, encode_usual_head(form, format_, not prepared.lasting))
    else:
        query_form, text = (prepared.form, prepared.sparql) if echo else ("", "")
        changes = not prepared.lasting
        frames.send(HEAD, Head(form, format_, hint, changes=changes, query_form=query_form, sparql=text).encode())
    if hint:
        frames.pipe.flush()  # to be known also when the query is stopped
    if order.get("parse_only") and form != "ask":
        replace(prepared, dataset=None).ask(empty_reader())
        return None
    if order.get("explain_only"):
        return explain_empty(reader, prepared)
    note = execute_prepared(
        reader,
        prepared,
        format_,
        cast(IO[bytes], frames),
        max_rows=order.get("max_rows") if form == "select" or order.get("note_uncut") else None,
        max_bytes=order.get("max_bytes"),
        iris=order.get("iris", False),
        explain=order.get("explain", False),
    )
    frames.flush()
    return note


def _answer_known_select(reader: Reader, order: Mapping[str, Any]) -> tuple[bytes, bytes, str | None] | None:
    """The head, the body and the note of a SELECT in JSON that has the shape of an earlier one, as `answer_query` makes
    them; None where there is more to it. With short answers the calls of the other way are a third of the work.
    """
    known = known_query(order["sparql"])
    if known is None or known.form != "SELECT" or order["formats"].get("select") != "json":
        return None
    answer = select_as_json(reader, order["sparql"], known.prefixes, order["max_rows"], order["max_bytes"])
    return None if answer is None else (encode_usual_head("select", "json", not known.lasting), *answer)


def _describe_service(reader: Reader, order: Mapping[str, Any], frames: FrameWriter) -> None:
    format_ = order["formats"]["graph"]
    description = service_description(reader, order["describe"])
    frames.send(HEAD, encode_usual_head("graph", format_, False))
    description.answer("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", format_, cast(IO[bytes], frames))
    frames.flush()


def resolve_order(reader: Reader, order: Mapping[str, Any]) -> tuple[Reader, str]:
    """What an order asks, and of which graph: as of a date, a named question with its parameters bound, or a query."""
    if order.get("as_of") is not None:
        reader = _as_of(reader, order["as_of"])
    if not order.get("question"):
        return reader, order["sparql"]
    from partnergraph.claims.date_window import date_window
    from partnergraph.questions.named_questions import bind_parameters, get_question, with_second_graphs

    question, parameters = get_question(order["question"]), order.get("parameters") or {}
    reader = with_second_graphs(question, parameters, reader)
    # Of a graph as of a date, that date is today: the last day of a month or a year.
    today = order.get("today") or (date_window(order["as_of"])[1] if order.get("as_of") is not None else None)
    return reader, bind_parameters(question, parameters, reader, today)


def _choose_graphs(reader: Reader, default: Sequence[str], named: Sequence[str]) -> Reader:
    """The dataset of some named graphs (SPARQL 1.1 Protocol, 2.1.4), if any are named. Raises `UsageError`."""
    if not default and not named:
        return reader
    if unknown := {*default, *named} - set(reader.named_graphs()):
        raise UsageError(f"There is no graph <{min(unknown)}> here, and nothing is fetched.")
    return reader.dataset(default, named)


@lru_cache(4)
def _as_of(reader: Reader, date: str) -> Reader:
    """The graph as of a date, which takes longer to make than most queries to answer."""
    from partnergraph.claims.as_of import as_of

    return as_of(reader, date)
