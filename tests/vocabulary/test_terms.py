"""The terms in Python and the ontology files are one list, every term that is used exists, and every term is used."""

from __future__ import annotations

import csv
import json
import re
from itertools import chain
from pathlib import Path

import pytest
import rdflib

from partnergraph import vocabulary
from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.vocabulary import CODE, PG, PREFIXES, Namespace, concepts, schemes
from tests.conftest import ROOT
from tests.vocabulary import generate

SOURCE = ROOT / "src" / "partnergraph"
ONTOLOGY = ROOT / "ontology"
# A scope note that says this explains why nothing here uses the term.
KEPT = "Kept for graphs of your own"
NAMESPACES = {
    prefix: space
    for prefix, iri in PREFIXES.items()
    for space in vars(vocabulary).values()
    if isinstance(space, Namespace) and space.base == iri
}
# The closed lists of terms that come with rdflib, by namespace.
CLOSED = {
    str(space): space
    for space in vars(rdflib.namespace).values()
    if isinstance(space, rdflib.namespace.DefinedNamespaceMeta) and hasattr(space, "_NS")
}
# Cells of the tables that hold a code of a list.
CODED = ("kind", "type", "scheme", "property", "member_type", "role", "manner", "basis", "confidence", "strength")


def texts() -> dict[Path, str]:
    """Everything that may name a term: code, named questions, rules, shapes, notebooks."""
    files = chain(
        SOURCE.rglob("*.py"),
        SOURCE.rglob("*.rq"),
        ONTOLOGY.rglob("*.rq"),
        [ONTOLOGY / "shapes.ttl"],
        (ROOT / "notebooks").glob("*.ipynb"),
    )
    return {path: path.read_text("utf-8") for path in sorted(files)}


def named(prefix: str) -> dict[str, Path]:
    """The terms that the texts name with a prefix (pg:kind) or as a member of the namespace (PG.kind, PG["from"])."""
    upper = prefix.upper()
    written = re.compile(rf'(?<![\w/#-])(?:{prefix}:|{upper}\.|{upper}\[")([A-Za-z][\w-]*)')
    # PG[name] in a loop: the names stand as text nearby.
    looped = re.compile(r'"([a-z]+[A-Z]\w*)"' if prefix == "pg" else r"(?!)")
    found: dict[str, Path] = {}
    for path, text in texts().items():
        if path.name == "__init__.py" and path.parent.name == "vocabulary":
            continue  # its doctest shows a misspelt term
        # What is misspelt on purpose says so.
        for match in written.finditer(re.sub(r".*# misspelt.*", "", text)):
            found.setdefault(match[1], path)
        for match in looped.finditer(text):
            if match[1] in NAMESPACES[prefix]:
                found.setdefault(match[1], path)
    return found


def cells() -> dict[str, str]:
    """The codes that the Keele tables use, with the place of the first."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                for column in (*CODED, "standing"):
                    for code in filter(None, (row.get(column) or "").split("; ")):
                        found.setdefault(code, f"{path.name}, row {number}, {column}")
    return found


@pytest.fixture(scope="module")
def graph() -> rdflib.Graph:
    """The vocabulary and its lists."""
    return generate.ontology()


@pytest.fixture(scope="module")
def stated() -> set[str]:
    """Every IRI that the Keele graph uses outside the vocabulary's own graph."""
    reader = assemble(read_folder(ROOT / "data").model).reader()
    lines = (line for line in reader.nquads() if not line.endswith(f"<{PREFIXES['g']}vocabulary> .\n"))
    return set(chain.from_iterable(re.findall(r"<([^>]+)>", line) for line in lines))


def test_terms_json_is_what_the_files_say() -> None:
    written = json.loads(generate.TARGET.read_text("utf-8"))
    assert written == generate.read()
    assert generate.TARGET.read_text("utf-8") == json.dumps(generate.read(), ensure_ascii=False, indent=1) + "\n"


def test_the_namespaces_hold_the_terms_of_the_files_and_no_other(graph: rdflib.Graph) -> None:
    kinds = (rdflib.OWL.Class, *generate.PROPERTIES)
    classes_and_properties = {str(s) for kind in kinds for s in graph.subjects(rdflib.RDF.type, kind)}
    codes = {str(s) for s in graph.subjects(rdflib.RDF.type, rdflib.SKOS.Concept)}
    assert {PG[name] for name in PG} == {iri for iri in classes_and_properties if iri.startswith(PG.base)}
    assert {CODE[name] for name in CODE} == codes
    assert {entry.code for entry in concepts()} == set(CODE)
    lists = {str(s).removeprefix(CODE.base) for s in graph.subjects(rdflib.RDF.type, rdflib.SKOS.ConceptScheme)}
    assert set(schemes()) == lists


