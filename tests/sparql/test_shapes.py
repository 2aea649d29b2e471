"""Shapes that kill the engine's process are refused before it sees them; the largest that pass run in it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress

import pytest

from partnergraph.errors import QueryError
from partnergraph.sparql import guard
from partnergraph.sparql.guard import examine_query

Shape = Callable[[int], str]


def chain(piece: str, n: int, between: str = " ") -> str:
    """A piece n times, each `#` in it a number of its own."""
    return between.join(piece.replace("#", str(i)) for i in range(n))


def where(piece: str, between: str = " ", before: str = "", after: str = "") -> Shape:
    """A query of n pieces in a row."""
    return lambda n: f"SELECT * {{ {before} {chain(piece, n, between)} {after} }}"


def nested(opening: str, closing: str, inside: str = "?s ?p ?o", before: str = "", after: str = "") -> Shape:
    """A query of n pieces inside one another."""
    return lambda n: f"SELECT * {{ {before} {chain(opening, n, '')}{inside}{closing * n} {after} }}"


def filtered(opening: str, closing: str = "", inside: str = "1") -> Shape:
    """A FILTER of n pieces."""
    return nested(opening, closing, inside, "?s ?p ?o FILTER(", ")")


# Each shape: the largest that passes, and how the engine dies of a larger one where that was measured.
MAX_SIZE: dict[str, tuple[int, Shape]] = {
    "nested groups": (49, nested("{", "}")),  # the engine dies at 3,000
    "nested parentheses": (48, filtered("(", ")")),  # 10,000
    "negations": (100, filtered("!", inside="true")),  # 10,000
    "sums": (100, filtered("1+")),  # 10,000
    "differences": (100, filtered("1-")),
    "products": (100, filtered("1*")),
    "quotients": (100, filtered("1/")),
    "or": (100, filtered("?o=#||")),  # 10,000
    "and": (100, filtered("?o=#&&")),
    "UNION": (64, where("{ ?s ?p # }", "UNION")),  # 10,000
    "empty UNION": (99, where("{}", "UNION")),
    "OPTIONAL": (63, where("OPTIONAL { ?s ?p ?o# }", before="?s ?p ?o")),  # hangs at 3,000
    "OPTIONAL inside OPTIONAL": (49, nested("OPTIONAL { ?s ?p# ?o# ", "}", "")),
    "MINUS": (64, where("MINUS { ?s ?p # }")),
    "LATERAL": (64, where("LATERAL { ?s ?p ?o# }")),
    "GRAPH": (64, where("GRAPH ?g { ?s ?p ?o# }")),
    "FILTER EXISTS": (64, where("FILTER EXISTS { ?s ?p ?o# }")),
    "NOT EXISTS inside NOT EXISTS": (49, nested("FILTER NOT EXISTS { ?s ?p# ?o# ", "}", "")),
    "BIND": (100, where("BIND(# AS ?b#)")),  # hangs at 3,000
    "BIND of EXISTS": (64, where("BIND(EXISTS { ?s ?p ?o# } AS ?b#)")),
    "FILTER": (100, where("FILTER(?o!=#)")),
    "FILTER of a function": (100, where("FILTER bound(?o)")),
    "AS": (100, lambda n: f"SELECT {chain('(# AS ?x#)', n)} {{}}"),
    "aggregates": (100, lambda n: f"SELECT {chain('(COUNT(?o) AS ?n#)', n)} {{ ?s ?p ?o }}"),
    "HAVING": (100, lambda n: f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING {chain('(COUNT(?o)>#)', n)}"),
    "ORDER BY": (100, lambda n: f"SELECT * {{ ?s ?p ?o }} ORDER BY {chain('DESC(?o)', n)}"),
    "GROUP BY": (99, lambda n: f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} GROUP BY {chain('(str(?s) AS ?x#)', n)}"),
    "patterns": (64, where("?s ?p# ?o# .")),  # 15 s of planning at 300
    "patterns that are not joined": (64, where("?s# ?p# ?o# .")),
    "patterns in a row": (64, where("?s# ?p ?s#0 .")),
    "the same pattern": (64, where("?s ?p ?o .")),
    "patterns with semicolons": (64, where("?p# ?o#", ";", before="?s")),
    "patterns with commas": (64, where("?o#", ",", before="?s ?p")),
    "patterns between filters": (64, where("?s ?p ?o# FILTER(?o# != 1)")),
    "patterns between groups": (32, where("?s ?p ?o# { ?s ?p ?q# }")),
    "patterns in braces": (64, where("{ ?s ?p ?o# }")),
    "patterns of blank nodes": (64, where("[] ?p# ?o# .")),
    "patterns inside a blank node": (63, where("?p# ?o#", ";", before="[", after="]")),
    "the elements of a collection": (31, where("?o#", before="?s ?p (", after=")")),
    "nested collections": (31, nested("(", ")", "1", "?s ?p")),
    "nested blank nodes": (49, nested("[ ?p# ", "]", "1", "?s ?p")),  # hangs at 1,000
    "steps of a path": (64, where("<urn:p>", "/", before="?s", after="?o")),  # hangs at 1,000
    "steps of a path that repeat": (50, where("<urn:p>*", "/", before="?s", after="?o")),
    "steps of a path of a": (64, where("a", "/", before="?s", after="?o")),
    "inverse steps": (50, where("^<urn:p>", "/", before="?s", after="?o")),
    "choices of a path": (101, where("<urn:p>", "|", before="?s", after="?o")),
    "what a path is not": (100, where("<urn:p>", "|", before="?s !(", after=") ?o")),
    "nested paths": (31, nested("(", ")*", "<urn:p>", "?s", "?o")),
    "steps of choices": (21, where("(<urn:p>|<urn:q>)", "/", before="?s", after="?o")),
    "annotations": (50, where("{| ?p# ?o# |}", before="?s ?p ?o")),
    "nested annotations": (49, nested("{| ?p ?o ", "|}", "", "?s ?p ?o")),
    "nested functions": (49, lambda n: f"SELECT ({'IF(true,1,' * n}2{')' * n} AS ?x) {{}}"),
    "nested subselects": (24, nested("{ SELECT * {", "}}")),
    "subselects": (49, where("{ SELECT ?s { ?s ?p ?o# } }")),
    "VALUES": (99, where("VALUES ?x# { 1 }")),
    "the triples of a CONSTRUCT": (63, lambda n: f"CONSTRUCT {{ {chain('?s ?p ?o#', n, '.')} }} WHERE {{ ?s ?p ?o }}"),
    "what is described": (100, lambda n: f"DESCRIBE {chain('<urn:#>', n)}"),  # dies at 3,000
    "OPTIONAL, BIND and MINUS": (
        31,
        where("OPTIONAL { ?s ?p ?o# } BIND(#+1*2 AS ?b#) MINUS { ?s <urn:p> # }", before="?s ?p ?o"),
    ),
}


# Lists may be as long as the text may be.
LONG: dict[str, Shape] = {
    "rows of VALUES": where("(# -#)", "", "VALUES (?x ?y) {", "}"),
    "values of VALUES": where("-#", before="VALUES ?x {", after="}"),
    "a list of IN": where("-#", ",", "?s ?p ?o FILTER(?o IN (", "))"),
    "the arguments of a function": lambda n: f"SELECT (CONCAT({chain('?x#', n, ',')}) AS ?x) {{}}",
    "columns": lambda n: f"SELECT {chain('?x#', n)} {{ ?s ?p ?o }}",
    "GROUP BY of variables": lambda n: f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} GROUP BY {chain('?x#', n)}",
    "ORDER BY of variables": lambda n: f"SELECT * {{ ?s ?p ?o }} ORDER BY {chain('?x#', n)}",
    "FROM NAMED": lambda n: f"SELECT * {chain('FROM NAMED <urn:#>', n)} {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "prefixes": lambda n: f"{chain('PREFIX p#: <urn:#>', n)} SELECT * {{ ?s ?p ?o }}",
    "brackets in a comment": lambda n: f"SELECT * {{ #{'({[' * n}\n ?s ?p ?o }}",
    "brackets in a string": lambda n: f"SELECT * {{ ?s ?p '{'({[' * n}' }}",
}

# The planner is busy all the while it hangs: its own time counts, so that a busy machine shows nothing else.
RUN = """
import json, sys, time
import pyoxigraph as ox
store = ox.Store()
for name, query in json.load(sys.stdin):
    start = time.process_time()
    result = store.query(query)
    if not isinstance(result, ox.QueryBoolean):
        list(result)
    print(json.dumps([name, time.process_time() - start]), flush=True)
