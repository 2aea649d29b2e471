"""Files from outside, hostile or broken: one clear error with file and row, nothing half loaded, nothing fetched."""

from __future__ import annotations

import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph.errors import DataError, Finding
from partnergraph.store import RDF_SUFFIXES, Reader, Writer

GRAPH = "https://example.org/graph/source/x"
GOOD = "<https://example.org/s> <https://example.org/p> <https://example.org/o> .\n"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://example.org/"'


def xml(body: str, before: str = "") -> str:
    about = f'<rdf:Description rdf:about="https://example.org/s"><e:p>{body}</e:p></rdf:Description>'
    return f"{before}<rdf:RDF {RDF}>\n{about}\n</rdf:RDF>\n"


def billion_laughs() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return xml("&l9;", f'<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY l0 "ha">{levels}]>\n')


def quadratic() -> str:
    return xml("&a;" * 20_000, f'<!DOCTYPE rdf:RDF [<!ENTITY a "{"x" * 25_000}">]>\n')


HOSTILE: dict[str, tuple[str, bytes, int | None, str]] = {
    "truncated Turtle": (
        "x.ttl",
        (GOOD * 2 + '<https://example.org/s> <https://example.org/p> "ab').encode(),
        3,
        "end of",
    ),
    "junk line": ("x.nt", (GOOD + "junk\n" + GOOD).encode(), 2, "does not parse"),
    "truncated N-Quads": ("x.nq", (GOOD + "<https://example.org/s> <").encode(), 2, "does not parse"),
    "truncated TriG": ("x.trig", f"<{GRAPH}> {{\n{GOOD}".encode(), 3, "does not parse"),
    "truncated RDF/XML": ("x.rdf", xml("hi").encode()[:-20], 2, "syntax error"),
    "RDF/XML without RDF": ("x.rdf", b"<html>\n<p>hi</html>", None, "."),
    "truncated JSON-LD": (
        "x.jsonld",
        b'{"@id": "https://example.org/s",\n"https://example.org/p": "a',
        2,
        "does not parse",
    ),
    "not JSON": ("x.jsonld", b"<html>", 1, "does not parse"),
    "a prefix nobody declared": ("x.ttl", f"{GOOD}ex:a ex:b ex:c .".encode(), 2, "prefix"),
    "a space in an IRI": ("x.nt", f"{GOOD}<https://example.org/a b> <https://example.org/p> 1 .".encode(), 2, "IRI"),
    "a lone surrogate": (
        "x.nt",
        (GOOD + '<https://e.org/s> <https://e.org/p> "\\uD800" .').encode(),
        2,
        "does not parse",
    ),
    "a raw NUL": ("x.ttl", (GOOD + '<https://e.org/s> <https://e.org/p> "a\0b" .').encode(), 2, r"U\+0000"),
    "an escaped NUL": ("x.nt", (GOOD + '<https://e.org/s> <https://e.org/p> "a\\u0000b" .').encode(), 2, r"U\+0000"),
    "a long escaped NUL": (
        "x.nt",
        (GOOD + '<https://e.org/s> <https://e.org/p> "\\U00000000" .').encode(),
        2,
        r"U\+0000",
    ),
    "a NUL after a backslash": (
        "x.nt",
        (GOOD + '<https://e.org/s> <https://e.org/p> "\\\\\\u0000" .').encode(),
        2,
        r"U\+0000",
    ),
    "a NUL in JSON-LD": ("x.jsonld", b'{"@id": "https://e.org/s",\n"https://e.org/p": "\\u0000"}', 2, r"U\+0000"),
    "a NUL in RDF/XML": ("x.rdf", xml("\0").encode(), 2, r"U\+0000"),
    "a NUL reference in RDF/XML": ("x.rdf", xml("&#0;").encode(), 2, "not permitted"),
    "UTF-16": ("x.ttl", GOOD.encode("utf-16"), 1, "not UTF-8"),
    "UTF-16 without mark": ("x.ttl", GOOD.encode("utf-16-le"), 1, r"U\+0000"),
    "Latin-1": ("x.ttl", (GOOD + '<https://e.org/s> <https://e.org/p> "Café" .').encode("latin-1"), 2, "not UTF-8"),
    "gzip": ("x.ttl", bytes.fromhex("1f8b08000000000000ffb3d35530b453"), 1, r"U\+0000|not UTF-8"),
    "a DOCTYPE": ("x.rdf", xml("&a;", '<!DOCTYPE rdf:RDF [<!ENTITY a "b">]>\n').encode(), 1, "DOCTYPE is refused"),
    "a doctype in small letters": ("x.rdf", xml("&a;", '\n<!doctype r [<!ENTITY a "b">]>').encode(), 2, "DOCTYPE"),
    "a DocType in mixed letters": ("x.rdf", xml("&a;", '<!DocType r [<!ENTITY a "b">]>').encode(), 1, "DOCTYPE"),
    "a DOCTYPE behind a mark": (
        "x.rdf",
        b"\xef\xbb\xbf" + xml("&a;", '<!DOCTYPE r [<!ENTITY a "b">]>').encode(),
        1,
        "DOC",
    ),
    "a DOCTYPE in UTF-16": ("x.rdf", xml("&a;", '<!DOCTYPE r [<!ENTITY a "b">]>').encode("utf-16"), 1, "not UTF-8"),
    "a DOCTYPE in UTF-16 without mark": ("x.rdf", xml("", "<!DOCTYPE r>").encode("utf-16-be"), 1, r"U\+0000"),
    "a DOCTYPE in UTF-32": ("x.rdf", xml("", "<!DOCTYPE r>").encode("utf-32"), 1, "not UTF-8"),
    "a DOCTYPE in UTF-7": (
        "x.rdf",
        xml("&a;", '<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE r [+ADwAIQ-ENTITY a "b">]>').encode(),
        None,
        "UTF-8",
    ),
    "a DOCTYPE behind a comment that is none": (
        "x.rdf",
        xml("&a;", '<?pi <!-- ?><!DOCTYPE r [<!ENTITY a "b">]><!-- -->').encode(),
        1,
        "DOCTYPE",
    ),
    "an external entity": (
        "x.rdf",
        xml("&a;", '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>').encode(),
        1,
        "DOCTYPE",
    ),
    "a billion laughs": ("x.rdf", billion_laughs().encode(), 2, "DOCTYPE"),
    "a quadratic blow-up": ("x.rdf", quadratic().encode(), 1, "DOCTYPE"),
    "a JSON-LD context elsewhere": (
        "x.jsonld",
        b'{"@context": "https://example.org/context", "@id": "https://example.org/s"}',
        None,
        "nothing is fetched: write the context here",
    ),
    "a JSON-LD context in a file": (
        "x.jsonld",
        b'{"@context": "file:///etc/hostname", "a": 1}',
        None,
        "nothing is fetched",
    ),
    "a JSON-LD import": (
        "x.jsonld",
        b'{"@context": {"@import": "https://e.org/c"}, "a": 1}',
        None,
        "nothing is fetched",
    ),
    "a wrong name": ("x.csv", GOOD.encode(), None, "not an RDF file name this tool knows. It reads .ttl .trig"),
    "no suffix": ("x", GOOD.encode(), None, "not an RDF file name"),
}


