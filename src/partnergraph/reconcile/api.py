"""The responses of the reconciliation service (W3C Entity Reconciliation Community Group, Reconciliation API 0.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.claims.name_search import find_by_name, fold_name
from partnergraph.endpoint.http_response import problem_json
from partnergraph.errors import QueryError
from partnergraph.reconcile.properties import (
    EntityProperty,
    IdentifierSpace,
    ReconciledEntity,
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
MAX_BATCH = 50  # queries
MAX_IDS = 200
MAX_PROPERTIES = 60  # properties of one extension
MAX_SUGGESTED = 20
MAX_CURSOR = 1000
MAX_VALUES = 1000  # in a cell
WIDTH, HEIGHT = 420, 220  # of a preview
PREVIEWED = ("place", "register-status", "started", "ended", "other-names", "ror", "website")  # in a preview


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The response to a request for `answer`, one of `_RESPONSES`. Raises `QueryError` with the field that is wrong."""
    response = _RESPONSES[values["answer"]](reader, values)
    if isinstance(response, RenderedView):
        return response
    body = json.dumps(response, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return RenderedView("application/json", body)


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
        "suggest": {kind: path(f"suggest/{kind}") for kind in SUGGESTED},
        "extend": {"propose_properties": path("properties"), "property_settings": [limit]},
        "batchSize": MAX_BATCH,
    }


def _problem(status: int, message: str) -> RenderedView:
    return RenderedView("application/problem+json", problem_json(status, message), status)


