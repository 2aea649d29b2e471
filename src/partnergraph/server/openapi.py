"""The server described for programs: OpenAPI 3.1, at `/openapi.json`."""

from __future__ import annotations

from typing import Any

from partnergraph import __version__
from partnergraph.desk.upload import ACTIONS, FILE_FIELD, MULTIPART
from partnergraph.endpoint.content_negotiation import GRAPHS, OFFERED, TABLES
from partnergraph.endpoint.http_response import PROBLEM
from partnergraph.endpoint.sparql_request import FORM, MAX_SECONDS, QUERY
from partnergraph.site.views.analysis import PROJECTIONS

Plain = dict[str, Any]
HTML = "text/html"
JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ERRORS = {
    400: "What was asked is wrong; `detail` says what, where and what to do.",
    403: "What was asked is not allowed here: a server only reads, only this graph, and not for pages of other sites.",
    404: "There is nothing here.",
    406: "The answer has none of the forms that are accepted.",
    413: "The request is too large.",
    415: "The body has a media type that is not read here.",
    421: "The server does not answer for that host.",
    422: "The answer is too large.",
    429: "Too many queries wait; `Retry-After` says when to ask again.",
    503: "The query needed too much memory, or the server is stopping.",
    504: "The query took too long.",
}
_QUERY_ERRORS = (400, 403, 406, 413, 415, 421, 422, 429, 503, 504)
_PAGE_ERRORS = (400, 403, 404, 406, 421, 422, 429, 503, 504)


def openapi(*, desk: bool = False) -> Plain:
    """The description, as the values of a JSON document; with the `desk`, where there is one."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "partnergraph",
            "version": __version__,
            "summary": "A partnership graph, read-only.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {
            "/sparql": _sparql(),
            "/draw": _draw(),
            "/network": {
                "get": _operation(
                    *("network", "The questions about the network, with forms", _response(HTML), _PAGE_ERRORS)
                )
            },
            "/network/{command}": _network_answer(),
            "/questions": {
                "get": _operation(
                    *("questions", "The named questions; with words, the nearest to them"),
                    *(_response(JSON), _PAGE_ERRORS),
                    parameters=[_parameter("words", "What somebody would ask, in words", "Who funds Keele?")],
                )
            },
            "/questions/{name}": {
                "get": _operation(
                    *("question", "A named question, with its parameters beside it, as SPARQL"),
                    *(_response(JSON), _PAGE_ERRORS),
                    parameters=[
                        _path_parameter("name", "Its name", "partners"),
                        _parameter("organisation", "An organisation", "Keele"),
                    ],
                )
            },
            "/search": {
                "get": _operation(
                    *("search", "Bodies by any of their names: today's, former or short"),
                    *(_response(JSON, HTML), _PAGE_ERRORS),
                    parameters=[
                        _parameter("q", "A name, or a part of one", "PHE"),
                        _parameter("format", "A form instead of the Accept header", "json", ["html", "json"]),
                    ],
                )
            },
            "/id/{path}": _resource(),
            **_reconcile(),
            "/labels": {
                "post": _operation(
                    *("labels", "The names of some IRIs"),
                    *(_response(JSON), (*_PAGE_ERRORS, 413, 415)),
                    body={FORM: _fields({"iris": "IRIs, one a line"}, ["iris"])},
                )
            },
            "/terms": {
                "get": _operation(
                    "terms", "Prefixes and terms of the graph, for an editor", _response(JSON), _PAGE_ERRORS
                )
            },
            "/": {"get": _operation("page", "The page of the graph", _response(HTML), _PAGE_ERRORS)},
            "/ask": {"get": _operation("workbench", "The workbench", _response(HTML), _PAGE_ERRORS)},
            "/endpoint": {"get": _operation("guide", "How to use the endpoint", _response(HTML), _PAGE_ERRORS)},
            **(_desk() if desk else {}),
        },
        "components": {
            "schemas": {
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457",
                    "required": ["status", "detail"],
                    "properties": {"status": {"type": "integer"}, "detail": {"type": "string", "minLength": 1}},
                }
            }
        },
    }


def _reconcile() -> Plain:
    """The reconciliation service: https://reconciliation-api.github.io/specs/0.2/."""
    queries = _parameter("queries", "Queries in JSON by names of your own", '{"q0": {"query": "Keele", "limit": 3}}')
    extend = _parameter("extend", "Ids and properties in JSON", '{"ids": ["org/nice"], "properties": [{"id": "ror"}]}')
    limit = _parameter("limit", "How many at most", "5")
    fields = {parameter["name"]: parameter["description"] for parameter in (queries, extend)}
    errors = (*_PAGE_ERRORS, 413, 415)
    return {
        "/reconcile": {
            "get": _operation(
                *(
                    "reconcile",
                    "Match names against the graph (Reconciliation API 0.2); without parameters, the manifest",
                ),
                *(_response(JSON), errors),
                parameters=[queries, extend],
            ),
            "post": _operation(
                *("reconcile-by-post", "The same by a form, as OpenRefine sends it"),
                *(_response(JSON), errors),
                body={FORM: _fields(fields, [])},
            ),
        },
        "/reconcile/suggest/{what}": {
            "get": _operation(
                *("reconcile-suggest", "Entities, properties or types by the beginning of a name"),
                *(_response(JSON), errors),
                parameters=[
                    _path_parameter("what", "Of what", "entity") | {"schema": {"enum": ["entity", "property", "type"]}},
                    _parameter("prefix", "The beginning of a name", "kee"),
                    _parameter("cursor", "How many to leave out", "0"),
                    limit,
                ],
            )
        },
        "/reconcile/properties": {
            "get": _operation(
                *("reconcile-properties", "Properties that an extension may ask for"),
                *(_response(JSON), errors),
                parameters=[_parameter("type", "The id of a type", "organisation"), limit],
            )
        },
        "/reconcile/preview": {
            "get": _operation(
                *("reconcile-preview", "A body in a small frame"),
                *(_response(HTML), errors),
                parameters=[_parameter("id", "The id of a body", "org/keele-university")],
            )
        },
    }