def refused(path: Path, message: str) -> DataError:
    """Refused by the reader and by the writer alike, with the same words, within a moment, with nothing loaded."""
    began = time.monotonic()
    with pytest.raises(DataError, match=message) as caught:
        Reader.files([path])
    good = path.with_name("good.nt")
    good.write_text(GOOD, "utf-8")
    writer = Writer.memory()
    writer.add_file(good, GRAPH)
    with pytest.raises(DataError) as again:
        writer.add_file(path, GRAPH)
    assert time.monotonic() - began < 5
    assert str(again.value) == str(caught.value)
    assert list(writer.reader().nquads()) == [f"{GOOD[:-3]} <{GRAPH}> .\n"]
    return caught.value


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_or_broken_file_is_refused_with_file_and_row(name: str, tmp_path: Path) -> None:
    file, data, row, message = HOSTILE[name]
    path = tmp_path / file
    path.write_bytes(data)
    error = refused(path, message)
    assert str(path) in str(error)
    if row is not None:
        [finding] = error.findings
        assert isinstance(finding, Finding)
        assert finding.place is not None
        assert (finding.place.file, finding.place.row) == (str(path), row)
        assert f"row {row}" in str(error)
        assert finding.rule == "rdf-syntax"
        assert "nothing was loaded" in str(finding)


def test_a_good_file_before_a_bad_one_is_not_half_a_graph(tmp_path: Path) -> None:
    (tmp_path / "good.ttl").write_text(GOOD, "utf-8")
    (tmp_path / "bad.ttl").write_text(GOOD + "bad", "utf-8")
    with pytest.raises(DataError, match=r"bad\.ttl, row 2"):
        Reader.files([tmp_path / "good.ttl", tmp_path / "bad.ttl"])


def test_a_file_that_is_not_there_or_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.ttl").mkdir()
    refused(tmp_path / "folder.ttl", "This is a folder, not a file")
    refused(tmp_path / "nowhere.ttl", "cannot be opened: No such file")


FINE: dict[str, tuple[str, bytes]] = {
    "a byte order mark": ("x.ttl", b"\xef\xbb\xbf" + GOOD.encode()),
    "a byte order mark in N-Triples": ("x.nt", b"\xef\xbb\xbf" + GOOD.encode()),
    "a byte order mark in RDF/XML": ("x.rdf", b"\xef\xbb\xbf" + xml("hi", '<?xml version="1.0"?>').encode()),
    "a byte order mark in JSON-LD": ("x.jsonld", b'\xef\xbb\xbf{"@id": "https://e.org/s", "https://e.org/p": 1}'),
    "line ends of another system": ("x.ttl", GOOD.replace("\n", "\r\n").encode()),
    "a suffix in capitals": ("x.TTL", GOOD.encode()),
    "a comment and CDATA in RDF/XML": ("x.rdf", xml("<![CDATA[1 < 2]]>", "<!-- a comment -->").encode()),
    "an escaped backslash before u0000": ("x.nt", b'<https://e.org/s> <https://e.org/p> "\\\\u0000" .'),
    "a long literal": ("x.nt", b'<https://e.org/s> <https://e.org/p> "' + b"x" * 200_000 + b'" .'),
}


