"""Why an answer is empty: a term that is not here, a name that is another's, the pattern that leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from threading import Thread

from partnergraph.claims.name_search import find_by_name
from partnergraph.sparql.graph_patterns import Pattern, graph_patterns
from partnergraph.sparql.prepare import PreparedQuery
from partnergraph.sparql.syntax_errors import expand_names
from partnergraph.sparql.tokenizer import Token, line_and_column
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, PG

SECONDS = 1.5
MAX_COUNT = 40
_MAX_LENGTH = 90
_KEPT = ("OPTIONAL", "BIND")  # without them nothing more would match


def explain_empty_result(reader: Reader, prepared: PreparedQuery, seconds: float = SECONDS) -> list[str]:
    """Why the query has no answer, in sentences, the likeliest first; as many as are found within some seconds.

    Terms that the vocabulary or the graph does not have (with the nearest that it has), texts that are other names of a
    body, patterns that match nothing, and patterns without which there would be rows.
    """
    found: list[str] = []

    def run() -> None:
        for reason in _search(reader, prepared):
            found.append(reason)  # noqa: PERF402  each as soon as it is known

    # The engine cannot be interrupted; a search that takes too long goes on alone and nobody waits for it.
    search = Thread(target=run, daemon=True)
    search.start()
    search.join(seconds)
    return list(dict.fromkeys(found))


def _search(reader: Reader, prepared: PreparedQuery) -> Iterator[str]:
    prologue, joined = graph_patterns(prepared.sparql, prepared.tokens)
    terms = list(_terms(reader, prepared, prologue))
    yield from terms
    yield from _texts(reader, prepared)
    if not 0 < len(joined) <= MAX_COUNT or any(token.word.startswith("FROM") for token in prepared.tokens):
        return

    def holds(some: list[Pattern]) -> bool:
        return reader.ask(f"{prologue}ASK {{ {' . '.join(one.text for one in some)} }}")

    def said(one: Pattern) -> str:
        line, column = line_and_column(prepared.sparql, one.at)
        text = " ".join(one.text.split())
        return f"{text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + '…'} (line {line}, column {column})"

    if holds(joined):
        if prepared.form != "ASK":
            yield "The patterns do match something: HAVING, LIMIT, OFFSET or the last VALUES leaves nothing of it."
        return
    alone = [one for one in joined if one.kind == "triple" and not holds([one])]
    if alone:
        if not terms:
            yield from (f"Nothing in this graph matches {said(one)}.{_written(reader, prologue, one)}" for one in alone)
        return
    without = [
        one for one in joined if one.kind not in _KEPT and holds([other for other in joined if other is not one])
    ]
    yield from (f"Without {said(one)} there would be an answer." for one in without)
    if not without:
        for number in range(1, len(joined) + 1):
            if not holds(joined[:number]):
                yield f"What stands before it matches something, but nothing is left with {said(joined[number - 1])}."
                return


def _terms(reader: Reader, prepared: PreparedQuery, prologue: str) -> Iterator[str]:
    """Terms that are not in the vocabulary, or nowhere in the graph."""
    asked, before = dict[str, Token](), Token("operator", "", 0)
    for number, token in enumerate(prepared.tokens):
        within = token.inside in ("group", "blank", "list", "data", "expression") and before.operator != "^^"
        before = token
        if token.kind in ("iri", "prefixed") and within:
            if token.inside == "expression" and prepared.tokens[number + 1].operator == "(":
                continue  # a function
            asked.setdefault(token.text, token)
    for token, iri in zip(asked.values(), expand_names(prologue, list(asked.values())), strict=True):
        if (near := _unknown(reader, iri)) is not None:
            where = "line {}, column {}".format(*line_and_column(prepared.sparql, token.at))
            yield f"{token.text} ({where}) occurs nowhere in this graph.{_instead(token, iri, near)}"


def _instead(token: Token, iri: str, near: str) -> str:
    """The nearest name, written as the query writes its own where that is plain."""
    if not near:
        return ""
    name, end = _last(iri), len(token.text) - (token.kind == "iri")
    plain = token.text[:end].endswith(name)
    better = f"{token.text[: end - len(name)]}{near}{token.text[end:]}" if plain else f"<{iri[: -len(name)]}{near}>"
    return f" Did you mean {better}?"


def _last(iri: str) -> str:
    return iri.rpartition("/")[2].rpartition("#")[2]


def _unknown(reader: Reader, iri: str) -> str | None:
    """None for a term that occurs; else the last part of the nearest one beside it, or nothing."""
    if reader.ask(f"ASK {{ {{ <{iri}> ?p ?o }} UNION {{ ?s <{iri}> ?o }} UNION {{ ?s ?p <{iri}> }} }}"):
        return None
    name = _last(iri)
    base = iri[: len(iri) - len(name)]
    for closed in (PG, CODE):
        if base == closed.base:
            return _nearest(name, sorted(closed.terms))
    rows = reader.rows(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{base}")) }} ORDER BY ?s LIMIT 5000')
    beside = [str(row["s"])[len(base) :] for row in rows]
    return _nearest(name, beside)


def _nearest(name: str, names: list[str]) -> str:
    longer = sorted(
        (other for other in names if name and other.startswith(name)), key=lambda other: (len(other), other)
    )
    return next(iter(get_close_matches(name, names, n=1) + longer), "")


def _written(reader: Reader, prologue: str, one: Pattern) -> str:
    """How the graph writes the text that a pattern ends with, when it does so in another way."""
    if not one.object.startswith(('"', "'")):
        return ""
    head = one.text[: -len(one.object)]
    asked = f"{prologue}SELECT DISTINCT ?v {{ {head} ?v FILTER(isLiteral(?v) && STR(?v) = STR({one.object})) }} LIMIT 9"
    values = sorted(value for (value,) in reader.terms(asked))
    return f" It is written {' and '.join(values)} here." if values else ""


def _texts(reader: Reader, prepared: PreparedQuery) -> Iterator[str]:
    """Texts in a pattern that are another name of a body than today's, or nowhere in the graph."""
    found = prepared.tokens
    for token in found:
        if token.kind != "string" or token.inside not in ("group", "data", "blank"):
            continue
        line, column = line_and_column(prepared.sparql, token.at)
        where = f"{token.text} (line {line}, column {column})"
        [row] = reader.rows(f"SELECT (STR({token.text}) AS ?text) {{}}")
        best = next(iter(find_by_name(reader, str(row["text"]), most=1)), None)
        if best is not None and best.label != row["text"]:
            yield f"{where} is not a name of today. Did you mean '{best.label}', <{best.iri}>?"
        elif best is None and not reader.ask(
            f"ASK {{ ?s ?p ?o FILTER(isLiteral(?o) && STR(?o) = STR({token.text})) }}"
        ):
            yield f"{where} occurs nowhere in this graph."
