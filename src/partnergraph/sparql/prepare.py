"""A query made ready for the engine: checked by the guard, and rewritten where the engine deviates from SPARQL."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from partnergraph.errors import QueryError, QueryRefused
from partnergraph.results.tsv import column_names
from partnergraph.sparql.guard import MAX_LENGTH, ExaminedQuery, caret_line, examine_query
from partnergraph.sparql.order_by_fix import apply_edits, order_numbers_last
from partnergraph.sparql.performance_hints import performance_hint
from partnergraph.sparql.syntax_errors import empty_reader, expand_names, explain_syntax_error
from partnergraph.sparql.tokenizer import Token, line_and_column, tokenize
from partnergraph.store import Reader, Result, prefixes_of

# An IRI in full of plain characters, and how many rows are wanted: whatever stands there instead, a query is cut into
# the same tokens. (In a string or a comment they may stand too, and are then text before and after.)
_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9:/._~%#-]*>")
_ROWS = {word: re.compile(rf"{word} [0-9]+\b") for word in ("LIMIT", "OFFSET")}
MAX_KEPT = 1000
# The words of functions whose value is another each time.
_CHANGING = frozenset({"BNODE", "NOW", "RAND", "STRUUID", "UUID"})
_kept: dict[str, PlainQuery] = {}
# A query is examined for its columns and then for its answer, and named questions come again.
_examine = lru_cache(8)(examine_query)


class PlainQuery(NamedTuple):
    """What there is to know of a query that the engine gets as it was asked."""

    form: str
    lasting: bool
    prefixes: dict[str, str]


@dataclass  # to freeze it takes longer than to look its text up
class PreparedQuery:
    """A query that may run: as it was asked, its form, the text for the engine, and what is asked instead of the whole
    graph, when its FROM clauses say so.

    `plain` means that nothing is to be said of it, `lasting` that its answer is the same each time, and `prefixes` are
    those that it may mean, where that is known.
    """

    sparql: str
    form: str
    text: str
    dataset: Reader | None = None
    plain: bool = False
    lasting: bool = True
    prefixes: dict[str, str] | None = None

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens of the query as it was asked."""
        return tuple(tokenize(self.sparql))

    @property
    def hint(self) -> str | None:
        """What makes it slow, if that is known (see `partnergraph.sparql.performance_hints`)."""
        return None if self.plain else performance_hint(self.sparql, self.tokens)

    def ask(self, reader: Reader) -> Result:
        """The engine's answer. Raises `QueryError` with line, column and a caret when the text does not parse."""
        try:
            return (self.dataset or reader).query(self.text, prefixes=self.prefixes)
        except QueryError as error:
            raise _with_caret(explain_syntax_error(error, self.sparql, self.tokens), self.sparql) from None


def prepare_query(reader: Reader, sparql: str) -> PreparedQuery:
    """Look at a query: refuse what is not allowed, and FROM a graph that is not here.

    Raises `QueryError` or `QueryRefused`, with line, column and a caret.
    """
    alike = query_shape(sparql)
    if plain := _kept.get(alike or ""):
        return PreparedQuery(sparql, plain.form, sparql, None, True, plain.lasting, plain.prefixes)
    try:
        examined = _examine(sparql)
        dataset = _merged_dataset(reader, sparql, examined)
    except QueryError as error:
        raise _with_caret(error, sparql) from None
    asked, sparql = sparql, _lowercase_booleans(sparql, examined.tokens)
    changes = order_numbers_last(sparql, examined.tokens)
    if examined.star is not None:
        changes.append((examined.star, examined.star + 1, _star_columns(PreparedQuery(sparql, examined.form, sparql))))
    text = apply_edits(sparql, changes)
    unchanged = text == asked and not any(token.word.startswith(("FROM", "OPTIONAL")) for token in examined.tokens)
    lasting = not any(token.word in _CHANGING for token in examined.tokens)
    if alike is not None and unchanged:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[alike] = PlainQuery(examined.form, lasting, prefixes_of(alike))
    return PreparedQuery(sparql, examined.form, text, dataset, unchanged, lasting)


def known_query(sparql: str) -> PlainQuery | None:
    """What there is to know of a query that may run and goes to the engine as it is, where one of the same shape was
    prepared before.
    """
    return _kept.get(query_shape(sparql) or "")


def query_shape(sparql: str) -> str | None:
    """The query with its IRIs and numbers of rows replaced: equal for queries that differ only in these. None for one
    that must be examined each time.

    Examining a query takes as long as many an answer, and programs send the same query for one IRI after another.

    >>> query_shape("ASK { <http://example.org/a> ?p ?o }") == query_shape("ASK { <http://example.org/b#c> ?p ?o }")
    True
    """
    # An escape can stand for any character; a long query must be held against the limit of length.
    if "\\" in sparql or len(sparql) * 4 > MAX_LENGTH:
        return None
    sparql = _IRI.sub("<a://>", sparql)
    for word, rows in _ROWS.items():
        if word in sparql:
            sparql = rows.sub(f"{word} 1", sparql)
    return sparql


def _lowercase_booleans(sparql: str, tokens: Sequence[Token]) -> str:
    """TRUE and FALSE in lower case: as keywords they may be in any (section 19.8), but the engine reads only that."""
    booleans = [token for token in tokens if token.word in ("TRUE", "FALSE")]
    return apply_edits(sparql, [(token.at, token.at + len(token.text), token.text.lower()) for token in booleans])


def _star_columns(prepared: PreparedQuery) -> str:
    """The columns of SELECT * in the order in which the query names them; the engine would sort them."""
    heading = io.BytesIO()
    empty_reader().write(prepared.ask(empty_reader()), "tsv", heading)
    names = column_names(heading.getvalue())
    order = list(dict.fromkeys(token.text[1:] for token in prepared.tokens if token.kind == "variable"))
    return " ".join(["", *(f"?{name}" for name in sorted(names, key=order.index)), ""]) if names else "*"


def _merged_dataset(reader: Reader, sparql: str, examined: ExaminedQuery) -> Reader | None:
    """The merge of the graphs of several FROM clauses, since the engine would repeat a triple that two of them state.
    None where the engine needs no help. Raises `QueryRefused` for a graph that does not exist.
    """
    graphs = [*examined.from_graphs, *examined.from_named]
    if not graphs or reader.has_fixed_dataset or any(token.kind not in ("iri", "prefixed") for token in graphs):
        return None
    form = next(token.at for token in examined.tokens if token.word == examined.form)
    try:
        names = expand_names(sparql[:form], graphs)
    except QueryError:
        return None  # the query does not parse either, and is then explained
    existing = set(reader.named_graphs())
    for token, name in zip(graphs, names, strict=True):
        if name not in existing:
            message = f"FROM {token.text}: there is no such graph here, and nothing is fetched."
            message += " See: partnergraph query graphs"
            raise QueryRefused(message, *line_and_column(sparql, token.at))
    merged = len(examined.from_graphs)
    return reader.dataset(names[:merged], names[merged:]) if merged > 1 else None


def _with_caret(error: QueryError, sparql: str) -> QueryError:
    """The same error with the line of the query and a caret in its message."""
    if error.line is None or error.column is None:
        return error
    where = f" (line {error.line}, column {error.column})"
    return type(error)(f"{error}{where}{caret_line(sparql, error.line, error.column)}", error.line, error.column)
