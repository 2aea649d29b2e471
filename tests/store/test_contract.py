"""One contract for every backend: whoever holds a reader asks the same graph in the same way and cannot write."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.errors import QueryError, StoreError
from partnergraph.store import GRAPH_FORMATS, RESULT_FORMATS, Reader, Writer, locate

A, B = "https://example.org/graph/a", "https://example.org/graph/b"
SHARED = '<https://example.org/keele> <http://www.w3.org/2004/02/skos/core#prefLabel> "Keele"@en'
ONLY_B = '<https://example.org/keele> <http://www.w3.org/2004/02/skos/core#note> "it\\u0001s \\"odd\\"\\n\\ttoo \\\\"'
QUADS = sorted([f"{SHARED} <{A}> .\n", f"{SHARED} <{B}> .\n", f"{ONLY_B} <{B}> .\n"])


def in_memory(_: Path) -> Reader:
    writer = Writer.memory()
    writer.add(QUADS)
    writer.merge()
    return writer.reader()


def as_lines(_: Path) -> Reader:
    return Reader.nquads_lines(QUADS)


def on_disk(room: Path) -> Reader:
    writer = Writer.create(room / "store")
    writer.add(QUADS)
    writer.merge()
    writer.flush()
    del writer
    return Reader.open(room / "store")


def copied_to_disk(room: Path) -> Reader:
    memory = Writer.memory()
    memory.add(QUADS)
    memory.merge()
    disk = Writer.create(room / "store")
    disk.copy(memory)
    disk.flush()
    del disk
    return Reader.at(room / "store")


def in_a_build_folder(room: Path) -> Reader:
    on_disk(room / "build" / "current")
    return Reader.at(room / "build")


def in_a_graph_folder(room: Path) -> Reader:
    (room / "data").mkdir()
    (room / "data" / "partnergraph.toml").write_text('id = "mine"\n', "utf-8")
    reader = in_a_build_folder(room)
    (room / "build" / "current" / "report.json").write_text('{"graph": "mine"}', "utf-8")
    assert list(reader.nquads()) == QUADS
    return Reader.at(room / "data")


def in_one_file(room: Path) -> Reader:
    (room / "graph.nq").write_text("".join(QUADS), "utf-8")
    return Reader.at(room / "graph.nq")


def in_trig(room: Path) -> Reader:
    (room / "graph.trig").write_bytes(in_memory(room).dump("trig"))
    return Reader.files([room / "graph.trig"])


def in_jsonld(room: Path) -> Reader:
    (room / "graph.jsonld").write_bytes(in_memory(room).dump("jsonld"))
    return Reader.files([room / "graph.jsonld"])


def in_two_files(room: Path) -> Reader:
    (room / "a.nq").write_text("".join(QUADS[:1]), "utf-8")
    (room / "b.nq").write_text("".join(QUADS[1:]), "utf-8")
    return Reader.files([room / "a.nq", room / "b.nq"])


BACKENDS: list[Callable[[Path], Reader]] = [
    *(in_memory, as_lines, on_disk, copied_to_disk, in_a_build_folder, in_a_graph_folder),
    *(in_one_file, in_trig, in_jsonld, in_two_files),
]


@pytest.fixture(scope="module", params=BACKENDS, ids=lambda backend: backend.__name__.replace("_", "-"))
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Each backend once for all tests: none of them can change it."""
    backend: Callable[[Path], Reader] = request.param
    return backend(tmp_path_factory.mktemp("backend"))


def test_the_default_graph_is_the_merge_with_each_triple_once(reader: Reader) -> None:
    [row] = reader.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert row == {"n": "2"}
    assert reader.terms("SELECT ?s ?l { ?s skos:prefLabel ?l }") == [("<https://example.org/keele>", '"Keele"@en')]


def test_the_named_graphs_still_tell_who_said_it(reader: Reader) -> None:
    rows = reader.rows("SELECT ?g { GRAPH ?g { ?s skos:prefLabel ?l } } ORDER BY ?g")
    assert [row["g"] for row in rows] == [A, B]
    assert reader.rows("SELECT ?g { GRAPH ?g { ?s skos:note ?l } }") == [{"g": B}]
    assert reader.named_graphs() == [A, B]


def test_the_quads_are_those_that_were_stated(reader: Reader) -> None:
    assert list(reader.nquads()) == QUADS
    assert len(reader) == 5


def test_an_odd_literal_is_the_same_character_for_character(reader: Reader) -> None:
    [row] = reader.rows("SELECT ?n { ?s skos:note ?n }")
    assert row["n"] == 'it\x01s "odd"\n\ttoo \\'