def _object(text: str, field: str) -> Plain:
    """An object in JSON. Raises `QueryError`."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise QueryError(f"'{field}' is not JSON: {error}.") from None
    except RecursionError:
        raise QueryError(f"'{field}' is nested too deeply.") from None
    if not isinstance(value, dict):
        raise QueryError(f"'{field}' is not an object in JSON.")
    return value


def _queries(reader: Reader, values: dict[str, Any]) -> Plain | RenderedView:
    batch = _object(values["queries"], "queries")
    if len(batch) > MAX_BATCH:
        # Section 4.1 names the status.
        return _problem(413, f"'queries' has {len(batch)} queries. Send at most {MAX_BATCH} at once.")
    queries: dict[str, ReconciliationQuery | str] = {}  # or what is wrong with it
    for name, raw in batch.items():
        try:
            queries[name] = read_query(name, raw)
        except QueryError as error:
            queries[name] = str(error)
    errors = [query for query in queries.values() if isinstance(query, str)]
    if errors and len(errors) == len(queries):
        raise QueryError(" ".join(errors[:3]))
    search = CandidateSearch(reader, IdentifierSpace(reader))
    return {
        name: {"result": [], "error": query} if isinstance(query, str) else {"result": search.candidates(query)}
        for name, query in queries.items()
    }


def _extend(reader: Reader, values: dict[str, Any]) -> Plain | RenderedView:
    request = _object(values["extend"], "extend")
    ids, properties = request.get("ids"), request.get("properties")
    if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
        raise QueryError("'extend.ids' is not a list of ids.")
    if len(ids) > MAX_IDS:
        return _problem(413, f"'extend.ids' has {len(ids)} ids. Send at most {MAX_IDS} at once.")
    if not isinstance(properties, list) or not all(isinstance(entry, dict) for entry in properties):
        raise QueryError("'extend.properties' is not a list of objects with an 'id'.")
    if len(properties) > MAX_PROPERTIES:
        raise QueryError(f"'extend.properties' has more than {MAX_PROPERTIES} entries.")
    columns = [_column(entry, f"extend.properties[{number}]") for number, entry in enumerate(properties)]
    space = IdentifierSpace(reader)
    rows = {}
    for id_ in ids:
        body = _body(reader, space, id_)
        rows[id_] = {prop.id: prop.values(body)[:limit] if body is not None else [] for prop, limit in columns}
    return {"meta": [_meta(prop) for prop, _ in columns], "rows": rows}


def _body(reader: Reader, space: IdentifierSpace, id_: str) -> ReconciledEntity | None:
    """The body of an id, None where the graph has none."""
    iri = space.iri(id_)
    exists = iri is not None and next(reader.names.of(iri), None) is not None
    return ReconciledEntity(reader, space, iri) if exists and iri is not None else None


def _column(raw: Plain, where: str) -> tuple[EntityProperty, int]:
    """A property that an extension asks for, and how many of its values at most."""
    if not isinstance(raw.get("id"), str):
        raise QueryError(f"'{where}.id' is not the id of a property.")
    prop = property_by_id(raw["id"], f"{where}.id")
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
    return prop, min(int(digits) or MAX_VALUES, MAX_VALUES)


def _meta(prop: EntityProperty) -> Plain:
    return prop.plain | ({"type": entity_types()["organisation"].plain} if prop.bodies else {})


def _proposed_properties(reader: Reader, values: dict[str, Any]) -> Plain:  # noqa: ARG001  all responses are made so
    type_ = values.get("type")
    if type_:
        type_by_id(type_, "type")
    limit = _number(values, "limit", len(entity_properties()), least=1)
    properties = [prop.plain for prop in entity_properties().values() if prop.id != "name"][:limit]
    return (
        {"properties": properties}
        | ({"type": type_} if type_ else {})
        | ({"limit": limit} if "limit" in values else {})
    )


def _number(values: dict[str, Any], name: str, default: int, *, least: int = 0) -> int:
    text = values.get(name)
    if text in (None, ""):
        return default
    if not (str(text).isascii() and str(text).isdigit() and len(str(text)) < 10 and int(text) >= least):
        raise QueryError(f"'{name}' is not a whole number from {least}.")
    return int(text)


def _suggested_entities(reader: Reader, prefix: str, limit: int) -> list[Plain]:
    space = IdentifierSpace(reader)
    iri = space.iri(prefix)
    identified = list(reader.names.of(iri)) if iri is not None else []
    matches = {match.iri: match for match in [*identified, *find_by_name(reader, prefix, limit)] if ":" in match.iri}
    rows = []
    for match in matches.values():
        body = ReconciledEntity(reader, space, match.iri)
        also = f". Also called {match.name}" if match.name != match.label else ""
        rows.append(
            {
                "id": space.id(match.iri),
                "name": match.label,
                "description": body.description + also,
                "notable": [own_type.plain for own_type in body.own_types],
            }
        )
    return rows


def _beginning_with(entries: list[Plain], prefix: str) -> list[Plain]:
    """Entries whose id or name has words that begin so; those that begin so themselves come first."""
    folded = fold_name(prefix)
    ranked = []
    for number, entry in enumerate(entries):
        texts = [fold_name(entry["name"]), fold_name(entry["id"])]
        rank = 0 if folded in texts else 1 if any(text.startswith(folded) for text in texts) else 2
        if rank < 2 or any(f" {folded}" in f" {text}" for text in texts):
            ranked.append((rank, number, entry))
    return [entry for _, _, entry in sorted(ranked, key=lambda ranking: ranking[:2])]


def _suggested_types(_: Reader, prefix: str, __: int) -> list[Plain]:
    types = entity_types()
    entries = [
        type_.plain
        | {"description": type_.definition}
        | ({"broader": [types[type_.broader].plain]} if type_.broader in types else {})
        for type_ in types.values()
    ]
    return _beginning_with(entries, prefix)


def _suggested_properties(_: Reader, prefix: str, __: int) -> list[Plain]:
    entries = [prop.plain | {"description": prop.definition} for prop in entity_properties().values()]
    return _beginning_with(entries, prefix)


SUGGESTED = {"entity": _suggested_entities, "property": _suggested_properties, "type": _suggested_types}


def _suggest(reader: Reader, values: dict[str, Any]) -> Plain:
    cursor = min(_number(values, "cursor", 0), MAX_CURSOR)
    limit = min(_number(values, "limit", MAX_SUGGESTED, least=1), MAX_SUGGESTED)
    if "prefix" not in values:
        raise QueryError("There is no 'prefix': the beginning of a name.")
    prefix = values["prefix"][:500]
    if values["what"] == "entity" and not prefix.strip():
        return {"result": []}
    suggestions = SUGGESTED[values["what"]](reader, prefix, cursor + limit)
    return {"result": suggestions[cursor : cursor + limit]}


def _preview(reader: Reader, values: dict[str, Any]) -> RenderedView:
    space = IdentifierSpace(reader)
    body = _body(reader, space, values.get("id", ""))
    if body is None:
        return _problem(404, "'id': there is no body of this id.")
    properties = [entity_properties()[id_] for id_ in PREVIEWED]
    rows = [(prop.name, [value["str"] for value in prop.values(body)]) for prop in properties]
    page = render_template(
        *("preview.html.j2", reader),
        entity=body,
        rows=[(name, texts) for name, texts in rows if texts],
        link=local_path(body.iri, space.start.removesuffix("id/")),
    )
    return RenderedView(HTML, page)


_RESPONSES: dict[str, Callable[[Reader, dict[str, Any]], Plain | RenderedView]] = {
    "manifest": _manifest,
    "queries": _queries,
    "extend": _extend,
    "properties": _proposed_properties,
    "suggest": _suggest,
    "preview": _preview,
}
