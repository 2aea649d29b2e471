"""What is wrong with a request to the reconciliation service is refused, and said by the name of the field."""

from __future__ import annotations

import pytest

from partnergraph.reconcile.api import MAX_BATCH, MAX_IDS
from tests.server.conftest import Server
from tests.server.test_routes import FORM, posted

DEEP = '{"q0":' * 20_000 + "1" + "}" * 20_000
WRONG = [
    ("queries", "", 400, "'queries' is not JSON"),
    ("queries", "{", 400, "'queries' is not JSON"),
    ("queries", "[]", 400, "'queries' is not an object"),
    ("queries", '"Keele"', 400, "'queries' is not an object"),
    ("queries", DEEP, 400, "'queries' is nested too deeply"),
    ("queries", {"q0": "Keele"}, 400, "'q0' is not an object"),
    ("queries", {"q0": None}, 400, "'q0' is not an object"),
    ("queries", {"q0": {}}, 400, "'q0' has neither 'query' nor 'properties'"),
    ("queries", {"q0": {"query": ""}}, 400, "'q0' has neither"),
    ("queries", {"q0": {"query": "  ", "properties": []}}, 400, "'q0' has neither"),
    ("queries", {"q0": {"query": 5}}, 400, "'q0.query' is not a text"),
    ("queries", {"q0": {"query": ["a"]}}, 400, "'q0.query' is not a text"),
    ("queries", {"q0": {"query": "x" * 501}}, 400, "'q0.query' is longer than 500"),
    ("queries", {"q0": {"query": "a", "type": 1}}, 400, "'q0.type' is neither"),
    ("queries", {"q0": {"query": "a", "type": [1]}}, 400, "'q0.type' is neither"),
    ("queries", {"q0": {"query": "a", "type": "planet"}}, 400, "there is no type 'planet'"),
    ("queries", {"q0": {"query": "a", "type": ["charity", "x"]}}, 400, "there is no type 'x'"),
    ("queries", {"q0": {"query": "a", "type_strict": "maybe"}}, 400, "'q0.type_strict' is one of"),
    ("queries", {"q0": {"query": "a", "type_strict": {}}}, 400, "'q0.type_strict' is one of"),
    ("queries", {"q0": {"query": "a", "limit": 0}}, 400, "'q0.limit' is not a whole number"),
    ("queries", {"q0": {"query": "a", "limit": -1}}, 400, "'q0.limit' is not a whole number"),
    ("queries", {"q0": {"query": "a", "limit": 1.5}}, 400, "'q0.limit' is not a whole number"),
    ("queries", {"q0": {"query": "a", "limit": "3"}}, 400, "'q0.limit' is not a whole number"),
    ("queries", {"q0": {"query": "a", "limit": True}}, 400, "'q0.limit' is not a whole number"),
    ("queries", '{"q0": {"query": "a", "limit": NaN}}', 400, "'q0.limit' is not a whole number"),
    ("queries", '{"q0": {"query": "a", "limit": Infinity}}', 400, "'q0.limit' is not a whole number"),
    ("queries", {"q0": {"query": "a", "properties": {}}}, 400, "'q0.properties' is not a list"),
    ("queries", {"q0": {"query": "a", "properties": [1]}}, 400, "'q0.properties[0]' is not an object"),
    ("queries", {"q0": {"query": "a", "properties": [{"pid": "ror"}]}}, 400, "'q0.properties[0]' is not"),
    ("queries", {"q0": {"query": "a", "properties": [{"v": "x"}]}}, 400, "'q0.properties[0]' is not"),
    ("queries", {"q0": {"query": "a", "properties": [{"pid": "x", "v": "y"}]}}, 400, "there is no property 'x'"),
    ("queries", {"q0": {"query": "a", "properties": [{"pid": "ror", "v": {}}]}}, 400, "'q0.properties[0].v' is not"),
    ("queries", {"q0": {"query": "a", "properties": [{"pid": "ror", "v": None}]}}, 400, "'q0.properties[0].v' is not"),
    ("queries", {"q0": {"properties": [{"pid": "place", "v": "London"}]}}, 400, "'q0' has no 'query'"),
    ("queries", {"q0": {"query": "a", "colour": "red"}}, 400, "'q0' has no field 'colour'"),
    ("queries", {f"q{n}": {"query": "a"} for n in range(MAX_BATCH + 1)}, 413, f"Send at most {MAX_BATCH} at once"),
    ("queries", '{"q0": {"query": "' + "x" * 1_100_000 + '"}}', 413, "larger than"),
    ("extend", "nonsense", 400, "'extend' is not JSON"),
    ("extend", {"ids": "a", "properties": []}, 400, "'extend.ids' is not a list"),
    ("extend", {"ids": [1], "properties": []}, 400, "'extend.ids' is not a list"),
    ("extend", {"properties": []}, 400, "'extend.ids' is not a list"),
    ("extend", {"ids": []}, 400, "'extend.properties' is not a list"),
    ("extend", {"ids": [], "properties": ["ror"]}, 400, "'extend.properties' is not a list"),
    ("extend", {"ids": [], "properties": [{}]}, 400, "'extend.properties[0].id' is not"),
    ("extend", {"ids": [], "properties": [{"id": "x"}]}, 400, "there is no property 'x'"),
    ("extend", {"ids": [], "properties": [{"id": "ror", "settings": 1}]}, 400, "settings' is not an object"),
    ("extend", {"ids": [], "properties": [{"id": "ror", "settings": {"x": 1}}]}, 400, "there is no setting 'x'"),
    ("extend", {"ids": [], "properties": [{"id": "ror", "settings": {"limit": -1}}]}, 400, "limit' is not a whole"),
    ("extend", {"ids": [], "properties": [{"id": "ror", "settings": {"limit": True}}]}, 400, "limit' is not a whole"),
    ("extend", {"ids": ["a"] * (MAX_IDS + 1), "properties": []}, 413, f"Send at most {MAX_IDS} at once"),
    ("query", "Keele", 400, "There is no parameter 'query'. The parameters: queries, extend."),
    ("callback", "x", 400, "JSONP"),
]


