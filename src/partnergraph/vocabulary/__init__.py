"""The terms of the graph as closed namespaces, and where the `ontology/` files are.

A misspelt term fails at once instead of matching nothing. The lists come from `terms.json`, which a test holds equal to
`ontology/*.ttl` in both directions; `python -m tests.vocabulary.generate` writes it anew after an edit of the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType

__all__ = [
    "ADMS",
    "CODE",
    "DCAT",
    "DCTERMS",
    "FOAF",
    "OA",
    "ORG",
    "OWL",
    "PG",
    "PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "SH",
    "SKOS",
    "SKOSXL",
    "VOID",
    "WGS84",
    "XSD",
    "Concept",
    "Namespace",
    "Rule",
    "concepts",
    "example_dir",
    "ontology_dir",
    "rules",
    "schemes",
]

HERE = Path(__file__).resolve().parent


class Namespace:
    """A closed set of terms under one IRI.

    >>> PG.memberOf
    'https://w3id.org/partnergraph/ns#memberOf'
    >>> CODE["part-of"]
    'https://w3id.org/partnergraph/code/part-of'
    >>> PG.membrOf
    Traceback (most recent call last):
    AttributeError: 'membrOf' is not a term of https://w3id.org/partnergraph/ns#. Did you mean 'memberOf'?
    """

    def __init__(self, base: str, terms: tuple[str, ...] | frozenset[str]) -> None:
        vars(self).update({name: base + name for name in terms})  # so that PG.kind costs no call
        self.base = base
        self.terms = frozenset(terms)

    def __getitem__(self, name: str) -> str:
        if name not in self.terms:
            near = get_close_matches(name, sorted(self.terms), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise AttributeError(f"'{name}' is not a term of {self.base}.{hint}")
        return self.base + name

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: str) -> bool:
        return name in self.terms

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.terms))


@dataclass(frozen=True)
class Concept:
    """One entry of a concept list. Wordings, symmetry and shortcut stand only on kinds of relationship."""

    code: str
    scheme: str
    label: str
    definition: str
    forward: str | None = None
    inverse: str | None = None
    symmetric: bool = False
    shortcut: str | None = None
    broader: str | None = None
    url_template: str | None = None


@dataclass(frozen=True)
class Rule:
    """One derivation: a CONSTRUCT query and the named graph that it alone writes."""

    name: str
    graph: str
    title: str
    why: str
    sparql: str


_TERMS = json.loads((HERE / "terms.json").read_text("utf-8"))

PG = Namespace("https://w3id.org/partnergraph/ns#", tuple(_TERMS["pg"]))
CODE = Namespace("https://w3id.org/partnergraph/code/", tuple(c["code"] for c in _TERMS["concepts"]))
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#", ("type", "langString"))
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#", ("label", "comment", "subClassOf", "domain", "range"))
OWL = Namespace("http://www.w3.org/2002/07/owl#", ("Class", "Ontology"))
XSD = Namespace(
    "http://www.w3.org/2001/XMLSchema#",
    ("string", "integer", "decimal", "boolean", "date", "gYear", "gYearMonth", "anyURI"),
)
SKOS = Namespace(
    "http://www.w3.org/2004/02/skos/core#",
    (
        *("Concept", "prefLabel", "altLabel", "notation", "note", "editorialNote"),
        *("definition", "inScheme", "broader", "scopeNote", "example"),
    ),
)
SKOSXL = Namespace("http://www.w3.org/2008/05/skos-xl#", ("Label", "altLabel", "literalForm"))
DCTERMS = Namespace(
    "http://purl.org/dc/terms/",
    (
        *("title", "publisher", "issued", "source", "type", "identifier", "language", "license"),
        *("isPartOf", "relation", "spatial", "creator", "Location", "description", "accessRights", "dateSubmitted"),
    ),
)
FOAF = Namespace("http://xmlns.com/foaf/0.1/", ("Document", "Group", "member", "homepage", "page"))
ORG = Namespace(
    "http://www.w3.org/ns/org#",
    (
        *("Organization", "FormalOrganization", "OrganizationalUnit", "OrganizationalCollaboration", "Role"),
        *("classification", "originalOrganization", "resultingOrganization", "Membership", "member", "organization"),
        *("role", "memberOf", "subOrganizationOf", "linkedTo"),
    ),
)
OA = Namespace(
    "http://www.w3.org/ns/oa#",
    (
        *("SpecificResource", "hasSource", "hasSelector", "TextQuoteSelector", "TextPositionSelector"),
        *("exact", "prefix", "suffix", "start", "end"),
    ),
)
ADMS = Namespace("http://www.w3.org/ns/adms#", ("Identifier", "identifier"))
PROV = Namespace("http://www.w3.org/ns/prov#", ("wasDerivedFrom", "hadPrimarySource", "Entity"))
VOID = Namespace("http://rdfs.org/ns/void#", ("Dataset",))
DCAT = Namespace("http://www.w3.org/ns/dcat#", ("Dataset", "Catalog", "dataset", "landingPage"))
WGS84 = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#", ("lat", "long"))
SH = Namespace(
    "http://www.w3.org/ns/shacl#",
    ("SPARQLExecutable", "SPARQLSelectExecutable", "select", "prefixes", "declare", "prefix", "namespace"),
)

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "pg": PG.base,
        "code": CODE.base,
        "o": "https://w3id.org/partnergraph/id/org/",
        "rel": "https://w3id.org/partnergraph/id/rel/",
        "src": "https://w3id.org/partnergraph/id/source/",
        "g": "https://w3id.org/partnergraph/graph/",
        "rdf": RDF.base,
        "rdfs": RDFS.base,
        "owl": OWL.base,
        "xsd": XSD.base,
        "skos": SKOS.base,
        "skosxl": SKOSXL.base,
        "dcterms": DCTERMS.base,
        "foaf": FOAF.base,
        "org": ORG.base,
        "oa": OA.base,
        "adms": ADMS.base,
        "prov": PROV.base,
        "void": VOID.base,
        "dcat": DCAT.base,
        "wgs84": WGS84.base,
        "sh": SH.base,
    }
)


def _folder(installed: str, checkout: str) -> Path:
    inside = HERE.parent / installed
    return inside if inside.is_dir() else HERE.parents[2] / checkout


def ontology_dir() -> Path:
    """The folder with vocabulary, lists, shapes and rules: in a checkout, or inside the installed package."""
    return _folder("ontology", "ontology")


def example_dir() -> Path:
    """The Keele graph folder that comes with the package."""
    return _folder("example", "data")


@cache
def concepts(scheme: str | None = None) -> tuple[Concept, ...]:
    """The entries of one concept list in the order of the file, or of all lists.

    >>> [c.code for c in concepts("confidence")]
    ['high', 'medium', 'low']
    """
    entries = tuple(Concept(**c) for c in _TERMS["concepts"] if scheme in (None, c["scheme"]))
    if not entries:
        near = get_close_matches(scheme or "", schemes(), n=1)
        raise KeyError(f"no such list: {scheme}." + (f" Did you mean '{near[0]}'?" if near else ""))
    return entries


@cache
def schemes() -> tuple[str, ...]:
    """The names of the concept lists, in the order of the file."""
    return tuple(dict.fromkeys(c["scheme"] for c in _TERMS["concepts"]))


@cache
def rules() -> tuple[Rule, ...]:
    """The derivation rules in the order in which they run (the file names' order)."""
    rules_found = []
    for path in sorted((ontology_dir() / "rules").glob("*.rq")):
        text = path.read_text("utf-8")
        head = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
        rules_found.append(Rule(path.stem, head["graph"], head["title"], head["why"], text))
    return tuple(rules_found)
