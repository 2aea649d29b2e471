"""Nothing forbidden and nothing that kills the engine passes the guard; everything else does."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from partnergraph.errors import QueryError, QueryRefused
from partnergraph.questions.named_questions import Question, all_questions
from partnergraph.sparql import guard
from partnergraph.sparql.guard import examine_query
from partnergraph.sparql.tokenizer import tokenize

CANARY = "<urn:canary>"
PREFIXES = "PREFIX a: <http://a/> PREFIX : <urn:> "


@pytest.fixture(scope="module")
def engine() -> ox.Store:
    """A bare engine: it tries to reach a SERVICE, and fails at once because of the address."""
    store = ox.Store()
    store.update(
        "INSERT DATA { <http://a> <http://b> 'c', true, 1 ; <http://a/b> 1 . <urn:x> <http://a/b> <http://a/b> }"
    )
    return store


def reaches_out(engine: ox.Store, sparql: str) -> bool:
    """Whether the bare engine, asked this, tries to reach a service."""
    try:
        result = engine.query(sparql)
        for number, _ in enumerate([] if isinstance(result, ox.QueryBoolean) else result):
            if number > 50:
                break
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError) as error:
        return "URI scheme" in str(error) or "service" in str(error)
    return False


# Each asks a service although it does not look so: in every one the engine cuts the text in another way than a reader.
DISGUISED = {
    "plain": f"SELECT * {{ SERVICE {CANARY} {{ ?s ?p ?o }} }}",
    "another case": f"SELECT * {{ sErViCe {CANARY} {{ ?s ?p ?o }} }}",
    "in nested groups": f"SELECT * {{ {{ {{ OPTIONAL {{ SERVICE {CANARY} {{ ?s ?p ?o }} }} }} }} }}",
    "between comments": f"SELECT * {{ # no\n SERVICE # yes\n {CANARY} # ?\n {{ ?s ?p ?o }} }}",
    "after a comment that a carriage return ends": f"SELECT * {{ #\rSERVICE {CANARY} {{ ?s ?p ?o }} }}",
    "by a variable": f"SELECT * {{ VALUES ?x {{ {CANARY} }} SERVICE ?x {{ ?s ?p ?o }} }}",
    "in an ASK": f"ASK{{SERVICE{CANARY}{{}}}}",
    "in a subselect": f"SELECT * {{ {{ SELECT * {{ SERVICE {CANARY} {{ ?s ?p ?o }} }} }} }}",
    "after an escaped quote in an IRI": f"BASE <http://a/> SELECT * {{ OPTIONAL {{ ?s <\\u0041'> ?o }} "
    f"SERVICE {CANARY} {{ ?s ?p ?o }} }} #'",
    "a comment behind 'less than'": f"SELECT * {{ FILTER(1<5#>'''\n) SERVICE {CANARY} {{ ?s ?p ?o }} }}\n#'''",
    "a string behind 'less than'": f"SELECT * {{ FILTER(1<'>'||1) SERVICE {CANARY} {{ ?s ?p ?o }} FILTER('a') }}",
    "a keyword behind 'less than'": f"SELECT * {{ VALUES $x {{ {CANARY} }} FILTER(1<2)SERVICE$x#>\n{{ ?s ?p ?o }} }}",
    "two 'less than' in a row": f"PREFIX urn: <urn:> SELECT * {{ FILTER(1<<urn:'>) SERVICE {CANARY} {{}} }} #'",
    "a string behind a name": f"{PREFIXES} SELECT * {{ OPTIONAL {{ ?s a:b'x' }} SERVICE {CANARY} {{ ?s ?p ?o }} }} #'",
    "glued to a prefix": f"{PREFIXES} SELECT * {{ SERVICEa:foo {{ ?s ?p ?o }} }}",
    "as a prefix": f"{PREFIXES} PREFIX service: <urn:> SELECT * {{ service:foo {{ ?s ?p ?o }} }}",
    "glued to a truth value": f"SELECT * {{ ?s ?p trueSERVICE{CANARY}{{ ?s ?p ?o }} }}",
    "glued to a truth value after a path": f"{PREFIXES} SELECT * {{ ?s a:b*trueSERVICE{CANARY}{{}} }}",
    "glued to a number": f"{PREFIXES} SELECT * {{ ?s ?p 1.SERVICE{CANARY}{{}} }}",
    "in a triple term": f"SELECT * {{ OPTIONAL {{ <<?s?p'>'>> ?x ?y }} SERVICE {CANARY} {{ ?s ?p ?o }} }} #'",
    "after VERSION": f"VERSION '1.2' SELECT * {{ SERVICE {CANARY} {{}} }}",
}


@pytest.mark.parametrize("how", DISGUISED)
def test_a_service_is_refused_in_any_disguise(engine: ox.Store, how: str) -> None:
    assert reaches_out(engine, DISGUISED[how]), "the test itself: this must be a query that reaches out"
    with pytest.raises(QueryError):
        examine_query(DISGUISED[how])


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ SERVICE SILENT {CANARY} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE {CANARY} {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ SERVICESILENT{CANARY}{{ ?s ?p ?o }} }}",
        f"{PREFIXES} SELECT * {{ ?s ?p a:b.c.SERVICE{CANARY}{{}} }}",  # a name ends at its second dot
        f"{PREFIXES} SELECT * {{ ?s a:b?1SERVICE{CANARY}{{}} }}",
        f"SELECT * {{ ?s <urn:p>?trueSERVICE{CANARY}{{}} }}",
        f"SELECT * {{ \\u0053ERVICE {CANARY} {{ ?s ?p ?o }} }}",  # other engines read this as SERVICE
        f'SELECT * {{ ?s ?p "\\u0022 . SERVICE {CANARY} {{ ?s ?p ?o }} #" }}',
        f"SELECT * {{ # \\u000A SERVICE {CANARY} {{ ?s ?p ?o }}\n}}",
    ],
)
def test_a_service_that_would_fail_quietly_or_elsewhere_is_refused_too(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE is not allowed"):
        examine_query(query)


PIECES = [
    *(
        "SERVICE",
        f"SERVICE{CANARY}{{}}",
        "service",
        "'",
        '"',
        "'''",
        '"""',
        "#",
        "\n",
        "\r",
        " ",
        "<",
        ">",
        "<5#>",
        "<'>",
    ),
    *(
        "1",
        "1.",
        "true",
        "?x",
        "a:b",
        "a:b.",
        "a:",
        ".",
        "(",
        ")",
        "{",
        "}",
        "FILTER(",
        "||",
        "&&",
        f"{CANARY}{{}}",
        CANARY,
    ),
    *(
        "\\u0027",
        "\\u0022",
        "\\u005c",
        "\\",
        "VALUES",
        "VALUES ?x {1}",
        "UNION",
        "OPTIONAL{",
        "$x",
        "'x'",
        ";",
        ",",
        "<<",
    ),
    *(
        "<<(",
        ")>>",
        ">>",
        "{|",
        "|}",
        "~",
        "_:b",
        "@en",
        "@en--ltr",
        "^",
        "^^",
        "/",
        "|",
        "*",
        "+",
        "?",
        "!",
        "-",
        "=",
        "<=",
    ),
    *("BIND(1 AS ?q)", "EXISTS{", "NOT", "IN(", "GRAPH ?g", "SELECT", "FROM", "MINUS{", "LATERAL{", "a", "%41", "\\."),
    *("a:b\\'", "<#a>", "<a'b>", "<urn:a#'>", "<x(>", "<x)>", "()", "[]", "[", "]", "LIMIT 1", "BASE <http://a/>"),
    *("PREFIX service: <urn:>", "service:foo", "aservice:foo", "\u00b7", "\ufeff", "é", "e5", "1e5", "UNDEF"),
]