"""


@pytest.mark.parametrize("name", MAX_SIZE)
def test_one_more_is_too_much_and_is_refused_where_it_stands(name: str) -> None:
    most, shape = MAX_SIZE[name]
    examine_query(shape(most))
    with pytest.raises(QueryError, match="The query is too large: more than") as raised:
        examine_query(shape(most + 1))
    assert raised.value.line == 1
    assert 1 <= (raised.value.column or 0) <= len(shape(most + 1))


@pytest.mark.parametrize("name", MAX_SIZE)
def test_a_thousand_are_refused_at_once(name: str) -> None:
    shape = MAX_SIZE[name][1]
    text = shape(1000)
    start = time.perf_counter()
    with pytest.raises(QueryError):
        examine_query(text)
    assert time.perf_counter() - start < 1


def test_the_engine_survives_everything_that_passes() -> None:
    shapes = [(name, shape(most)) for name, (most, shape) in MAX_SIZE.items()]
    for name, shape in LONG.items():
        most = bisect_right(range(30_000), guard.MAX_LENGTH, key=lambda n: len(shape(n))) - 1
        shapes.append((name, shape(most)))
    for _, query in shapes:
        examine_query(query)
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(shapes), capture_output=True, text=True, check=False, timeout=100
    )
    took = dict(json.loads(line) for line in done.stdout.splitlines())
    alive = [name for name, _ in shapes if name in took]
    assert done.returncode == 0, f"it died after {alive[-1:]} with {done.returncode}: {done.stderr[-500:]}"
    assert len(took) == len(shapes)
    assert not {name: seconds for name, seconds in took.items() if seconds > 10}, "the planner must not hang"


def test_a_text_that_is_too_long_is_refused() -> None:
    assert examine_query("ASK {}" + " " * (guard.MAX_LENGTH - 6)).form == "ASK"
    with pytest.raises(QueryError, match="longer than 64 KB"):
        examine_query("ASK {}" + " " * (guard.MAX_LENGTH - 5))
    with pytest.raises(QueryError, match="longer than 64 KB"):
        examine_query("ASK {} #" + "é" * (guard.MAX_LENGTH // 2))


@pytest.mark.parametrize(
    "text", ["a." * 20_000, '"""' * 20_000, "<a " * 20_000, ":" * 60_000, "?x" * 30_000, "'" * 60_000]
)
def test_a_text_made_to_keep_the_guard_busy_does_not(text: str) -> None:
    start = time.perf_counter()
    with suppress(QueryError):
        examine_query(f"SELECT * {{ {text} }}")
    assert time.perf_counter() - start < 5


def test_what_only_looks_large_passes() -> None:
    examine_query("SELECT " + " ".join(f"?x{i}" for i in range(300)) + " { ?s ?p ?o }")
    examine_query("SELECT (COUNT(*) AS ?n) (SUM(-1) AS ?m) { ?s ?p -1, -2, +3 . FILTER(?p IN (-1, -2, -3)) } LIMIT 5")
    examine_query(f"SELECT * {{ ?s ?p {', '.join(str(-i) for i in range(60))} }}")
    examine_query(f"ASK {{ FILTER(?x IN ({', '.join(f'<http://example.org/{i}?a=1&b=(2)>' for i in range(400))})) }}")
