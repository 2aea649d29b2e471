"""The answers of the reconciliation service (W3C Entity Reconciliation Community Group, Reconciliation API 0.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.claims.name_search import find_by_name, fold_name
from partnergraph.endpoint.http_response import problem_json
from partnergraph.errors import QueryError
from partnergraph.reconcile.properties import (
    EntityProperties,
    EntityProperty,
    IdentifierSpace,
    entity_properties,
    entity_types,
)
from partnergraph.reconcile.scoring import CandidateSearch, ReconciliationQuery, property_by_id, read_query, type_by_id
from partnergraph.site.resource_description import local_path
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView
from partnergraph.vocabulary import ORG

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnergraph.store import Reader

Plain = dict[str, Any]
VERSIONS = ["0.2"]
BATCH = 50  # queries in a batch
MAX_IDS = 200
MAX_PROPERTIES = 60  # properties of one extension
MAX_SUGGESTED = 20
MAX_CURSOR = 1000
MAX_VALUES = 1000  # in a cell
WIDTH, HEIGHT = 420, 220  # of a preview
TOLD = ("place", "register-status", "started", "ended", "other-names", "ror", "website")  # in a preview


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """What a request for `answer` gets. Raises `QueryError` with the field that is wrong."""
    made: Callable[[Reader, dict[str, Any]], Plain | RenderedView] = _ANSWERS[values["answer"]]
    found = made(reader, values)
    if isinstance(found, RenderedView):
        return found
    return RenderedView("application/json", json.dumps(found, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _manifest(reader: Reader, values: dict[str, Any]) -> Plain:
    from partnergraph.network import graph_metadata

    at = values["at"]

    def path(name: str) -> Plain:
        return {"service_url": at, "service_path": f"/reconcile/{name}"}

    limit = {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": "How many values to fetch at most (0: all)",
    }
    return {
        "versions": VERSIONS,
        "name": str(graph_metadata(reader, None, {})["title"]),
        "identifierSpace": IdentifierSpace(reader).start,
        "schemaSpace": ORG.Organization,
        "documentation": f"{at}/",
        "defaultTypes": [entity_types()["organisation"].plain],
        "view": {"url": f"{at}/id/{{{{id}}}}"},
        "preview": {"url": f"{at}/reconcile/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {what: path(f"suggest/{what}") for what in SUGGESTED},
        "extend": {"propose_properties": path("properties"), "property_settings": [limit]},
        "batchSize": BATCH,
    }


def _wrong(status: int, message: str) -> RenderedView:
    return RenderedView("application/problem+json", problem_json(status, message), status)


def _object(text: str, field: str) -> Plain:
    """An object in JSON. Raises `QueryError`."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise QueryError(f"'{field}' is not JSON: {error}.") from None
    except RecursionError:
        raise QueryError(f"'{field}' is nested too deeply.") from None
    if not isinstance(found, dict):
        raise QueryError(f"'{field}' is not an object in JSON.")
    return found


def _queries(reader: Reader, values: dict[str, Any]) -> Plain | RenderedView:
    batch = _object(values["queries"], "queries")
    if len(batch) > BATCH:
        # Section 4.1 names the status.
        return _wrong(413, f"'queries' has {len(batch)} queries. Send at most {BATCH} at once.")
    asked: dict[str, ReconciliationQuery | str] = {}
    for name, raw in batch.items():
        try:
            asked[name] = read_query(name, raw)
        except QueryError as error:
            asked[name] = str(error)
    wrong = [query for query in asked.values() if isinstance(query, str)]
    if wrong and len(wrong) == len(asked):
        raise QueryError(" ".join(wrong[:3]))
    candidates = CandidateSearch(reader, IdentifierSpace(reader))
    return {
        name: {"result": [], "error": query} if isinstance(query, str) else {"result": candidates.found(query)}
        for name, query in asked.items()
    }


def _extend(reader: Reader, values: dict[str, Any]) -> Plain | RenderedView:
    asked = _object(values["extend"], "extend")
    ids, wanted = asked.get("ids"), asked.get("properties")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise QueryError("'extend.ids' is not a list of ids.")
    if len(ids) > MAX_IDS:
        return _wrong(413, f"'extend.ids' has {len(ids)} ids. Send at most {MAX_IDS} at once.")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise QueryError("'extend.properties' is not a list of objects with an 'id'.")
    if len(wanted) > MAX_PROPERTIES:
        raise QueryError(f"'extend.properties' has more than {MAX_PROPERTIES} entries.")
    columns = [_column(one, f"extend.properties[{number}]") for number, one in enumerate(wanted)]
    space = IdentifierSpace(reader)
    rows = {}
    for id_ in ids:
        iri = space.iri(id_)
        known = iri is not None and next(reader.names.of(iri), None) is not None
        facts = EntityProperties(reader, space, iri) if known and iri is not None else None
        rows[id_] = {one.id: one.values(facts)[:limit] if facts is not None else [] for one, limit in columns}
    return {"meta": [_meta(one) for one, _ in columns], "rows": rows}


