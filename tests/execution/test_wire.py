"""Orders and frames are read as they were written, in whatever pieces they come."""

from __future__ import annotations

import io
import json
import socket
import threading

import pytest

from partnergraph.errors import (
    DataError,
    MissingExtra,
    PartnerGraphError,
    QueryError,
    QueryForm,
    QueryLimit,
    QueryRefused,
    StoreError,
    UsageError,
)
from partnergraph.execution import wire
from partnergraph.execution.query_process import PersistentQueryProcess
from partnergraph.execution.wire import (
    DATA,
    END,
    HEAD,
    MAX_FRAME,
    FrameParser,
    FrameWriter,
    Head,
    ResponseParser,
    decode_error,
    encode_error,
    encode_frame,
    encode_order,
    read_order,
)

HEADS = [
    Head(),
    Head("select", "json"),
    Head("graph", "turtle", "It has no LIMIT.", changes=True),
    Head("view", "text/html", status=404),
    Head("ask", "json", query_form="ASK", sparql="ASK { ?s ?p 'é\n😀' }"),
    Head("select", "tsv", sparql="x" * 10_000),
]


def _answer(head: Head, body: bytes, note: str | None = None) -> bytes:
    out = io.BytesIO()
    frames = FrameWriter(out)
    frames.send(HEAD, head.encode())
    for start in range(0, len(body), 7919):
        frames.write(body[start : start + 7919])
    frames.flush()
    frames.end(note)
    return out.getvalue()


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("body", [b"", b"x", bytes(range(256)) * 9, b"abc" * 1_000_000])
@pytest.mark.parametrize("note", [None, "Only the first 3 rows are shown."])
def test_an_answer_is_read_as_it_was_written(head: Head, body: bytes, note: str | None) -> None:
    response = ResponseParser().feed(_answer(head, body, note))
    assert response is not None
    assert (response.head, response.data, response.note, response.error) == (head, body, note, None)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7, 100, 65_536])
def test_it_does_not_matter_in_which_pieces_frames_come(length: int) -> None:
    data = _answer(HEADS[2], b"0123456789" * 20, "note") + _answer(HEADS[1], b"") + encode_frame(END, b"{}")[:3]
    parser = FrameParser()
    frames = [frame for start in range(0, len(data), length) for frame in parser.feed(data[start : start + length])]
    assert [kind for kind, _ in frames] == [HEAD, DATA, END, HEAD, END]
    assert frames == FrameParser().feed(data)
    assert all(type(content) is bytes for _, content in frames)
    assert parser.feed(encode_frame(END, b"{}")[3:]) == [(END, b"{}")], "the beginning of a frame is not lost"


def test_no_frame_is_longer_than_its_reader_may_hold() -> None:
    out = io.BytesIO()
    frames = FrameWriter(out)
    frames.write(b"x" * (3 * MAX_FRAME + 1))
    frames.flush()
    sizes = [len(content) for _, content in FrameParser().feed(out.getvalue())]
    assert sum(sizes) == 3 * MAX_FRAME + 1
    assert max(sizes) == MAX_FRAME


def _errors() -> list[PartnerGraphError]:
    return [
        *(kind("é\n😀") for kind in (QueryForm, StoreError, UsageError, DataError)),
        QueryError("here", 2, 7),
        QueryRefused("not here", 1, 1),
        QueryLimit("too large", "size"),
        QueryLimit("too long", "time"),
        MissingExtra("pandas", "dataframes"),
    ]


@pytest.mark.parametrize("error", _errors(), ids=lambda error: type(error).__name__)
def test_an_error_comes_through_as_it_is(error: PartnerGraphError) -> None:
    again = decode_error(encode_error(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_an_error_drops_what_was_held_back_and_the_next_answer_is_whole() -> None:
    out = io.BytesIO()
    frames = FrameWriter(out)
    frames.write(b"half an ans")
    frames.fail(QueryLimit("too large", "size"))
    response = ResponseParser().feed(out.getvalue())
    assert response is not None
    assert response.data == b""
    assert isinstance(response.error, QueryLimit)


@pytest.mark.parametrize(
    "order",
    [
        {"sparql": "ASK { ?s ?p 'a\nb\\n' }", "formats": {"ask": "json"}},
        {"question": "partners", "parameters": {"organisation": "é\n"}, "as_of": "2014", "max_rows": None},
        {"view": "search", "values": {"q": "keele\n"}},
    ],
)
def test_an_order_is_read_as_it_was_written(order: dict[str, object]) -> None:
    text = "SELECT *\n{ ?s ?p 'é\n😀' }\n"
    limits = json.dumps({"formats": {"select": "json"}}).encode()
    pipe = io.BytesIO(encode_order(order) + encode_order(limits, text) + encode_order(order, text)[:9])
    assert read_order(pipe) == order
    assert read_order(pipe) == {"formats": {"select": "json"}, "sparql": text}
    pipe = io.BytesIO(encode_order(order))
    values = read_order(pipe)
    assert values is not None
    values["sparql"] = "another"  # what is remembered stays as it was
    assert read_order(io.BytesIO(encode_order(order))) == order
    assert read_order(pipe) is None
    assert read_order(io.BytesIO(b"\0\0")) is None


def test_an_exchange_ends_by_its_time_or_with_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same parser, over a socket that blocks."""
    process = PersistentQueryProcess.__new__(PersistentQueryProcess)
    process.pipe, remote = socket.socketpair()
    monkeypatch.setattr(PersistentQueryProcess, "stderr_tail", lambda _: b"")
    try:
        answer = _answer(HEADS[2], b"x" * 3_000_000, "note")

        def reply() -> None:
            with remote.makefile("rb") as pipe:
                assert read_order(pipe) == {"sparql": "ASK {}"}
            remote.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        response = process.exchange(encode_order({"sparql": "ASK {}"}), 10)
        thread.join()
        assert (response.head, len(response.data), response.note) == (HEADS[2], 3_000_000, "note")
        remote.sendall(answer[:100])
        with pytest.raises(TimeoutError):
            process.exchange(b"", 0.05)
        assert process.answer.head == HEADS[2], "what came before is known"
        remote.close()
        with pytest.raises(ConnectionError):
            process.exchange(b"", 10)
    finally:
        process.pipe.close()
        remote.close()
        process.returncode = 0  # nothing was started


def test_what_is_remembered_is_short() -> None:
    for number in range(300):
        wire.decode_head(Head("view", f"{number}" * 1_000).encode())
    before = wire._decode_short_head.cache_info().currsize
    assert wire.decode_head(Head("view", "y" * 1_000).encode()).format == "y" * 1_000
    assert wire._decode_short_head.cache_info().currsize == before < 256