def mutants(seed: int, number: int) -> Iterator[str]:
    """Disguised queries, each with a few pieces put in, taken out, replaced or swapped."""
    chance = random.Random(seed)
    bases = [re.findall(r"\w+|\s+|.", query, flags=re.DOTALL) for query in DISGUISED.values()]
    for _ in range(number):
        parts = list(chance.choice(bases))
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(parts))
            match chance.randrange(4):
                case 0:
                    parts.insert(at, chance.choice(PIECES))
                case 1 if len(parts) > 1:
                    del parts[at]
                case 2:
                    parts[at] = chance.choice(PIECES)
                case _:
                    other = chance.randrange(len(parts))
                    parts[at], parts[other] = parts[other], parts[at]
        yield "".join(parts)


def test_no_mutant_of_a_disguised_service_passes(engine: ox.Store) -> None:
    reaching, passed = 0, 0
    for query in mutants(1, 12_000):
        if reaches_out(engine, query):
            reaching += 1
            with pytest.raises(QueryError):
                examine_query(query)
        else:
            try:
                examine_query(query)
                passed += 1
            except QueryError:
                continue
    assert reaching > 50, "the mutants must be able to show a hole"
    assert passed > 50, "a guard that refuses everything shows nothing"


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "SERVICE <http://example.org/>" }',
        "SELECT * { ?s ?p '''a \" SERVICE <x> { LOAD <y> }''' }",
        "SELECT * { ?s <http://example.org/SERVICE#LOAD> ?o } # SERVICE <x> {}",
        "SELECT ?service ?load { ?service ?load ?from }",
        "PREFIX ex: <http://example.org/> SELECT * { ?s ex:service ex:CLEAR ; ex:INSERT ex:from }",
        "PREFIX shared-service: <http://example.org/> SELECT * { ?s shared-service:load ?o }",
        'SELECT * { ?s ?p "services"@service }',
        "SELECT ?insert { GRAPH ?drop { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o FILTER(?o < 5 && ?o > 2 || ?o<3) }",
        "SELECT * { ?s <urn:x#a> <urn:x#b> , <#c> . ?s <#d> (1 <http://example.org/it's#(1)>) }",
        "SELECT * { VALUES (?a ?b) { (<urn:x#a> <urn:x#(b)>) (<urn:c,d> 1) } }",
        "SELECT * { ?s (<#a>/<#b>)|^<#c> ?o FILTER(<urn:x#f>(?o)) }",
        "SELECT * { ?s ?p 'it\\'s', \"\\u00e9\\u0041\", <http://example.org/\\u00e9> }",
        "",
    ],
)
def test_text_that_only_mentions_what_is_refused_passes(query: str) -> None:
    assert examine_query(query or "ASK {}").form in ("SELECT", "ASK")


