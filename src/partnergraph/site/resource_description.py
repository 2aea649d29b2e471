"""The description of a resource as a small graph: the statements about it, and what explains them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import quote, unquote

from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, OA, ORG, PG, PREFIXES, RDF, RDFS, SKOS
from partnergraph.vocabulary.iri import is_iri

VOCABULARY = PREFIXES["pg"].removesuffix("ns#")
# The first segments of the paths that are answered: those of the graph's own resources, and of the vocabulary.
PARTS = ("id", "graph", "code", "rule", "ns")
# The properties by which a record refers to its subject, whose description it belongs to.
SUBJECT_PROPERTIES = (
    *(PG["from"], PG.to, PG.via, PG.nameOf, PG.attributeOf, PG.about, PG.kind, PG.evidence, PG.counterEvidence),
    *(ORG.originalOrganization, ORG.resultingOrganization, DCTERMS.source, PG.derivedBy, PG.inArrangement),
)
# The objects of these support a statement, and are described in full.
SUPPORT_PROPERTIES = (
    *(PG.evidence, PG.counterEvidence, ADMS.identifier, PG.passage, OA.hasSelector, DCTERMS.source, PG.boundedBy),
)
# Of all other resources that are mentioned: label and type.
LABEL_PROPERTIES = (
    RDF.type,
    SKOS.prefLabel,
    RDFS.label,
    DCTERMS.title,
    ORG.classification,
    DCTERMS.type,
    PG.memberType,
)
# Records about a resource that is no body (a kind, a source); a body is described with all.
MAX_RECORDS = 500
Triple = tuple[str, ...]


def base_iri(reader: Reader) -> str:
    """What the IRIs of this graph's own resources begin with."""
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
    """The terms of a namespace with a hash, which share a document."""
    rows = reader.rows(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{namespace}")) }} ORDER BY ?s')
    return [str(row["s"]) for row in rows]


def local_path(iri: str, start: str) -> str | None:
    """The path at which the server answers for an IRI; None for an IRI of another site.

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
    """The statements about a resource, in memory.

    These are its own; every record about it (claims, names, attributes, events, findings; for a source the evidence
    that rests on it, and the claims that rest on that) with its evidence, passages and sources; and the labels and
    types of whatever these mention. Of what rules derive only successions are included: the rest follows.
    """
    if iri.endswith("#"):
        return _graph(_about(reader, [iri.removesuffix("#"), *namespace_terms(reader, iri)]))
    is_body = reader.ask(f"ASK {{ <{iri}> a ?c VALUES ?c {{ org:Organization pg:UnnamedGroup pg:Undertaking }} }}")
    limit = None if is_body else MAX_RECORDS
    records = _records(reader, [iri], SUBJECT_PROPERTIES, limit)
    # Events are about claims; claims rest on evidence, which rests on a source.
    records += _records(reader, records, (PG.about, PG.evidence, PG.counterEvidence), limit)
    described: dict[str, list[Triple]] = {}
    new = list(dict.fromkeys([iri, *records]))
    while new:
        triples = _about(reader, new)
        described |= {resource: [] for resource in new}
        for triple in triples:
            described[triple[0][1:-1]].append(triple)
        new = sorted(
            {_iri(t[2]) for t in triples if t[1][1:-1] in SUPPORT_PROPERTIES and _iri(t[2])} - described.keys()
        )
    # The text of an archived source is a part of the description of that source alone.
    text = f"<{PG.text}>"
    lines = [t for resource, triples in described.items() for t in triples if resource == iri or t[1] != text]
    mentioned = sorted({_iri(t[2]) for t in lines if _iri(t[2])} - described.keys())
    lines += _about(reader, mentioned, LABEL_PROPERTIES)
    if not described[iri]:
        rows = reader.terms(f"SELECT ?s ?p {{ ?s ?p <{iri}> FILTER(isIRI(?s)) }} ORDER BY ?s ?p LIMIT {MAX_RECORDS}")
        lines += [(s, p, f"<{iri}>") for s, p in rows]
        lines += [(f"<{iri}>", f"<{RDF.type}>", f"<{PG.SourceGraph}>")] if not rows else []
    return _graph(lines)


def _records(reader: Reader, iris: Iterable[str], predicates: tuple[str, ...], limit: int | None) -> list[str]:
    """The records that refer to these by a property, looked up one by one, so that the cost is that of the result."""
    candidates = sorted(
        {resource for iri in iris for predicate in predicates for resource in reader.pointing(predicate, iri)}
    )
    succession = f"<{VOCABULARY}rule/succession>"
    records = (
        resource
        for resource in candidates
        if ":" in resource
        and not {o for _, p, o in reader.statements_about(resource) if p == f"<{PG.derivedBy}>"} - {succession}
    )
    return list(islice(records, limit))


def _about(reader: Reader, iris: Iterable[str], predicates: tuple[str, ...] = ()) -> list[Triple]:
    """The statements with these subjects (and predicates, if any), as terms in N-Triples."""
    return [t for iri in iris for t in reader.statements_about(iri) if not predicates or t[1][1:-1] in predicates]


def _iri(term: str) -> str:
    """The IRI of a term in N-Triples; empty for a literal or a blank node."""
    return term[1:-1] if term.startswith("<") and not term.startswith("<<") else ""


def _graph(triples: Iterable[Triple]) -> Reader:
    return Reader.nquads_lines(" ".join(triple) + " .\n" for triple in triples)
