"""One reconciliation query: which bodies it may mean, how likely each is, and why.

A candidate is a match only by an exact name that no other body has, or by an exact identifier. Likeness alone never is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING, Any

from partnergraph.claims.name_search import find, fold, shortens
from partnergraph.errors import QueryError
from partnergraph.reconcile.properties import Facts, Property, properties, types
from partnergraph.store.name_index import key
from partnergraph.vocabulary import CODE, concepts

if TYPE_CHECKING:
    from partnergraph.reconcile.properties import Space
    from partnergraph.store import Reader

Plain = dict[str, Any]
FIELDS = ("query", "type", "limit", "properties", "type_strict")
STRICT = ("any", "should", "all")
LIMIT = 10
MOST = 100  # candidates, whatever the limit
LOOKED_AT = 40  # bodies that a name finds, before types and properties are looked at
NAMESAKES = 200
LONGEST = 500
MOST_PROPERTIES = 50
MOST_COMPARED = 20
# What a way of being found is worth, of 100; likeness lies between.
EXACT, SHORT, WORDS = 100.0, 80.0, 70.0
LIKE = 75.0  # at most, for names that are only alike
OTHER_TYPE = 0.6
DISAGREES = 0.8
AGREES = 0.25  # of what is missing to 100


@dataclass(frozen=True)
class Query:
    """A query that was read: what is looked for."""

    text: str
    types: tuple[str, ...]
    strict: str
    limit: int
    given: tuple[tuple[Property, tuple[str, ...]], ...]


def read(name: str, raw: object) -> Query:
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
    if len(text) > LONGEST:
        raise QueryError(f"'{name}.query' is longer than {LONGEST} characters.")
    wanted = asked.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) and wanted else wanted or []
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise QueryError(f"'{name}.type' is neither the id of a type nor a list of ids.")
    for one in wanted:
        known_type(one, f"{name}.type")
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
    return Query(text, tuple(wanted), strict, int(min(limit, MOST)), given)


def known_type(id_: str, where: str) -> None:
    """Raises `QueryError` when there is no such type."""
    if id_ not in types():
        raise QueryError(f"'{where}': there is no type '{id_[:80]}'. /reconcile/suggest/type lists them.")


def known_property(id_: str, where: str) -> Property:
    """The property of an id. Raises `QueryError` when there is none."""
    if id_ not in properties():
        raise QueryError(f"'{where}': there is no property '{id_[:80]}'. /reconcile/suggest/property lists them.")
    return properties()[id_]


def _given(name: str, raw: object) -> tuple[tuple[Property, tuple[str, ...]], ...]:
    if not isinstance(raw, list):
        raise QueryError(f"'{name}.properties' is not a list.")
    if len(raw) > MOST_PROPERTIES:
        raise QueryError(f"'{name}.properties' has more than {MOST_PROPERTIES} entries.")
    found = []
    for number, one in enumerate(raw):
        where = f"{name}.properties[{number}]"
        if not isinstance(one, dict) or not isinstance(one.get("pid"), str) or "v" not in one:
            raise QueryError(f"'{where}' is not an object with 'pid' (a text) and 'v'.")
        values = one["v"] if isinstance(one["v"], list) else [one["v"]]
        if len(values) > MOST_PROPERTIES:
            raise QueryError(f"'{where}.v' has more than {MOST_PROPERTIES} values.")
        texts = [_text(value, f"{where}.v") for value in values]
        found.append((known_property(one["pid"], f"{where}.pid"), tuple(text for text in texts if text)))
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
    if len(text) > LONGEST:
        raise QueryError(f"'{where}' is longer than {LONGEST} characters.")
    return text


class Candidates:
    """The candidates for queries to one graph."""

    def __init__(self, reader: Reader, space: Space) -> None:
        self.reader, self.space = reader, space
        self._known: dict[str, Facts] = {}

    def facts(self, iri: str) -> Facts:
        """What is known of a body."""
        if iri not in self._known:
            self._known[iri] = Facts(self.reader, self.space, iri)
        return self._known[iri]

    def found(self, query: Query) -> list[Plain]:
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

    def _identified(self, query: Query) -> dict[str, set[str]]:
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
                    for iri in identified(self.reader, one.id, text):
                        found.setdefault(iri, set()).add(one.id)
        return found

    def _called(self, text: str) -> tuple[dict[str, tuple[str, float]], bool]:
        """The bodies with a name like this: the name, and how like it is (0..100); and whether more have it."""
        wanted = key(text)
        if not wanted:
            return {}, False
        # The bodies that have the very name stand among the candidates even where many others are found.
        exact = list(islice(self.reader.names.called(wanted), NAMESAKES + 1))
        found: dict[str, tuple[str, float]] = {}
        for one in [*exact, *find(self.reader, text, LOOKED_AT)]:
            if ":" in one.iri:
                rated = one.name, self._like(wanted, one.name)
                if one.iri not in found or rated[1] > found[one.iri][1]:
                    found[one.iri] = rated
        return found, len(exact) > NAMESAKES

    @staticmethod
    def _like(wanted: str, name: str) -> float:
        other = key(name)
        if other == wanted:
            return EXACT
        if shortens(wanted, other) or shortens(other, wanted):
            return SHORT
        ratio = SequenceMatcher(None, wanted, other).ratio()
        mine, theirs = set(wanted.split()), set(other.split())
        if mine <= theirs or theirs <= mine:
            return max(LIKE * ratio, WORDS * min(len(mine), len(theirs)) / max(len(mine), len(theirs)))
        return LIKE * ratio

    def _rated(
        self, query: Query, iri: str, matched: tuple[str, float], identified: dict[str, set[str]]
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
    def _typed(query: Query, facts: Facts) -> bool:
        if not query.types:
            return True
        fits = [one in facts.all_types for one in query.types]
        return all(fits) if query.strict == "all" else any(fits)

    @staticmethod
    def _agrees(facts: Facts, one: Property, texts: tuple[str, ...]) -> bool | None:
        """Whether a body has one of the values; None when the graph says nothing of it."""
        if one.identifies:
            have = {form for value in facts.identifiers.get(one.id, []) for form in forms(one.id, value)}
            return None if not have else any(form in have for text in texts for form in forms(one.id, text))
        values = one.values(facts)[:MOST]
        if one.id == "name":
            values += [{"str": name} for name, _ in facts.names]
        if one.id == "type":
            values += [{"str": id_} for id_ in sorted(facts.all_types)]
            values += [{"str": types()[id_].name} for id_ in sorted(facts.all_types)]
        said = {part for value in values for part in value.values()}
        folded = {fold(part) for part in said}
        return None if not said else any(text in said or fold(text) in folded for text in texts)


def identified(reader: Reader, scheme: str, value: str) -> list[str]:
    """The bodies that have an identifier, however it is written."""
    written = " ".join(
        json.dumps(form.encode("utf-8", "replace").decode(), ensure_ascii=False) for form in forms(scheme, value)
    )
    rows = reader.rows(
        f"SELECT DISTINCT ?body {{ VALUES ?value {{ {written} }} "
        f"?i skos:notation ?value ; pg:scheme <{CODE[scheme]}> . ?body adms:identifier ?i }} ORDER BY ?body"
    )
    return [str(row["body"]) for row in rows if ":" in str(row["body"])]


def forms(scheme: str, value: str) -> list[str]:
    """The ways in which an identifier is written: as an address or bare, with spaces or without.

    >>> forms("ror", "https://ror.org/00340yn33"), forms("gss", "e08000026 ")
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
    return list(dict.fromkeys(found))[:MOST_COMPARED]