@pytest.mark.parametrize("syntax", ["trig", "nquads", "jsonld", "turtle", "ntriples", "rdfxml"])
def test_it_is_written_in_every_syntax_with_the_same_bytes_everywhere(
    syntax: str, reader: Reader, tmp_path: Path
) -> None:
    if syntax == "rdfxml":
        reader = Reader.nquads_lines(line for line in reader.nquads() if "note" not in line)  # XML has no U+0001
        reference = Reader.nquads_lines(line for line in QUADS if "note" not in line)
    else:
        reference = Reader.nquads_lines(QUADS)
    written = reader.dump(syntax)  # type: ignore[arg-type]
    assert written == reference.dump(syntax)  # type: ignore[arg-type]
    suffix = {"nquads": "nq", "turtle": "ttl", "ntriples": "nt", "rdfxml": "rdf"}.get(syntax, syntax)
    (tmp_path / f"again.{suffix}").write_bytes(written)
    again = Reader.files([tmp_path / f"again.{suffix}"])
    everything = "SELECT ?s ?p ?o { ?s ?p ?o }"
    assert sorted(again.terms(everything)) == sorted(reader.terms(everything))


@pytest.mark.parametrize("format_", sorted(RESULT_FORMATS))
def test_a_table_is_answered_in_every_format(format_: str, reader: Reader) -> None:
    out = io.BytesIO()
    assert reader.answer("SELECT ?l { ?s skos:prefLabel ?l }", format_, out) == "select"
    assert "Keele" in out.getvalue().decode()


@pytest.mark.parametrize("format_", sorted(GRAPH_FORMATS))
def test_a_graph_is_answered_in_every_format(format_: str, reader: Reader) -> None:
    out = io.BytesIO()
    assert reader.answer("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", format_, out) == "graph"
    assert out.getvalue().count(b"Keele") == 1


def test_yes_or_no_is_answered(reader: Reader) -> None:
    out = io.BytesIO()
    assert reader.answer("ASK { ?s skos:prefLabel ?l }", "json", out) == "ask"
    assert json.loads(out.getvalue())["boolean"] is True
    assert reader.ask("ASK { ?s skos:prefLabel ?l }") is True
    assert reader.ask("ASK { ?s skos:broader ?l }") is False


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <https://example.org/x> a <https://example.org/X> }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP ALL",
        "LOAD <https://example.org/x.ttl>",
        "SELECT ?s { ?s ?p ?o } ; CLEAR ALL",
    ],
)
def test_no_query_writes(update: str, reader: Reader) -> None:
    with pytest.raises(QueryError):
        reader.query(update)
    assert list(reader.nquads()) == QUADS


def test_a_query_that_does_not_parse_names_line_and_column(reader: Reader) -> None:
    with pytest.raises(QueryError, match="does not parse") as caught:
        reader.rows("SELECT ?s\nWHERE { ?s skos:prefLabel ?l ")
    assert caught.value.line == 2
    assert caught.value.column is not None


def test_variables_are_bound_to_addresses_and_never_to_text(reader: Reader) -> None:
    query = "SELECT ?s ?l { ?s skos:prefLabel ?l }"
    assert reader.rows(query, {"s": "https://example.org/keele"}) == [{"s": "https://example.org/keele", "l": "Keele"}]
    assert reader.rows(query, {"s": "https://example.org/other"}) == []
    with pytest.raises(ValueError, match="IRI"):
        reader.rows(query, {"s": "> } INSERT"})


def test_a_description_holds_all_values_sorted(reader: Reader) -> None:
    lines = [
        *QUADS,
        f"<https://example.org/keele> <{'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'}> <{A}> <{B}> .\n",
    ]
    described = Reader.nquads_lines([*reader.nquads(), *lines]).described(A)
    assert list(described) == ["https://example.org/keele"]
    assert described["https://example.org/keele"]["http://www.w3.org/2004/02/skos/core#prefLabel"] == ["Keele"]


def test_no_method_of_a_reader_writes() -> None:
    """Reading and writing are different objects: a reader has none of the writer's methods."""
    writing = {name for name in dir(Writer) if not name.startswith("_")} - {"reader", "memory", "create"}
    reading = {name for name in dir(Reader) if not name.startswith("_")}
    own = {"add", "add_file", "close", "construct", "copy", "merge", "flush", "stream"}
    assert own == writing - reading
    words = ("add", "insert", "load", "delete", "remove", "clear", "update", "extend", "merge", "copy", "flush", "set")
    assert [name for name in reading if name.startswith(words)] == []