@pytest.mark.parametrize(("field", "value", "status", "detail"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_what_is_wrong_is_refused_and_named(
    server: Server, field: str, value: object, status: int, detail: str
) -> None:
    said = posted(server, field, value)
    assert said.status == status, said.body
    assert said.headers["content-type"] == "application/problem+json"
    assert detail in said.json["detail"]


@pytest.mark.parametrize(
    ("method", "target", "body", "headers", "status", "detail"),
    [
        ("POST", "/reconcile", b"", FORM, 400, "There is nothing to answer"),
        ("POST", "/reconcile", b'{"queries": {}}', {"Content-Type": "application/json"}, 415, "Send a form"),
        ("POST", "/reconcile", b"queries=%ZZ", FORM, 400, "not encoded"),
        ("POST", "/reconcile", b"queries={}&extend={}", FORM, 400, "both 'queries' and 'extend'"),
        ("PUT", "/reconcile", b"", FORM, 405, ""),
        ("GET", "/reconcile?callback=jQuery1&_=1", None, {}, 400, "JSONP"),
        ("GET", "/reconcile", None, {"Host": "evil.example"}, 421, "does not answer for that host"),
        ("GET", "/reconcile/suggest/planet?prefix=a", None, {}, 404, "What is suggested"),
        ("GET", "/reconcile/suggest/entity", None, {}, 400, "There is no 'prefix'"),
        ("GET", "/reconcile/suggest/entity?prefix=a&cursor=-1", None, {}, 400, "'cursor' is not a whole number"),
        ("GET", "/reconcile/suggest/entity?prefix=a&limit=0", None, {}, 400, "'limit' is not a whole number"),
        ("GET", "/reconcile/suggest/type?prefix=a&callback=x", None, {}, 400, "JSONP"),
        ("GET", "/reconcile/properties?type=planet", None, {}, 400, "there is no type 'planet'"),
        ("GET", "/reconcile/properties?limit=x", None, {}, 400, "'limit' is not a whole number"),
        ("GET", "/reconcile/preview", None, {}, 404, "there is no body"),
        ("GET", "/reconcile/preview?id=org%2Fnobody", None, {}, 404, "there is no body"),
        ("GET", "/reconcile/preview?id=%3Cscript%3E", None, {}, 404, "there is no body"),
        ("GET", "/reconcile/preview?id=%00%20%22", None, {}, 404, "there is no body"),
        ("GET", "/reconcile/nothing", None, {}, 404, ""),
    ],
)
def test_requests_that_are_no_requests_are_refused(
    server: Server, method: str, target: str, body: bytes | None, headers: dict[str, str], status: int, detail: str
) -> None:
    said = server.send(method, target, body, headers)
    assert said.status == status, said.body
    assert detail in said.json["detail"]


def test_one_bad_query_does_not_lose_the_others(server: Server) -> None:
    said = posted(server, "queries", {"q0": {"query": "NICE"}, "q1": {"query": "NICE", "type": "planet"}})
    assert said.status == 200
    assert said.json["q0"]["result"][0]["match"]
    assert said.json["q1"]["result"] == []
    assert "there is no type 'planet'" in said.json["q1"]["error"]