def test_the_files_declare_every_term_that_they_use(graph: rdflib.Graph) -> None:
    used = {str(term) for triple in graph for term in triple if isinstance(term, rdflib.URIRef)}
    known = {PG[name] for name in PG} | {CODE[name] for name in CODE} | {CODE.base + name for name in schemes()}
    assert {iri for iri in used if iri.startswith((PG.base, CODE.base))} == known


@pytest.mark.parametrize("prefix", sorted(NAMESPACES))
def test_every_term_that_is_named_anywhere_is_declared(prefix: str) -> None:
    """By us; or, where the code does not use it as a name in Python, by the vocabulary that it belongs to."""
    space = NAMESPACES[prefix]
    known = {*space, "base", *(schemes() if prefix == "code" else ())}
    theirs = CLOSED.get(space.base, ())
    wrong = {
        name: str(path.relative_to(ROOT))
        for name, path in named(prefix).items()
        if name not in known and rdflib.URIRef(space.base + name) not in theirs
    }
    assert wrong == {}


def test_the_walk_through_the_texts_sees_both_ways_of_writing() -> None:
    assert {"statedCount", "from", "counterEvidence", "urlTemplate"} - set(named("pg")) == {"urlTemplate"}
    assert {"membership", "disputed"} <= set(named("code"))


def test_every_code_in_the_tables_is_declared() -> None:
    found = cells()
    assert len(found) > 100
    assert {code: place for code, place in found.items() if code not in CODE} == {}


def test_every_term_is_used_or_says_that_it_is_kept(graph: rdflib.Graph, stated: set[str]) -> None:
    in_lists = {str(term) for s, p, o in graph for term in (p, o)}
    codes_used = set(named("code")) | set(cells())
    unused = [iri for name in PG if (iri := PG[name]) not in stated | in_lists and name not in named("pg")]
    unused += [iri for name in CODE if (iri := CODE[name]) not in stated | in_lists and name not in codes_used]
    kept = {str(s) for s, _, note in graph.triples((None, rdflib.SKOS.scopeNote, None)) if KEPT in str(note)}
    assert set(unused) - kept == set(), "neither used nor kept"
    assert kept - set(unused) == set(), "said to be kept, but used"


def test_a_misspelt_term_raises_with_a_hint() -> None:
    with pytest.raises(AttributeError, match=r"'membrOf' is not a term of .*ns#. Did you mean 'memberOf'"):
        _ = PG.membrOf
    with pytest.raises(AttributeError, match=r"'fundin' is not a term of .*code/. Did you mean 'funding'"):
        _ = CODE["fundin"]
    with pytest.raises(AttributeError, match=r"'zzz' is not a term of .*ns#.$"):
        _ = PG.zzz
    with pytest.raises(KeyError, match=r"no such list: org-typ. Did you mean 'org-type'"):
        concepts("org-typ")


def test_a_namespace_is_closed_sorted_and_answers_in() -> None:
    assert "memberOf" in PG
    assert "membrOf" not in PG
    assert list(PG) == sorted(PG.terms)
    with pytest.raises(AttributeError):
        _ = PG.__wrapped__


def test_a_concept_list_keeps_the_order_of_the_file() -> None:
    assert [entry.code for entry in concepts("standing")] == ["accepted", "disputed", "superseded", "retracted"]
    assert [entry.code for entry in concepts("basis")] == ["stated", "implied", "registry", "editor", "inferred"]


@pytest.mark.parametrize("prefix", sorted(set(NAMESPACES) - {"pg", "code"}))
def test_terms_of_other_vocabularies_exist_there(prefix: str) -> None:
    """Held against the closed lists of terms that come with rdflib; those it does not know are held by hand."""
    space = NAMESPACES[prefix]
    by_hand = {
        "oa": {
            *("SpecificResource", "hasSource", "hasSelector", "TextQuoteSelector", "TextPositionSelector"),
            *("exact", "prefix", "suffix", "start", "end"),
        },
        "adms": {"Identifier", "identifier"},
        "skosxl": {"Label", "altLabel", "literalForm"},
        "wgs84": {"lat", "long"},
    }
    if prefix in by_hand:
        assert set(space) == by_hand[prefix]
    else:
        theirs = CLOSED[space.base]
        assert [name for name in space if rdflib.URIRef(space[name]) not in theirs] == []
        assert rdflib.URIRef(space.base + "noSuchTerm") not in theirs