@pytest.mark.parametrize("name", sorted(FINE))
def test_what_only_looks_odd_is_read(name: str, tmp_path: Path) -> None:
    file, data = FINE[name]
    (tmp_path / file).write_bytes(data)
    assert len(Reader.files([tmp_path / file])) == 1
    writer = Writer.memory()
    writer.add_file(tmp_path / file, GRAPH)
    assert writer.reader().named_graphs() == [GRAPH]


def test_an_empty_file_of_each_kind_is_an_empty_graph_or_told(tmp_path: Path) -> None:
    for suffix in RDF_SUFFIXES:
        path = tmp_path / f"empty{suffix}"
        path.write_bytes(b"")
        try:
            assert len(Reader.files([path])) == 0
        except DataError as error:
            assert str(path) in str(error)  # noqa: PT017
            assert suffix in (".rdf", ".jsonld")


def test_a_script_as_an_address_is_data_and_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "x.nt").write_text("<https://e.org/s> <https://e.org/p> <javascript:alert(1)> .\n", "utf-8")
    reader = Reader.files([tmp_path / "x.nt"])
    assert reader.rows("SELECT ?o { ?s ?p ?o }") == [{"o": "javascript:alert(1)"}]


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that nobody may call, and the calls it got."""
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", calls
    server.shutdown()
    server.server_close()
    thread.join()


def test_no_file_makes_the_reader_fetch_anything(canary: tuple[str, list[str]], tmp_path: Path) -> None:
    address, calls = canary
    files = {
        "context.jsonld": json.dumps({"@context": f"{address}/context", "@id": "https://e.org/s"}),
        "import.jsonld": json.dumps({"@context": {"@import": f"{address}/import"}, "@id": "https://e.org/s"}),
        "external.rdf": xml("&a;", f'<!DOCTYPE r [<!ENTITY a SYSTEM "{address}/entity">]>'),
        "dtd.rdf": xml("a", f'<!DOCTYPE r SYSTEM "{address}/dtd">'),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
        refused(tmp_path / name, r".")
    (tmp_path / "imports.ttl").write_text(
        f"<{address}/a> <http://www.w3.org/2002/07/owl#imports> <{address}/imports> .\n", "utf-8"
    )
    assert len(Reader.files([tmp_path / "imports.ttl"])) == 1
    assert calls == []


def test_a_file_of_a_source_speaks_only_for_its_source(tmp_path: Path) -> None:
    (tmp_path / "x.trig").write_text(f"{GOOD}<https://example.org/graph/editorial> {{ {GOOD} }}\n", "utf-8")
    writer = Writer.memory()
    with pytest.raises(
        DataError, match=r"writes into the named graph <https://example\.org/graph/editorial>"
    ) as caught:
        writer.add_file(tmp_path / "x.trig", GRAPH)
    assert [finding.rule for finding in caught.value.findings] == ["rdf-content"]
    assert len(writer.reader()) == 0
    (tmp_path / "y.trig").write_text(f"{GOOD}<{GRAPH}> {{ {GOOD} }}\n", "utf-8")
    writer.add_file(tmp_path / "y.trig", GRAPH)
    assert list(writer.reader().nquads()) == [f"{GOOD[:-3]} <{GRAPH}> .\n"]


@pytest.mark.parametrize(
    "text", ["[] <https://e.org/p> 1 .", "<https://e.org/s> <https://e.org/p> [] .", "_:a <a:b> 1 ."]
)
def test_a_blank_node_in_a_source_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(text, "utf-8")
    writer = Writer.memory()
    with pytest.raises(DataError, match=r"holds a blank node .* Give every node an IRI"):
        writer.add_file(tmp_path / "x.ttl", GRAPH)
    assert len(writer.reader()) == 0


def test_a_triple_as_a_term_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("<a:s> <a:says> <<( <a:s> <a:p> <a:o> )>> .", "utf-8")
    writer = Writer.memory()
    with pytest.raises(DataError, match=r"a triple as a term .* RDF 1\.2"):
        writer.add_file(tmp_path / "x.ttl", GRAPH)
    assert len(writer.reader()) == 0


def test_relative_addresses_of_a_source_do_not_depend_on_where_it_lies(tmp_path: Path) -> None:
    found = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ttl").write_text("<#a> <https://e.org/p> <b> .", "utf-8")
        writer = Writer.memory()
        writer.add_file(tmp_path / folder / "x.ttl", GRAPH)
        found.append(list(writer.reader().nquads()))
    assert found[0] == found[1]
    assert re.findall(r"<([^>]*)>", found[0][0])[0] == f"{GRAPH}#a"


def test_lines_are_added_all_or_none() -> None:
    writer = Writer.memory()
    with pytest.raises(DataError, match="generated quads, row 2"):
        writer.add([GOOD, "junk\n"])
    assert len(writer.reader()) == 0