def test_a_published_store_cannot_be_written_even_through_its_engine(tmp_path: Path) -> None:
    reader = on_disk(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "store").iterdir() if path.suffix == ".sst"}
    with pytest.raises((RuntimeError, OSError)):
        reader.engine.update("CLEAR ALL")
    assert list(reader.nquads()) == QUADS
    assert {p.name: p.read_bytes() for p in (tmp_path / "store").iterdir() if p.suffix == ".sst"} == before


def test_a_file_of_triples_loses_nothing_when_written_with_graphs(tmp_path: Path) -> None:
    """Its triples are in no named graph; they are stated all the same."""
    (tmp_path / "plain.ttl").write_text("<https://example.org/a> <https://example.org/p> 1 .\n", "utf-8")
    reader = Reader.files([tmp_path / "plain.ttl"])
    assert len(list(reader.nquads())) == 1
    for syntax, suffix in (("trig", "trig"), ("nquads", "nq"), ("jsonld", "jsonld")):
        (tmp_path / f"again.{suffix}").write_bytes(reader.dump(syntax))  # type: ignore[arg-type]
        again = Reader.files([tmp_path / f"again.{suffix}"])
        assert list(again.nquads()) == list(reader.nquads()), syntax
        assert again.named_graphs() == []


def test_triples_beside_named_graphs_are_told_from_the_merge(tmp_path: Path) -> None:
    text = f"{SHARED} .\n{ONLY_B} .\n{SHARED} <{A}> .\n"
    (tmp_path / "mixed.nq").write_text(text, "utf-8")
    reader = Reader.files([tmp_path / "mixed.nq"])
    assert sorted(reader.nquads()) == sorted([f"{ONLY_B} .\n", f"{SHARED} <{A}> .\n"])
    assert reader.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "2"}]


def test_two_graphs_stand_beside_each_other_without_mixing(tmp_path: Path) -> None:
    other = Reader.nquads_lines([f'<https://example.org/x> <https://example.org/p> "new" <{A}> .\n'])
    both = in_memory(tmp_path).with_second_graph(other, "https://example.org/new")
    assert both.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "2"}]
    assert both.rows("SELECT ?o { GRAPH <https://example.org/new> { ?s ?p ?o } }") == [{"o": "new"}]


def test_a_rule_writes_its_triples_once_into_its_graph_and_the_merge(tmp_path: Path) -> None:
    writer = Writer.memory()
    writer.add(QUADS)
    writer.merge()
    rule = "CONSTRUCT { ?s <https://example.org/called> ?l } WHERE { ?s skos:prefLabel ?l }"
    assert writer.construct(rule, "https://example.org/derived") == 1
    assert writer.construct(rule, "https://example.org/derived") == 1
    reader = writer.reader()
    assert len(reader.rows("SELECT ?s { ?s <https://example.org/called> ?l }")) == 1
    assert reader.rows("SELECT ?g { GRAPH ?g { ?s <https://example.org/called> ?l } }") == [
        {"g": "https://example.org/derived"}
    ]
    with pytest.raises(QueryError, match="must be a CONSTRUCT"):
        writer.construct("SELECT ?s { ?s ?p ?o }", "https://example.org/derived")


@pytest.mark.parametrize(
    ("name", "message"),
    [("nothing", "There is nothing at"), ("empty", "is not a graph folder, a build folder, a store or an RDF file")],
)
def test_what_is_no_graph_says_what_to_run(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match=message):
        locate(tmp_path / name)


def test_without_a_path_and_a_graph_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match="Build one first: partnergraph build FOLDER"):
        Reader.at()


@pytest.mark.parametrize("config", ['id = "other"\n', "id = \n", "title = 'no id'\n"])
def test_the_build_of_another_graph_is_not_taken(config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    in_a_graph_folder(tmp_path)
    (tmp_path / "data" / "partnergraph.toml").write_text(config, "utf-8")
    with pytest.raises(StoreError, match=r"has not been built yet\. Run: partnergraph build"):
        Reader.at(tmp_path / "data")


@pytest.mark.parametrize("what", ["a file", "an empty folder"])
def test_what_is_no_store_is_refused_with_what_to_do(what: str, tmp_path: Path) -> None:
    path = tmp_path / "store"
    if what == "a file":
        path.write_text("no store", "utf-8")
    else:
        path.mkdir()
    with pytest.raises(StoreError, match="partnergraph build"):
        Reader.open(path)