def _sparql() -> Plain:
    response = _response(*_media(TABLES), *_media(GRAPHS))
    named = {
        "query": "A query in SPARQL 1.1",
        "as-of": "A date: 2014, 2014-06 or 2014-06-30",
        "default-graph-uri": "A graph of the default graph",
        "named-graph-uri": "A named graph",
        "timeout": f"Seconds, at most {MAX_SECONDS:g}",
        "explain": "Not empty: say why there is no answer",
        "format": "A form by its name (csv, json, turtle ...) or media type, which goes before the Accept header; also "
        "'output' or 'results'. What else is sent is ignored, and named in X-Partnergraph-Note",
    }
    return {
        "get": _operation(
            *("query", "Ask (SPARQL 1.1 Protocol, 2.1.1); without a query, the description of the service"),
            *(response, _QUERY_ERRORS),
            parameters=[
                *_query_parameters(),
                *(_parameter(name, named[name], example) for name, example in (("explain", "1"), ("timeout", "5"))),
                _parameter("format", named["format"], "csv"),
            ],
        ),
        "post": _operation(
            *("query-by-post", "Ask by a form (2.1.2), or with the query alone (2.1.3)"),
            *(response, _QUERY_ERRORS),
            body={
                FORM: _fields(named, ["query"]),
                QUERY: {"schema": {"type": "string"}, "example": "ASK { ?s ?p ?o }"},
            },
        ),
    }


