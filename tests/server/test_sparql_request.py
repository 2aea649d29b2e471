"""How the parameters of a request are decoded."""

from __future__ import annotations

import gc
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph.endpoint.response_cache import CachedResponse, ResponseCache
from partnergraph.endpoint.sparql_request import MAX_FIELDS, RefusedError, decode_form, read_request


@given(st.text(), st.sampled_from([quote, quote_plus, lambda text: quote(text, safe="=&/?:;@!$'()*,")]))
def test_a_value_is_decoded_as_the_standard_library_does_it(text: str, encode: object) -> None:
    assert callable(encode)
    encoded = encode(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert decode_form(encoded.encode()) == unquote_plus(encoded)


@given(st.binary(max_size=40))
def test_any_query_string_is_read_or_refused(data: bytes) -> None:
    try:
        status, asked = 200, read_request("GET", data, "", b"")
    except RefusedError as error:
        status, asked = error.status, None
    assert status in (400, 403) or data.isascii()
    assert status != 200 or (asked is None or asked.query is None) == (not data.strip(b"&"))


@pytest.mark.parametrize(
    ("line", "query"),
    [
        (b"query=ASK%7B%7D", "ASK{}"),
        (b"query=a%3Db", "a=b"),
        (b"query=a=b%3D%3d", "a=b=="),
        (b"query=a_b+c%2B", "a_b c+"),
        (b"&&query=%C3%BC&", "ü"),
        (b"query=", ""),
        (b"query=%0D%0A%09x%20", "\r\n\tx "),
    ],
)
def test_a_query_is_found_in_the_address(line: bytes, query: str) -> None:
    assert read_request("GET", line, "", b"").query == query


@pytest.mark.parametrize(
    "line",
    [b"query=%", b"query=%4", b"query=%zz", b"query=%FF", b"query=\xc3\xbc", b"query=a" + b"&timeout=1" * MAX_FIELDS],
)
def test_what_is_encoded_wrongly_is_refused(line: bytes) -> None:
    with pytest.raises(RefusedError, match="not encoded") as refused:
        read_request("GET", line, "", b"")
    assert refused.value.status == 400


def test_kept_answers_are_weighed_with_their_questions() -> None:
    kept = ResponseCache(max_bytes=100_000)
    for number in range(50):
        kept.put(f"{number}", b"x" * 20_000, CachedResponse(b"{}", "application/json"))
    assert 1 < len(kept.entries) < 6
    assert 0 < kept.size <= 100_000
    assert kept.get("49", b"x" * 20_000) == CachedResponse(b"{}", "application/json")
    assert kept.get("0", b"x" * 20_000) is None
    gc.collect()
    assert not [one for one in kept.entries.items() if any(map(gc.is_tracked, one))], "or each collection is a pause"
