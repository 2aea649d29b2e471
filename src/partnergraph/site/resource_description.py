"""What the graph says about one of its own addresses, as a small graph: enough to understand it, no more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import quote, unquote

from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, OA, ORG, PG, PREFIXES, RDF, RDFS, SKOS
from partnergraph.vocabulary.iri import is_iri

VOCABULARY = PREFIXES["pg"].removesuffix("ns#")
# The parts of the address space that are answered: the graph's own things, and the vocabulary's.
PARTS = ("id", "graph", "code", "rule", "ns")
# By these a record says what it is about: it belongs to the description of that.
OWN = (
    *(PG["from"], PG.to, PG.via, PG.nameOf, PG.attributeOf, PG.about, PG.kind, PG.evidence, PG.counterEvidence),
    *(ORG.originalOrganization, ORG.resultingOrganization, DCTERMS.source, PG.derivedBy, PG.inArrangement),
)
# What these lead to stands behind a statement, and is told in full.
BEHIND = (PG.evidence, PG.counterEvidence, ADMS.identifier, PG.passage, OA.hasSelector, DCTERMS.source)
# Of everything else that is mentioned: what it is called and what sort of thing it is.
NAMING = (RDF.type, SKOS.prefLabel, RDFS.label, DCTERMS.title, ORG.classification, DCTERMS.type, PG.memberType)
# What many records are about (a kind, a source) is told with so many of them; a body with all of its own.
MAX_COUNT = 500
Triple = tuple[str, ...]


def base_iri(reader: Reader) -> str:
    """What the addresses of this graph's own things begin with."""
    rows = reader.rows("SELECT ?c { ?c a dcat:Catalog FILTER(STRENDS(STR(?c), '/graph/')) } ORDER BY ?c LIMIT 1")
    return str(rows[0]["c"]).removesuffix("graph/") if rows else VOCABULARY


def iri_of_path(reader: Reader, path: str) -> str | None:
    """The IRI that a path of the server stands for (without its first slash, %-encoded as it came), if it is here."""
    plain = unquote(path)
    for start in dict.fromkeys((base_iri(reader), VOCABULARY)):
        for end in dict.fromkeys((path, plain, quote(plain, safe="/:@!$&'()*+,;=-._~"))):
            iri = start + end
            if not is_iri(iri):
                continue
            if end.rstrip("#") == "ns":
                iri = start + "ns#"
                if namespace_terms(reader, iri):
                    return iri
            elif reader.ask(f"ASK {{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?p <{iri}> }} UNION {{ GRAPH <{iri}> {{}} }} }}"):
                return iri
    return None


def namespace_terms(reader: Reader, namespace: str) -> list[str]:
    """What is described in a namespace whose names come after a hash: one document tells of them all."""
    rows = reader.rows(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{namespace}")) }} ORDER BY ?s')
    return [str(row["s"]) for row in rows]


def local_path(iri: str, start: str) -> str | None:
    """The path at which the server answers for an IRI; None for one of another place.

    >>> local_path("https://example.org/g/id/org/a", "https://example.org/g/")
    '/id/org/a'
    >>> local_path("https://example.org/", "urn:x:") is None
    True
    """
    for begin in (start, VOCABULARY):
        part = iri.removeprefix(begin)
        if part != iri and re.split("[/#]", part)[0] in PARTS and "?" not in part:
            return "/" + quote(part, safe="/:@!$&'()*+,;=-._~#%")
    return None


def describe(reader: Reader, iri: str) -> Reader:
    """The statements about a thing, in memory.

    All it says itself; every record about it (claims, names, attributes, events, findings; for a source the evidence
    that rests on it, and the claims that rest on that) with its evidence, passages and sources; and the names and types
    of whatever these mention. What rules derive is left out but for successions: it follows from the rest.
    """
    if iri.endswith("#"):
        return _graph(_about(reader, [iri.removesuffix("#"), *namespace_terms(reader, iri)]))
    is_body = reader.ask(f"ASK {{ <{iri}> a ?c VALUES ?c {{ org:Organization pg:UnnamedGroup pg:Undertaking }} }}")
    most = None if is_body else MAX_COUNT
    records = _records(reader, [iri], OWN, most)
    # Events are about claims; claims rest on evidence, which rests on a source.
    records += _records(reader, records, (PG.about, PG.evidence, PG.counterEvidence), most)
    told: dict[str, list[Triple]] = {}
    new = list(dict.fromkeys([iri, *records]))
    while new:
        triples = _about(reader, new)
        told |= {one: [] for one in new}
        for triple in triples:
            told[triple[0][1:-1]].append(triple)
        new = sorted({_iri(t[2]) for t in triples if t[1][1:-1] in BEHIND and _iri(t[2])} - told.keys())
    # The text of an archived source is told where the source itself is asked for.
    lines = [t for one, triples in told.items() for t in triples if one == iri or t[1] != f"<{PG.text}>"]
    mentioned = sorted({_iri(t[2]) for t in lines if _iri(t[2])} - told.keys())
    lines += _about(reader, mentioned, NAMING)
    if not told[iri]:
        rows = reader.terms(f"SELECT ?s ?p {{ ?s ?p <{iri}> FILTER(isIRI(?s)) }} ORDER BY ?s ?p LIMIT {MAX_COUNT}")
        lines += [(s, p, f"<{iri}>") for s, p in rows]
        lines += [(f"<{iri}>", f"<{RDF.type}>", f"<{PG.SourceGraph}>")] if not rows else []
    return _graph(lines)


def _records(reader: Reader, iris: Iterable[str], predicates: tuple[str, ...], most: int | None) -> list[str]:
    """What says of itself that it is about one of these, looked up one by one, so that it costs what it finds."""
    known = sorted({one for iri in iris for predicate in predicates for one in reader.pointing(predicate, iri)})
    succession = f"<{VOCABULARY}rule/succession>"
    found = (
        one
        for one in known
        if ":" in one and not {o for _, p, o in reader.statements_about(one) if p == f"<{PG.derivedBy}>"} - {succession}
    )
    return list(islice(found, most))


def _about(reader: Reader, iris: Iterable[str], predicates: tuple[str, ...] = ()) -> list[Triple]:
    """What some things say of themselves, all of it or by some predicates, as terms in N-Triples."""
    return [t for iri in iris for t in reader.statements_about(iri) if not predicates or t[1][1:-1] in predicates]


def _iri(term: str) -> str:
    """The address of a term in N-Triples; empty for a literal or a blank node."""
    return term[1:-1] if term.startswith("<") and not term.startswith("<<") else ""


def _graph(triples: Iterable[Triple]) -> Reader:
    return Reader.nquads_lines(" ".join(triple) + " .\n" for triple in triples)