def _column(raw: Plain, where: str) -> tuple[EntityProperty, int]:
    if not isinstance(raw.get("id"), str):
        raise QueryError(f"'{where}.id' is not the id of a property.")
    one = property_by_id(raw["id"], f"{where}.id")
    settings = raw.get("settings") or {}
    if not isinstance(settings, dict):
        raise QueryError(f"'{where}.settings' is not an object.")
    for name in settings:
        if name != "limit":
            raise QueryError(f"'{where}.settings': there is no setting '{name[:80]}'. The settings: limit.")
    limit = settings.get("limit", 0)
    # A form of a web page gives its numbers as texts.
    digits = str(limit) if not isinstance(limit, bool) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise QueryError(f"'{where}.settings.limit' is not a whole number from 0.")
    return one, min(int(digits) or MAX_VALUES, MAX_VALUES)


def _meta(one: EntityProperty) -> Plain:
    return one.plain | ({"type": entity_types()["organisation"].plain} if one.bodies else {})


def _proposed(reader: Reader, values: dict[str, Any]) -> Plain:  # noqa: ARG001  every answer is made so
    type_ = values.get("type")
    if type_:
        type_by_id(type_, "type")
    limit = _number(values, "limit", len(entity_properties()), least=1)
    found = [one.plain for one in entity_properties().values() if one.id != "name"][:limit]
    return {"properties": found} | ({"type": type_} if type_ else {}) | ({"limit": limit} if "limit" in values else {})


def _number(values: dict[str, Any], name: str, usual: int, *, least: int = 0) -> int:
    text = values.get(name)
    if text in (None, ""):
        return usual
    if not (str(text).isascii() and str(text).isdigit() and len(str(text)) < 10 and int(text) >= least):
        raise QueryError(f"'{name}' is not a whole number from {least}.")
    return int(text)


def _entities(reader: Reader, prefix: str, most: int) -> list[Plain]:
    space = IdentifierSpace(reader)
    own = space.iri(prefix)
    known = [*reader.names.of(own)] if own is not None else []
    found = {one.iri: one for one in [*known, *find_by_name(reader, prefix, most)] if ":" in one.iri}
    rows = []
    for one in found.values():
        facts = EntityProperties(reader, space, one.iri)
        also = f". Also called {one.name}" if one.name != one.label else ""
        rows.append(
            {
                "id": space.id(one.iri),
                "name": one.label,
                "description": facts.description + also,
                "notable": [each.plain for each in facts.own_types],
            }
        )
    return rows


def _listed(entries: list[Plain], prefix: str) -> list[Plain]:
    """Entries whose id or name has words that begin so; those that begin so themselves come first."""
    wanted = fold_name(prefix)
    found = []
    for place, entry in enumerate(entries):
        texts = [fold_name(entry["name"]), fold_name(entry["id"])]
        rank = 0 if wanted in texts else 1 if any(text.startswith(wanted) for text in texts) else 2
        if rank < 2 or any(f" {wanted}" in f" {text}" for text in texts):
            found.append((rank, place, entry))
    return [entry for _, _, entry in sorted(found, key=lambda one: one[:2])]


def _types(_: Reader, prefix: str, __: int) -> list[Plain]:
    broader = entity_types()
    entries = [
        one.plain
        | {"description": one.about}
        | ({"broader": [broader[one.broader].plain]} if one.broader in broader else {})
        for one in broader.values()
    ]
    return _listed(entries, prefix)


def _properties(_: Reader, prefix: str, __: int) -> list[Plain]:
    return _listed([one.plain | {"description": one.about} for one in entity_properties().values()], prefix)


SUGGESTED = {"entity": _entities, "property": _properties, "type": _types}


def _suggest(reader: Reader, values: dict[str, Any]) -> Plain:
    cursor = min(_number(values, "cursor", 0), MAX_CURSOR)
    limit = min(_number(values, "limit", MAX_SUGGESTED, least=1), MAX_SUGGESTED)
    if "prefix" not in values:
        raise QueryError("There is no 'prefix': the beginning of a name.")
    prefix = values["prefix"][:500]
    if values["what"] == "entity" and not prefix.strip():
        return {"result": []}
    found = SUGGESTED[values["what"]](reader, prefix, cursor + limit)
    return {"result": found[cursor : cursor + limit]}


def _preview(reader: Reader, values: dict[str, Any]) -> RenderedView:
    space = IdentifierSpace(reader)
    iri = space.iri(values.get("id", ""))
    if iri is None or next(reader.names.of(iri), None) is None:
        return _wrong(404, "'id': there is no body of this id.")
    facts = EntityProperties(reader, space, iri)
    told = [
        (one.name, [value["str"] for value in one.values(facts)]) for one in (entity_properties()[id_] for id_ in TOLD)
    ]
    page = render_template(
        *("preview.html.j2", reader),
        facts=facts,
        rows=[(name, values) for name, values in told if values],
        link=local_path(iri, space.start.removesuffix("id/")),
    )
    return RenderedView(HTML, page)


_ANSWERS: dict[str, Callable[[Reader, dict[str, Any]], Any]] = {
    "manifest": _manifest,
    "queries": _queries,
    "extend": _extend,
    "properties": _proposed,
    "suggest": _suggest,
    "preview": _preview,
}
