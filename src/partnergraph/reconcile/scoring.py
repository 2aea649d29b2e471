"""One reconciliation query: which bodies it may mean, how likely each is, and why.

How well a name fits is told by `partnergraph.match.name_similarity`, times 100. A candidate is a match only by an exact
name that no other body has, or by an exact identifier; likeness alone never is. Unlike in a register, an acronym that
one body of the graph has is such a name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from partnergraph.claims.name_search import find_by_name, fold_name, is_short_form
from partnergraph.errors import QueryError
from partnergraph.match.name_similarity import SHORT_FORM, name_similarity
from partnergraph.match.normalise import normalise_name
from partnergraph.reconcile.properties import EntityProperty, ReconciledEntity, entity_properties, entity_types
from partnergraph.vocabulary import CODE, concepts
from partnergraph.vocabulary.identifiers import identifier_spellings, normalise_identifier
from partnergraph.vocabulary.name_folding import lookup_key

if TYPE_CHECKING:
    from partnergraph.reconcile.properties import IdentifierSpace
    from partnergraph.store import Reader

Plain = dict[str, Any]
Constraint = tuple[EntityProperty, tuple[str, ...]]  # a property, and the values of which a body should have one
FIELDS = ("query", "type", "limit", "properties", "type_strict")
STRICT = ("any", "should", "all")
DEFAULT_LIMIT = 10  # candidates
MAX_COUNT = 100  # candidates, whatever the limit
MAX_SEARCHED = 40  # bodies that a name finds, before types and properties are compared
MAX_NAMESAKES = 200
MAX_LENGTH = 500
MAX_PROPERTIES = 50
EXACT = 100.0
OTHER_TYPE = 0.6  # factors of the score where a type or a property differs
DISAGREES = 0.8
AGREES = 0.25  # of what is missing to 100, where a property agrees


@dataclass(frozen=True)
class ReconciliationQuery:
    """A query as read: `text` is a name, `strict` how its types count."""

    text: str
    types: tuple[str, ...]
    strict: str
    limit: int
    constraints: tuple[Constraint, ...]


def read_query(name: str, raw: object) -> ReconciliationQuery:
    """Read one query of a batch. Raises `QueryError` that names the field."""
    if not isinstance(raw, dict):
        raise QueryError(f"'{name}' is not an object. A query is an object with 'query' or 'properties'.")
    for field in raw:
        if field not in FIELDS:
            raise QueryError(f"'{name}' has no field '{field[:80]}'. The fields: {', '.join(FIELDS)}.")
    fields = {field: value for field, value in raw.items() if value is not None}
    text = fields.get("query", "")
    if not isinstance(text, str):
        raise QueryError(f"'{name}.query' is not a text.")
    if len(text) > MAX_LENGTH:
        raise QueryError(f"'{name}.query' is longer than {MAX_LENGTH} characters.")
    types = _read_types(name, fields.get("type", []))
    strict = fields.get("type_strict", "any")
    if strict not in STRICT:
        raise QueryError(f"'{name}.type_strict' is one of {', '.join(STRICT)}.")
    limit = fields.get("limit", DEFAULT_LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not (limit >= 1 and limit == limit // 1):
        raise QueryError(f"'{name}.limit' is not a whole number from 1.")
    constraints = _read_constraints(name, fields.get("properties", []))
    if not text.strip() and not constraints:
        raise QueryError(f"'{name}' has neither 'query' nor 'properties'. Say what is looked for.")
    if not text.strip() and not any(prop.identifies or prop.id in ("name", "iri") for prop, _ in constraints):
        raise QueryError(f"'{name}' has no 'query', and no property that identifies a body. Add a name or identifier.")
    return ReconciliationQuery(text, types, strict, int(min(limit, MAX_COUNT)), constraints)


def _read_types(name: str, raw: object) -> tuple[str, ...]:
    ids = [raw] if isinstance(raw, str) and raw else raw or []
    if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
        raise QueryError(f"'{name}.type' is neither the id of a type nor a list of ids.")
    for id_ in ids:
        type_by_id(id_, f"{name}.type")
    return tuple(ids)


def type_by_id(id_: str, where: str) -> None:
    """Raises `QueryError` when there is no such type."""
    if id_ not in entity_types():
        raise QueryError(f"'{where}': there is no type '{id_[:80]}'. /reconcile/suggest/type lists them.")


def property_by_id(id_: str, where: str) -> EntityProperty:
    """The property of an id. Raises `QueryError` when there is none."""
    if id_ not in entity_properties():
        raise QueryError(f"'{where}': there is no property '{id_[:80]}'. /reconcile/suggest/property lists them.")
    return entity_properties()[id_]


def _read_constraints(name: str, raw: object) -> tuple[Constraint, ...]:
    if not isinstance(raw, list):
        raise QueryError(f"'{name}.properties' is not a list.")
    if len(raw) > MAX_PROPERTIES:
        raise QueryError(f"'{name}.properties' has more than {MAX_PROPERTIES} entries.")
    constraints = []
    for number, entry in enumerate(raw):
        where = f"{name}.properties[{number}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("pid"), str) or "v" not in entry:
            raise QueryError(f"'{where}' is not an object with 'pid' (a text) and 'v'.")
        values = entry["v"] if isinstance(entry["v"], list) else [entry["v"]]
        if len(values) > MAX_PROPERTIES:
            raise QueryError(f"'{where}.v' has more than {MAX_PROPERTIES} values.")
        texts = [_text(value, f"{where}.v") for value in values]
        constraints.append((property_by_id(entry["pid"], f"{where}.pid"), tuple(text for text in texts if text)))
    return tuple((prop, texts) for prop, texts in constraints if texts)


def _text(value: object, where: str) -> str:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        value = value["id"]
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a spreadsheet's number
    if not isinstance(value, (str, int, float)):
        raise QueryError(f"'{where}' is not a text, a number, true, false or an entity with an 'id'.")
    text = str(value).strip()
    if len(text) > MAX_LENGTH:
        raise QueryError(f"'{where}' is longer than {MAX_LENGTH} characters.")
    return text


class CandidateSearch:
    """The candidates for queries to one graph."""

    def __init__(self, reader: Reader, space: IdentifierSpace) -> None:
        self.reader, self.space = reader, space
        self._bodies: dict[str, ReconciledEntity] = {}

    def body(self, iri: str) -> ReconciledEntity:
        """A body, read once for all queries."""
        if iri not in self._bodies:
            self._bodies[iri] = ReconciledEntity(self.reader, self.space, iri)
        return self._bodies[iri]

    def candidates(self, query: ReconciliationQuery) -> list[Plain]:
        """The candidates for a query, the likeliest first."""
        identified = self._by_identifier(query)
        query_names = [text for prop, texts in query.constraints if prop.id == "name" for text in texts]
        named: dict[str, tuple[str, float]] = {}
        crowded = False
        for text in [query.text] if query.text.strip() else query_names:
            similar, more = self._by_name(text)
            crowded = crowded or more
            for iri, (name, score) in similar.items():
                if iri not in named or score > named[iri][1]:
                    named[iri] = name, score
        rows = []
        for iri in sorted({*identified, *named}):
            row = self._candidate(query, iri, named.get(iri, ("", 0.0)), identified)
            if row is not None:
                rows.append(row)
        matches = [row for row in rows if row["match"]]
        # A name or an identifier that several have, or that more have than are compared: nobody is meant for certain.
        if len(matches) > 1 or (crowded and not identified):
            for row in matches:
                row["match"] = False
        rows.sort(key=lambda row: (-row["score"], not row["match"], row["name"].casefold(), row["id"]))
        return rows[: query.limit]

    def _by_identifier(self, query: ReconciliationQuery) -> dict[str, set[str]]:
        """The bodies that have an identifier of the query, each with the schemes by which."""
        schemes: dict[str, set[str]] = {}
        for id_, text in [("id", query.text.strip()), *self._query_iris(query)]:
            iri = self.space.iri(text)
            if iri is not None and next(self.reader.names.of(iri), None):
                schemes.setdefault(iri, set()).add(id_)
        for prop, texts in query.constraints:
            for text in texts if prop.identifies else ():
                for iri in bodies_with_identifier(self.reader, prop.id, text):
                    schemes.setdefault(iri, set()).add(prop.id)
        return schemes

    @staticmethod
    def _query_iris(query: ReconciliationQuery) -> list[tuple[str, str]]:
        return [("iri", text) for prop, texts in query.constraints if prop.id == "iri" for text in texts]

    def _by_name(self, text: str) -> tuple[dict[str, tuple[str, float]], bool]:
        """The bodies with a name like this: the name, and how well it fits (0..100); and whether more have it."""
        if not lookup_key(text):
            return {}, False
        # The bodies that have the very name stand among the candidates even where many others are found.
        exact = list(islice(self.reader.names.with_name(lookup_key(text)), MAX_NAMESAKES + 1))
        best: dict[str, tuple[str, float]] = {}
        alike = islice(
            self.reader.names.alike(lookup_key(text)), MAX_SEARCHED
        )  # a search has them only for want of better
        for match in [*exact, *find_by_name(self.reader, text, MAX_SEARCHED), *alike]:
            if ":" in match.iri:
                score = name_score(text, match.name)
                if match.iri not in best or score > best[match.iri][1]:
                    best[match.iri] = match.name, score
        return best, len(exact) > MAX_NAMESAKES

    def _candidate(
        self, query: ReconciliationQuery, iri: str, named: tuple[str, float], identified: dict[str, set[str]]
    ) -> Plain | None:
        """A candidate as the protocol has it, or None when it is of another type. `named`: the name and its score."""
        body = self.body(iri)
        name, name_fit = named
        schemes = identified.get(iri, set())
        fits_type = _fits_type(query, body)
        if not fits_type and query.strict != "should":
            return None
        score = EXACT if schemes else name_fit
        features: list[Plain] = [
            {"id": "name_similarity", "value": round(name_fit, 1)},
            {"id": "name_exact", "value": name_fit == EXACT},
            {"id": "name_of_today", "value": name == body.label},
            {"id": "identifier", "value": bool(schemes)},
        ]
        if query.types:
            features.append({"id": "type", "value": fits_type})
        # Where an identifier of the query belongs to some body, a name alone decides nothing.
        certain = bool(schemes) or (name_fit == EXACT and not identified)
        for prop, texts in query.constraints:
            agrees = _agrees(body, prop, texts)
            if agrees is None or prop.id in schemes or prop.id == "iri":
                continue
            features.append({"id": f"property_{prop.id}", "value": agrees})
            certain = certain and agrees
            score = score + (100 - score) * AGREES if agrees else score * DISAGREES
        if not fits_type:
            score, certain = score * OTHER_TYPE, False
        return {
            "id": self.space.id(iri),
            "name": body.label,
            "description": body.description + _name_clause(body, name),
            "type": [own_type.plain for own_type in body.own_types],
            "score": round(score, 1),
            "match": certain,
            "features": features,
        }


def name_score(text: str, name: str) -> float:
    """How well a name fits a text, from 0 to 100, which only the same name has (case, accents and article aside).

    >>> name_score("the Keele university", "Keele University"), name_score("Keele Univ.", "Keele University")
    (100.0, 95.0)
    """
    (key, normal_form), (other, other_normal_form) = _keys(text), _keys(name)
    if key == other:
        return EXACT
    _, score = name_similarity(normal_form, other_normal_form)
    if score < SHORT_FORM and (is_short_form(key, other) or is_short_form(other, key)):
        score = SHORT_FORM
    return score * 100


@lru_cache(maxsize=10_000)
def _keys(name: str) -> tuple[str, str]:
    """A name as it is looked up, and in its normal form."""
    return lookup_key(name), normalise_name(name)


def _name_clause(body: ReconciledEntity, name: str) -> str:
    """By which name a body was found, where it is not that of today."""
    if not name or name == body.label:
        return ""
    kind = dict(body.entity.other_names).get(name, "")
    label = next((f" ({concept.label})" for concept in concepts("name-kind") if concept.code == kind), "")
    return f". Found as {name}{label}"


def _fits_type(query: ReconciliationQuery, body: ReconciledEntity) -> bool:
    if not query.types:
        return True
    fits = [type_ in body.all_types for type_ in query.types]
    return all(fits) if query.strict == "all" else any(fits)


def _agrees(body: ReconciledEntity, prop: EntityProperty, texts: tuple[str, ...]) -> bool | None:
    """Whether a body has one of the values; None when the graph says nothing of the property."""
    if prop.identifies:
        identifiers = {normalise_identifier(prop.id, value) for value in body.entity.identifiers.get(prop.id, [])}
        return None if not identifiers else any(normalise_identifier(prop.id, text) in identifiers for text in texts)
    values = prop.values(body)[:MAX_COUNT]
    if prop.id == "name":
        values += [{"str": name} for name, _ in body.entity.other_names]
    if prop.id == "type":
        values += [{"id": id_, "name": entity_types()[id_].name} for id_ in sorted(body.all_types)]
    stated = {text for value in values for text in value.values()}
    folded = {fold_name(text) for text in stated}
    return None if not stated else any(text in stated or fold_name(text) in folded for text in texts)


def bodies_with_identifier(reader: Reader, scheme: str, value: str) -> list[str]:
    """The bodies that have an identifier, in any of its spellings."""
    spellings = " ".join(
        json.dumps(spelling.encode("utf-8", "replace").decode(), ensure_ascii=False)
        for spelling in identifier_spellings(scheme, value)
    )
    rows = reader.rows(
        f"SELECT DISTINCT ?body {{ VALUES ?value {{ {spellings} }} "
        f"?i skos:notation ?value ; pg:scheme <{CODE[scheme]}> . ?body adms:identifier ?i }} ORDER BY ?body"
    )
    return [str(row["body"]) for row in rows if ":" in str(row["body"])]