@pytest.mark.parametrize(
    "word", ["INSERT DATA { <a:a> <a:b> 1 }", "DELETE WHERE { ?s ?p ?o }", "CLEAR ALL", "DROP ALL"]
)
@pytest.mark.parametrize("before", ["", "SELECT * {} ; ", "PREFIX a: <urn:a> ", "SELECT * {}\n"])
def test_an_update_is_refused(before: str, word: str) -> None:
    with pytest.raises(QueryRefused, match="queries only read"):
        examine_query(before + word)


@pytest.mark.parametrize(
    "word", ["LOAD <http://127.0.0.1/>", "CREATE GRAPH <a:a>", "COPY <a:a> TO <a:b>", "WITH <a:a> DELETE {}"]
)
def test_the_other_updates_are_refused_too(word: str) -> None:
    with pytest.raises(QueryRefused, match=f"{word.split(maxsplit=1)[0]} is not allowed"):
        examine_query(word)


@pytest.mark.parametrize(
    ("query", "merged", "named"),
    [
        ("SELECT * FROM <file:///etc/passwd> {}", ["<file:///etc/passwd>"], []),
        ("SELECT * FROM <http://127.0.0.1/> {}", ["<http://127.0.0.1/>"], []),
        ("SELECT * FROM NAMED <urn:a> FROM NAMED g:b {}", [], ["<urn:a>", "g:b"]),
        ("ASK FROM <urn:a>FROM NAMED<urn:b>{}", ["<urn:a>"], ["<urn:b>"]),
        ("SELECT*FROMNAMED<urn:a>{}", [], ["<urn:a>"]),
        ("SELECT * FROM <urn:a> FROM NAMED <urn:c> FROM <urn:b> {}", ["<urn:a>", "<urn:b>"], ["<urn:c>"]),
        ("DESCRIBE ?s FROM g:a { ?s ?p ?o }", ["g:a"], []),
        ('SELECT * { ?s ?p "FROM <urn:a>" }', [], []),
        ("SELECT * FROM", [], []),
    ],
)
def test_the_graphs_of_from_are_told(query: str, merged: list[str], named: list[str]) -> None:
    examined = examine_query(query)
    assert [token.text for token in examined.from_graphs] == merged
    assert [token.text for token in examined.from_named] == named


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROMa:b FROMa:c {}",
        "SELECT * FROM a:b FROM:c {}",
        "CONSTRUCT {} fromA:b WHERE {}",
        "DESCRIBE ?s FROMa:b { ?s ?p ?o }",
        "ASK FROMNAMEDa:b {}",
        "ASK FROM NAMEDa:b {}",
        "ASK FROM namedA:b FROM a:c {}",
    ],
)
def test_a_from_that_is_glued_to_a_name_is_refused_with_the_cure(query: str) -> None:
    with pytest.raises(QueryError, match="put a space between them"):
        examine_query(query)


