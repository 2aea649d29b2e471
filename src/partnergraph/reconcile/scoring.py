"""One reconciliation query: which bodies it may mean, how likely each is, and why.

A candidate is a match only by an exact name that no other body has, or by an exact identifier. Likeness alone never is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING, Any

from partnergraph.claims.name_search import find_by_name, fold_name, is_short_form
from partnergraph.errors import QueryError
from partnergraph.reconcile.properties import EntityProperties, EntityProperty, entity_properties, entity_types
from partnergraph.store.name_index import lookup_key
from partnergraph.vocabulary import CODE, concepts

if TYPE_CHECKING:
    from partnergraph.reconcile.properties import IdentifierSpace
    from partnergraph.store import Reader

Plain = dict[str, Any]
FIELDS = ("query", "type", "limit", "properties", "type_strict")
STRICT = ("any", "should", "all")
LIMIT = 10
MAX_COUNT = 100  # candidates, whatever the limit
LOOKED_AT = 40  # bodies that a name finds, before types and properties are looked at
NAMESAKES = 200
MAX_LENGTH = 500
MAX_PROPERTIES = 50
MAX_COMPARED = 20
# What a way of being found is worth, of 100; likeness lies between.
EXACT, SHORT, WORDS = 100.0, 80.0, 70.0
LIKE = 75.0  # at most, for names that are only alike
OTHER_TYPE = 0.6
DISAGREES = 0.8
AGREES = 0.25  # of what is missing to 100


@dataclass(frozen=True)
class ReconciliationQuery:
    """A query that was read: what is looked for."""

    text: str
    types: tuple[str, ...]
    strict: str
    limit: int
    given: tuple[tuple[EntityProperty, tuple[str, ...]], ...]


def read_query(name: str, raw: object) -> ReconciliationQuery:
    """Read one query of a batch. Raises `QueryError` that names the field."""
    if not isinstance(raw, dict):
        raise QueryError(f"'{name}' is not an object. A query is an object with 'query' or 'properties'.")
    for field in raw:
        if field not in FIELDS:
            raise QueryError(f"'{name}' has no field '{field[:80]}'. The fields: {', '.join(FIELDS)}.")
    asked = {field: value for field, value in raw.items() if value is not None}
    text = asked.get("query", "")
    if not isinstance(text, str):
        raise QueryError(f"'{name}.query' is not a text.")
    if len(text) > MAX_LENGTH:
        raise QueryError(f"'{name}.query' is longer than {MAX_LENGTH} characters.")
    wanted = asked.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) and wanted else wanted or []
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise QueryError(f"'{name}.type' is neither the id of a type nor a list of ids.")
    for one in wanted:
        type_by_id(one, f"{name}.type")
    strict = asked.get("type_strict", "any")
    if strict not in STRICT:
        raise QueryError(f"'{name}.type_strict' is one of {', '.join(STRICT)}.")
    limit = asked.get("limit", LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not (limit >= 1 and limit == limit // 1):
        raise QueryError(f"'{name}.limit' is not a whole number from 1.")
    given = _given(name, asked.get("properties", []))
    if not text.strip() and not given:
        raise QueryError(f"'{name}' has neither 'query' nor 'properties'. Say what is looked for.")
    if not text.strip() and not any(one.identifies or one.id in ("name", "iri") for one, _ in given):
        raise QueryError(f"'{name}' has no 'query', and no property that identifies a body. Add a name or identifier.")
    return ReconciliationQuery(text, tuple(wanted), strict, int(min(limit, MAX_COUNT)), given)


def type_by_id(id_: str, where: str) -> None:
    """Raises `QueryError` when there is no such type."""
    if id_ not in entity_types():
        raise QueryError(f"'{where}': there is no type '{id_[:80]}'. /reconcile/suggest/type lists them.")


def property_by_id(id_: str, where: str) -> EntityProperty:
    """The property of an id. Raises `QueryError` when there is none."""
    if id_ not in entity_properties():
        raise QueryError(f"'{where}': there is no property '{id_[:80]}'. /reconcile/suggest/property lists them.")
    return entity_properties()[id_]


def _given(name: str, raw: object) -> tuple[tuple[EntityProperty, tuple[str, ...]], ...]:
    if not isinstance(raw, list):
        raise QueryError(f"'{name}.properties' is not a list.")
    if len(raw) > MAX_PROPERTIES:
        raise QueryError(f"'{name}.properties' has more than {MAX_PROPERTIES} entries.")
    found = []
    for number, one in enumerate(raw):
        where = f"{name}.properties[{number}]"
        if not isinstance(one, dict) or not isinstance(one.get("pid"), str) or "v" not in one:
            raise QueryError(f"'{where}' is not an object with 'pid' (a text) and 'v'.")
        values = one["v"] if isinstance(one["v"], list) else [one["v"]]
        if len(values) > MAX_PROPERTIES:
            raise QueryError(f"'{where}.v' has more than {MAX_PROPERTIES} values.")
        texts = [_text(value, f"{where}.v") for value in values]
        found.append((property_by_id(one["pid"], f"{where}.pid"), tuple(text for text in texts if text)))
    return tuple((one, texts) for one, texts in found if texts)


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
        self._known: dict[str, EntityProperties] = {}

    def facts(self, iri: str) -> EntityProperties:
        """What is known of a body."""
        if iri not in self._known:
            self._known[iri] = EntityProperties(self.reader, self.space, iri)
        return self._known[iri]

    def found(self, query: ReconciliationQuery) -> list[Plain]:
        """The candidates for a query, the likeliest first."""
        identified = self._identified(query)
        texts = [query.text] if query.text.strip() else [t for one, ts in query.given if one.id == "name" for t in ts]
        called: dict[str, tuple[str, float]] = {}
        crowded = False
        for text in texts:
            likely, more = self._called(text)
            crowded = crowded or more
            for iri, matched in likely.items():
                if iri not in called or matched[1] > called[iri][1]:
                    called[iri] = matched
        rows = []
        for iri in sorted({*identified, *called}):
            row = self._rated(query, iri, called.get(iri, ("", 0.0)), identified)
            if row is not None:
                rows.append(row)
        certain = [row for row in rows if row["match"]]
        # A name or an identifier that several have, or that more have than are looked at: nobody is meant for certain.
        if len(certain) > 1 or (crowded and not identified):
            for row in certain:
                row["match"] = False
        rows.sort(key=lambda row: (-row["score"], not row["match"], row["name"].casefold(), row["id"]))
        return rows[: query.limit]

    def _identified(self, query: ReconciliationQuery) -> dict[str, set[str]]:
        """The bodies that have an identifier which was given, each with the schemes by which."""
        found: dict[str, set[str]] = {}
        own = self.space.iri(query.text.strip())
        if own is not None and next(self.reader.names.of(own), None):
            found.setdefault(own, set()).add("id")
        for one, texts in query.given:
            for text in texts:
                if one.id == "iri":
                    iri = self.space.iri(text)
                    if iri is not None and next(self.reader.names.of(iri), None):
                        found.setdefault(iri, set()).add("iri")
                elif one.identifies:
                    for iri in bodies_with_identifier(self.reader, one.id, text):
                        found.setdefault(iri, set()).add(one.id)
        return found

    def _called(self, text: str) -> tuple[dict[str, tuple[str, float]], bool]:
        """The bodies with a name like this: the name, and how like it is (0..100); and whether more have it."""
        wanted = lookup_key(text)
        if not wanted:
            return {}, False
        # The bodies that have the very name stand among the candidates even where many others are found.
        exact = list(islice(self.reader.names.with_name(wanted), NAMESAKES + 1))
        found: dict[str, tuple[str, float]] = {}
        for one in [*exact, *find_by_name(self.reader, text, LOOKED_AT)]:
            if ":" in one.iri:
                rated = one.name, self._like(wanted, one.name)
                if one.iri not in found or rated[1] > found[one.iri][1]:
                    found[one.iri] = rated
        return found, len(exact) > NAMESAKES

    @staticmethod
    def _like(wanted: str, name: str) -> float:
        other = lookup_key(name)
        if other == wanted:
            return EXACT
        if is_short_form(wanted, other) or is_short_form(other, wanted):
            return SHORT
        ratio = SequenceMatcher(None, wanted, other).ratio()
        mine, theirs = set(wanted.split()), set(other.split())
        if mine <= theirs or theirs <= mine:
            return max(LIKE * ratio, WORDS * min(len(mine), len(theirs)) / max(len(mine), len(theirs)))
        return LIKE * ratio

    def _rated(
        self, query: ReconciliationQuery, iri: str, matched: tuple[str, float], identified: dict[str, set[str]]
    ) -> Plain | None:
        """A candidate as the protocol has it, or None when it is of another type."""
        facts = self.facts(iri)
        name, like = matched
        ways = identified.get(iri, set())
        typed = self._typed(query, facts)
        if not typed and query.strict != "should":
            return None
        score = EXACT if ways else like
        features: list[Plain] = [
            {"id": "name_similarity", "value": round(like, 1)},
            {"id": "name_exact", "value": like == EXACT},
            {"id": "name_of_today", "value": name == facts.label},
            {"id": "identifier", "value": bool(ways)},
        ]
        if query.types:
            features.append({"id": "type", "value": typed})
        # Where an identifier that was given belongs to some body, a name alone decides nothing.
        certain = bool(ways) or (like == EXACT and not identified)
        for one, texts in query.given:
            agrees = self._agrees(facts, one, texts)
            if agrees is None or one.id in ways or one.id == "iri":
                continue
            features.append({"id": f"property_{one.id}", "value": agrees})
            certain = certain and agrees
            score = score + (100 - score) * AGREES if agrees else score * DISAGREES
        if not typed:
            score, certain = score * OTHER_TYPE, False
        description = facts.description
        if name and name != facts.label:
            kind = dict(facts.names).get(name, "")
            label = next((f" ({one.label})" for one in concepts("name-kind") if one.code == kind), "")
            description = f"{description}. Found as {name}{label}"
        return {
            "id": self.space.id(iri),
            "name": facts.label,
            "description": description,
            "type": [one.plain for one in facts.own_types],
            "score": round(score, 1),
            "match": certain,
            "features": features,
        }

    @staticmethod
    def _typed(query: ReconciliationQuery, facts: EntityProperties) -> bool:
        if not query.types:
            return True
        fits = [one in facts.all_types for one in query.types]
        return all(fits) if query.strict == "all" else any(fits)

    @staticmethod
    def _agrees(facts: EntityProperties, one: EntityProperty, texts: tuple[str, ...]) -> bool | None:
        """Whether a body has one of the values; None when the graph says nothing of it."""
        if one.identifies:
            have = {form for value in facts.identifiers.get(one.id, []) for form in identifier_forms(one.id, value)}
            return None if not have else any(form in have for text in texts for form in identifier_forms(one.id, text))
        values = one.values(facts)[:MAX_COUNT]
        if one.id == "name":
            values += [{"str": name} for name, _ in facts.names]
        if one.id == "type":
            values += [{"str": id_} for id_ in sorted(facts.all_types)]
            values += [{"str": entity_types()[id_].name} for id_ in sorted(facts.all_types)]
        said = {part for value in values for part in value.values()}
        folded = {fold_name(part) for part in said}
        return None if not said else any(text in said or fold_name(text) in folded for text in texts)


def bodies_with_identifier(reader: Reader, scheme: str, value: str) -> list[str]:
    """The bodies that have an identifier, however it is written."""
    written = " ".join(
        json.dumps(form.encode("utf-8", "replace").decode(), ensure_ascii=False)
        for form in identifier_forms(scheme, value)
    )
    rows = reader.rows(
        f"SELECT DISTINCT ?body {{ VALUES ?value {{ {written} }} "
        f"?i skos:notation ?value ; pg:scheme <{CODE[scheme]}> . ?body adms:identifier ?i }} ORDER BY ?body"
    )
    return [str(row["body"]) for row in rows if ":" in str(row["body"])]


def identifier_forms(scheme: str, value: str) -> list[str]:
    """The ways in which an identifier is written: as an address or bare, with spaces or without.

    >>> identifier_forms("ror", "https://ror.org/00340yn33"), identifier_forms("gss", "e08000026 ")
    (['https://ror.org/00340yn33', '00340yn33'], ['e08000026', 'E08000026'])
    """
    text = value.strip()
    found = [text]
    if scheme in ("website", "wikipedia"):
        bare = text.removeprefix("https://").removeprefix("http://").rstrip("/")
        found += [f"{start}{bare}{end}" for start in ("https://", "http://") for end in ("", "/")]
    elif scheme == "ror":
        bare = text.rstrip("/").rsplit("/", 1)[-1].lower()
        found += [f"https://ror.org/{bare}", bare]
    elif scheme == "isni":
        bare = text.rstrip("/").rsplit("/", 1)[-1].replace(" ", "").replace("-", "").upper()
        found += [bare, " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))]
    elif "://" in text:
        found.append(text.rstrip("/").rsplit("/", 1)[-1])
        if scheme == "crossref-funder":
            found.append(f"https://doi.org/10.13039/{found[-1]}")
    else:
        found += [text.upper(), text.lower()] if text.isascii() else []
        if scheme == "crossref-funder":
            found.append(f"https://doi.org/10.13039/{text}")
    return list(dict.fromkeys(found))[:MAX_COMPARED]