def _desk() -> Plain:
    fields = _fields({"action": "What is wanted"}, [FILE_FIELD])
    fields["schema"]["properties"] |= {
        "action": {"enum": list(ACTIONS), "default": ACTIONS[0]},
        FILE_FIELD: {"type": "string", "format": "binary", "description": ".xlsx, .ods, or a .zip of your tables"},
    }
    operation = _operation(
        *("desk-check", "What is wrong in a workbook and what it would change, its marked copy, or its page"),
        *(_response(HTML, XLSX), (*_PAGE_ERRORS, 413, 415)),
        body={MULTIPART: fields},
    )
    operation["responses"]["422"]["content"][HTML] = {}  # why there is no copy or page stands on the page of the desk
    workbook = _operation("desk-workbook", "What is published, as a workbook", _response(XLSX), _PAGE_ERRORS)
    workbook["responses"]["404"]["content"][HTML] = {}  # the graph was not made of tables
    return {
        "/desk": {"get": _operation("desk", "The desk", _response(HTML), _PAGE_ERRORS), "post": operation},
        "/desk/workbook": {"get": workbook},
    }


def _draw() -> Plain:
    question = "A named question, with its parameters beside it"
    fields = {"query": "A query in SPARQL 1.1", "question": question, "as-of": "A date"}
    errors = (*_PAGE_ERRORS, 413, 415)
    return {
        "get": _operation(
            *("draw", "The answer to a query or a named question as a network page"),
            *(_response(HTML), errors),
            parameters=[*_query_parameters(), _parameter("question", question, "disputed")],
        ),
        "post": _operation(
            *("draw-by-post", "The same by a form, for a long query"),
            *(_response(HTML), errors),
            body={FORM: _fields(fields, [])},
        ),
    }


def _resource() -> Plain:
    operation = _operation(
        *("thing", "A thing of the graph by its IRI: a page, or what is said of it"),
        *(_response(*_media(OFFERED)), _PAGE_ERRORS),
        parameters=[
            _path_parameter("path", "The rest of its IRI", "org/keele-university"),
            _parameter("format", "A form by its name instead of the Accept header", "turtle", list(OFFERED)),
        ],
    )
    operation["responses"]["404"]["content"][HTML] = {}  # who asks for a page is told by a page
    return {"get": operation}


def _network_answer() -> Plain:
    operation = _operation(
        *("network-answer", "What the network says, as a page or drawn"),
        *(_response(HTML), _PAGE_ERRORS),
        parameters=[
            _path_parameter("command", "Which question", "summary"),
            _parameter("organisation", "An organisation", "Keele University"),
            _parameter("projection", "Which claims join two bodies", "claims", list(PROJECTIONS)),
            _parameter("as_of", "A year, month or day", "2020"),
            _parameter("draw", "Anything: the answer as a map", "yes"),
        ],
    )
    operation["responses"]["400"]["content"][HTML] = {}  # what is wrong stands on the page of the question
    return {"get": operation}


def _media(forms: Any) -> list[str]:
    return [media.partition(";")[0] for media in forms.values()]


def _operation(
    name: str,
    summary: str,
    answer: Plain,
    errors: tuple[int, ...],
    *,
    parameters: list[Plain] | None = None,
    body: Plain | None = None,
) -> Plain:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses = {
        str(status): {"description": _ERRORS[status], "content": {PROBLEM: problem}} for status in sorted(errors)
    }
    operation: Plain = {"operationId": name, "summary": summary, "responses": {"200": answer} | responses}
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _response(*media: str) -> Plain:
    return {"description": "The answer.", "content": {media_type: {} for media_type in dict.fromkeys(media)}}


def _query_parameters() -> list[Plain]:
    query = "SELECT ?from ?to { ?r pg:kind code:funding ; pg:from ?from ; pg:to ?to }"
    return [
        _parameter("query", "A query in SPARQL 1.1", query),
        _parameter("as-of", "2014, 2014-06 or 2014-06-30", "2014-06"),
    ]


def _parameter(name: str, about: str, example: str, among: list[str] | None = None) -> Plain:
    schema: Plain = {"type": "string"} | ({"enum": among} if among else {})
    return {"name": name, "in": "query", "description": about, "schema": schema, "example": example}


def _path_parameter(name: str, about: str, example: str) -> Plain:
    return _parameter(name, about, example) | {
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1},
    }


def _fields(named: dict[str, str], required: list[str]) -> Plain:
    properties = {name: {"type": "string", "description": about} for name, about in named.items()}
    return {"schema": {"type": "object", "properties": properties, "required": required}}