def test_a_prefix_may_begin_like_a_keyword_where_it_cannot_be_taken_for_one() -> None:
    declared = "PREFIX from: <urn:f:> PREFIX named: <urn:n:> "
    assert [t.text for t in examine_query(f"{declared} SELECT * FROM from:a {{ ?s from:b named:c }}").from_graphs] == [
        "from:a"
    ]
    assert [t.text for t in examine_query(f"{declared} ASK FROM NAMED named:a {{}}").from_named] == ["named:a"]


@pytest.mark.parametrize(
    "query", ["SELECT * { FILTER(?a<5&&?b>6) }", "SELECT (IF(?a<?b,?c>?d,1) AS ?x) {}", "ASK { ?s ?p <<?a?b?c>> }"]
)
def test_what_can_be_read_in_two_ways_is_refused_with_the_cure(query: str) -> None:
    with pytest.raises(QueryError, match="put a space after the '<'"):
        examine_query(query)
    examine_query(query.replace("<<", "").replace(">>", "").replace("<", "< ").replace("?a?b?c", "?o"))


@pytest.mark.parametrize("question", all_questions(), ids=lambda question: question.name)
def test_the_named_questions_pass(question: Question) -> None:
    assert examine_query(question.text).form == "SELECT"
    assert examine_query(question.full_text).form == "SELECT"


def test_the_queries_of_the_w3c_pass_and_only_those_with_a_service_do_not(shared: Path) -> None:
    queries = sorted((shared / "w3c" / "sparql" / "sparql11").rglob("*.rq"))
    refused = set()
    for path in queries:
        try:
            examine_query(path.read_text("utf-8"))
        except QueryRefused:
            refused.add(path)
    assert len(queries) > 300
    assert {path.parent.name for path in refused} == {"service", "syntax-fed"}
    assert refused == {path for path in queries if "SERVICE" in path.read_text("utf-8").upper()}


def test_the_form_is_told_and_a_text_without_one_is_an_error() -> None:
    assert (
        examine_query("# c\nPREFIX a: <urn:a>\nbase <http://a/> construct { ?s ?p ?o } where { ?s ?p ?o }").form
        == "CONSTRUCT"
    )
    assert examine_query("DESCRIBE <urn:a>").form == "DESCRIBE"
    assert examine_query("PREFIX select: <urn:a> ASK { ?s select:a ?o }").form == "ASK"
    with pytest.raises(QueryError, match="Did you mean SELECT") as raised:
        examine_query("PREFIX a: <urn:a>\n SELEC * {}")
    assert (raised.value.line, raised.value.column) == (2, 2)
    with pytest.raises(QueryError, match="the text is empty"):
        examine_query("  # nothing\n")
    with pytest.raises(QueryError, match="not text in UTF-8"):
        examine_query("SELECT * { ?s ?p '\udcff' }")


def test_every_token_is_cut_where_the_grammar_says() -> None:
    text = "SELECT*{?s a:b.c;a:%41\\'/^<x>+-1.5e3, .5,_:b.d, 'it\\'s'@en-GB,'''a'b'''^^a:.}#c"
    cut = [token.text for token in tokenize(text)]
    assert cut == [
        *("SELECT", "*", "{", "?s", "a:b.c", ";", "a:%41\\'", "/", "^", "<x>", "+", "-", "1.5e3", ",", ".5", ","),
        *("_:b.d", ",", "'it\\'s'", "@en-GB", ",", "'''a'b'''", "^^", "a:", ".", "}"),
    ]
    assert [text[token.at : token.at + len(token.text)] for token in tokenize(text)] == cut


def test_a_text_is_cut_alike_whether_or_not_a_letter_of_another_script_stands_in_it() -> None:
    odd = "a.b:c.d. ?x_1y $2 _:a.b. _:- : % %:a a:%41\\-. a:b:c.:d- 1.e5.2 @en-GB- 'x"
    for text in (odd, *(question.text for question in all_questions())):
        assert text.isascii()
        assert list(tokenize(text)) == list(tokenize(f"{text}\n# é"))


def test_the_limits_are_those_that_were_measured() -> None:
    """At least three times under every failure: see the sizes at which the engine dies in test_shapes.py."""
    assert (guard.MAX_LENGTH, guard.MAX_DEPTH, guard.MAX_PATTERNS) == (65_536, 50, 64)
    assert (guard.MAX_OPERATORS, guard.MAX_GROUPS, guard.MAX_EXPRESSIONS) == (100, 100, 100)
