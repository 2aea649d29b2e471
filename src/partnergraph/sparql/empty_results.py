"""Reasons for an empty answer: an unknown term, a name that is not today's, the pattern that excludes every row."""

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
from partnergraph.vocabulary.iri import last_segment

TIMEOUT = 1.5  # seconds
MAX_PATTERNS = 40  # of a query whose patterns are left out by turns
_MAX_EXCERPT = 90  # characters
_NEVER_EXCLUDING = ("OPTIONAL", "BIND")  # patterns without which nothing more would match


def explain_empty_result(reader: Reader, prepared: PreparedQuery, timeout: float = TIMEOUT) -> list[str]:
    """Why the query has no answer, in sentences, the likeliest first; those that the search yields within the timeout.

    Terms that the vocabulary or the graph does not have (with the nearest that it has), texts that are other names of a
    body, patterns that match nothing, and patterns without which there would be rows.
    """
    reasons: list[str] = []

    def run() -> None:
        for reason in _find_reasons(reader, prepared):
            reasons.append(reason)  # noqa: PERF402  each as soon as it is known

    # The engine cannot be interrupted; after the timeout the search goes on in its thread, and its result is dropped.
    search = Thread(target=run, daemon=True)
    search.start()
    search.join(timeout)
    return list(dict.fromkeys(reasons))


def _find_reasons(reader: Reader, prepared: PreparedQuery) -> Iterator[str]:
    prologue, joined = graph_patterns(prepared.sparql, prepared.tokens)
    terms = list(_unknown_terms(reader, prepared, prologue))
    yield from terms
    yield from _unknown_texts(reader, prepared)
    if not 0 < len(joined) <= MAX_PATTERNS or any(token.word.startswith("FROM") for token in prepared.tokens):
        return

    def holds(patterns: list[Pattern]) -> bool:
        return reader.ask(f"{prologue}ASK {{ {' . '.join(pattern.text for pattern in patterns)} }}")

    def described(pattern: Pattern) -> str:
        line, column = line_and_column(prepared.sparql, pattern.at)
        return f"{pattern.excerpt(_MAX_EXCERPT)} (line {line}, column {column})"

    if holds(joined):
        if prepared.form != "ASK":
            yield "The patterns do match something: HAVING, LIMIT, OFFSET or the last VALUES leaves nothing of it."
        return
    unmatched = [pattern for pattern in joined if pattern.kind == "triple" and not holds([pattern])]
    if unmatched:
        if not terms:
            for pattern in unmatched:
                spelling = _graph_spelling(reader, prologue, pattern)
                yield f"Nothing in this graph matches {described(pattern)}.{spelling}"
        return
    excluding = [
        pattern
        for pattern in joined
        if pattern.kind not in _NEVER_EXCLUDING and holds([other for other in joined if other is not pattern])
    ]
    yield from (f"Without {described(pattern)} there would be an answer." for pattern in excluding)
    if not excluding:
        for number in range(1, len(joined) + 1):
            if not holds(joined[:number]):
                last = described(joined[number - 1])
                yield f"What stands before it matches something, but nothing is left with {last}."
                return


def _unknown_terms(reader: Reader, prepared: PreparedQuery, prologue: str) -> Iterator[str]:
    """Terms that are not in the vocabulary, or nowhere in the graph."""
    terms, previous = dict[str, Token](), Token("operator", "", 0)
    for number, token in enumerate(prepared.tokens):
        in_pattern = token.inside in ("group", "blank", "list", "data", "expression")
        is_datatype = previous.operator == "^^"
        previous = token
        if token.kind in ("iri", "prefixed") and in_pattern and not is_datatype:
            if token.inside == "expression" and prepared.tokens[number + 1].operator == "(":
                continue  # a function
            terms.setdefault(token.text, token)
    for token, iri in zip(terms.values(), expand_names(prologue, list(terms.values())), strict=True):
        if (near := _nearest_if_unknown(reader, iri)) is not None:
            where = "line {}, column {}".format(*line_and_column(prepared.sparql, token.at))
            yield f"{token.text} ({where}) occurs nowhere in this graph.{_suggestion(token, iri, near)}"


def _suggestion(token: Token, iri: str, near: str) -> str:
    """A sentence with the nearest name, abbreviated as in the query where the token ends with the local name."""
    if not near:
        return ""
    name, end = _local_name(iri), len(token.text) - (token.kind == "iri")
    if token.text[:end].endswith(name):
        return f" Did you mean {token.text[: end - len(name)]}{near}{token.text[end:]}?"
    return f" Did you mean <{iri[: -len(name)]}{near}>?"


def _local_name(iri: str) -> str:
    return last_segment(iri).rpartition("#")[2]


def _nearest_if_unknown(reader: Reader, iri: str) -> str | None:
    """None for a term that occurs; else the local name of the nearest one in the same namespace, or an empty text."""
    if reader.ask(f"ASK {{ {{ <{iri}> ?p ?o }} UNION {{ ?s <{iri}> ?o }} UNION {{ ?s ?p <{iri}> }} }}"):
        return None
    name = _local_name(iri)
    base = iri[: len(iri) - len(name)]
    for closed in (PG, CODE):
        if base == closed.base:
            return _nearest(name, sorted(closed.terms))
    rows = reader.rows(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{base}")) }} ORDER BY ?s LIMIT 5000')
    return _nearest(name, [str(row["s"])[len(base) :] for row in rows])


def _nearest(name: str, names: list[str]) -> str:
    longer = sorted(
        (other for other in names if name and other.startswith(name)), key=lambda other: (len(other), other)
    )
    return next(iter(get_close_matches(name, names, n=1) + longer), "")


def _graph_spelling(reader: Reader, prologue: str, pattern: Pattern) -> str:
    """A sentence with the literals of the graph that have the text of a pattern's object in another
    language or datatype.
    """
    if not pattern.object.startswith(('"', "'")):
        return ""
    head = pattern.text[: -len(pattern.object)]
    same_text = f"{head} ?v FILTER(isLiteral(?v) && STR(?v) = STR({pattern.object}))"
    values = sorted(value for (value,) in reader.terms(f"{prologue}SELECT DISTINCT ?v {{ {same_text} }} LIMIT 9"))
    return f" It is written {' and '.join(values)} here." if values else ""


def _unknown_texts(reader: Reader, prepared: PreparedQuery) -> Iterator[str]:
    """Texts in a pattern that are another name of a body than today's, or nowhere in the graph."""
    for token in prepared.tokens:
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
