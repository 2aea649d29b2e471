"""Registers in a build: what is mentioned, whole ones, what is merged and what is not, and what a broken file does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from partnergraph.build import build, collect_findings
from partnergraph.errors import DataError
from partnergraph.store import Reader

ID = "https://w3id.org/partnergraph/id"
KEELE, WELLCOME, PHE, FAR = (f"https://ror.org/{one}" for one in ("00340yn33", "029chgv08", "00vbvha87", "018h10037"))
TABLES = {
    "sources": "id,title,publisher,kind\nror,ROR,ROR,register\nnote,A note,Us,page\n",
    "evidence": "id,source,basis,confidence,says\ne1,note,stated,high,It names the university.\n",
    "organisations": "id,name,form,type,evidence\nkeele,Keele University,formal,university,e1\n",
    "identifiers": f"organisation,scheme,value,evidence\nkeele,ror,{KEELE},e1\n",
}
CONFIG = 'id = "x"\ntitle = "X"\n'


def _record(identifier: str, name: str, *links: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "id": identifier,
        "names": [{"lang": "en", "types": ["ror_display"], "value": name}],
        "types": ["education"],
        "status": "active",
        "established": 1949,
        "relationships": [{"type": kind, "label": label, "id": target} for kind, label, target in links],
    }


RECORDS = [
    _record(KEELE, "University of Keele", ("related", "Wellcome", WELLCOME), ("parent", "Not held", "https://ror.org/03sbpja79")),
    _record(PHE, "Public Health England", ("successor", "Far", FAR)),
    _record(FAR, "A body far away"),
    _record(WELLCOME, "Wellcome Trust", ("related", "Public Health England", PHE)),
]  # fmt: skip


def _folder(path: Path, register: str = "", records: list[dict[str, Any]] | None = None, **tables: str) -> Path:
    (path / "tables").mkdir(parents=True)
    (path / "sources").mkdir()
    for name, text in (TABLES | tables).items():
        (path / "tables" / f"{name}.csv").write_text(text, "utf-8")
    entry = f'[[register]]\nsource = "ror"\npath = "sources/ror.json"\nformat = "ror"\nrelease = "v2.9"\n{register}\n'
    (path / "partnergraph.toml").write_text(CONFIG + entry, "utf-8")
    (path / "sources" / "ror.json").write_text(json.dumps(RECORDS if records is None else records), "utf-8")
    return path


def _built(folder: Path, output: Path) -> tuple[Reader, dict[str, Any]]:
    build(folder, output)
    report = json.loads((output / "report.json").read_text("utf-8"))
    return Reader.open(output / "current" / "store"), report["registers"][0]


def _bodies(reader: Reader) -> set[str]:
    rows = reader.rows("SELECT DISTINCT ?x { ?x a org:Organization }")
    return {str(row["x"]).removeprefix(f"{ID}/org/") for row in rows}


def test_a_whole_register_says_the_same_in_any_order_of_its_records(tmp_path: Path) -> None:
    """It is read once, so that a record may name another that comes later, or that is about a body of the graph."""
    said = []
    for name, records in (("one", RECORDS), ("other", RECORDS[::-1])):
        reader, row = _built(_folder(tmp_path / name, 'keep = "all"', records), tmp_path / f"{name}-out")
        assert row["merged"] == 1
        said.append(set(reader.dump("nquads").splitlines()))
    assert said[0] == said[1]
    assert any(b"ns#from" in line and b"/org/keele>" in line for line in said[0])


@pytest.mark.parametrize(
    ("steps", "bodies"),
    [
        (0, {"keele"}),
        (1, {"keele", "ror-029chgv08", "ror-03sbpja79"}),
        (2, {"keele", "ror-029chgv08", "ror-03sbpja79", "ror-00vbvha87"}),
        (3, {"keele", "ror-029chgv08", "ror-03sbpja79", "ror-00vbvha87", "ror-018h10037"}),
    ],
)
def test_what_is_mentioned_is_kept_with_so_many_steps_around_it(steps: int, bodies: set[str], tmp_path: Path) -> None:
    reader, row = _built(_folder(tmp_path / "g", f"steps = {steps}"), tmp_path / "out")
    assert _bodies(reader) == bodies
    assert row["read"] == row["kept"] + row["filtered"] + row["rejected"] == 4
    assert row["merged"] == 1


def test_a_statement_of_a_register_cites_record_and_release(tmp_path: Path) -> None:
    reader, _ = _built(_folder(tmp_path / "g", "steps = 1"), tmp_path / "out")
    [row] = reader.rows(
        "SELECT ?l ?b ?g { GRAPH ?g { ?n a pg:Name ; skosxl:literalForm 'University of Keele'@en ; pg:evidence ?e . "
        "?e pg:locator ?l ; pg:basis ?b ; pg:says ?s FILTER(CONTAINS(?s, 'v2.9')) } }"
    )
    assert row["l"] == f"{KEELE}, release v2.9"
    assert str(row["b"]).endswith("/registry")
    assert str(row["g"]).endswith("/graph/register/ror")
    assert reader.ask(f"ASK {{ <{ID}/org/keele> org:linkedTo <{ID}/org/ror-029chgv08> }}")


def test_a_register_kept_whole_goes_into_the_store_and_its_names_but_not_into_the_file(tmp_path: Path) -> None:
    reader, row = _built(_folder(tmp_path / "g", 'keep = "all"'), tmp_path / "out")
    assert _bodies(reader) == {"keele", "ror-029chgv08", "ror-00vbvha87", "ror-018h10037", "ror-03sbpja79"}
    assert reader.ask(f"ASK {{ ?e a pg:ChangeEvent ; org:originalOrganization <{ID}/org/ror-00vbvha87> }}")
    assert [found.iri for found in reader.names.with_name("wellcome trust")] == [f"{ID}/org/ror-029chgv08"]
    assert "ror-029chgv08" not in (tmp_path / "out" / "graph.trig").read_text("utf-8")
    [stated] = reader.rows(
        "SELECT (COUNT(*) AS ?n) { GRAPH <https://w3id.org/partnergraph/graph/register/ror> { ?s ?p ?o } }"
    )
    assert row["kept"] == 4
    assert len(row["sha256"]) == 64
    merged = reader.rows(
        "SELECT ?s { GRAPH <https://w3id.org/partnergraph/graph/register/ror> { ?s ?p ?o } "
        "FILTER NOT EXISTS { ?s ?p ?o } }"
    )
    assert int(stated["n"] or 0) > 100
    assert merged == []


@pytest.mark.parametrize("keep", ["mentioned", "all"])
def test_the_counts_of_a_build_are_those_of_its_store(keep: str, tmp_path: Path) -> None:
    """Registers included, also those kept whole, which stand in no graph.trig; each by a query of its own."""
    folder = _folder(tmp_path / "g", f'keep = "{keep}"')
    report = build(folder, tmp_path / "out")
    reader = Reader.at(tmp_path / "out")

    def number(pattern: str) -> int:
        return len(reader.rows(f"SELECT DISTINCT ?x {{ {pattern} }}"))

    derived = "FILTER NOT EXISTS { ?x a pg:DerivedRelationship }"
    counts = report.counts
    assert counts["organisations"] == number("?x a org:Organization") == (5 if keep == "all" else 1)
    assert counts["relationships"] == number(f"?x a pg:Relationship {derived}")
    assert counts["relationships_by_kind"] == {
        kind: found
        for kind in ("association", "part-of", "funding")
        if (found := number(f"?x a pg:Relationship ; pg:kind code:{kind} {derived}"))
    }
    assert counts["events"] == number("{ ?x a pg:LifecycleEvent } UNION { ?x a pg:ChangeEvent }")
    assert counts["evidence_cited"] + counts["evidence_quoted"] + counts["evidence_of_the_editor"] == number(
        "?x a pg:Evidence"
    )
    assert counts["quads"] == len(list(reader.nquads()))
    [trig] = Reader.files([tmp_path / "out" / "graph.trig"]).rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert counts["quads_in_trig"] == int(trig["n"] or 0)
    assert (counts["quads_in_trig"] < counts["quads"]) == (keep == "all")
    again = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert again["counts"] == counts == build(folder, tmp_path / "out").counts


def test_an_identifier_is_not_trusted_when_the_names_have_nothing_in_common(tmp_path: Path) -> None:
    records = [_record(KEELE, "Some other institution")]
    folder = _folder(tmp_path / "g", records=records)
    _, row = _built(folder, tmp_path / "out")
    assert row["merged"] == 0
    assert [finding["rule"] for finding in row["listed"]] == ["undecided-match"]
    assert [one.rule for one in collect_findings(folder)] == ["undecided-match"]


@pytest.mark.parametrize(("decision", "merged"), [("same", 1), ("different", 0), ("unsure", 0)])
def test_a_decision_goes_before_an_identifier(decision: str, merged: int, tmp_path: Path) -> None:
    matches = f"organisation,source,record,decision\nkeele,ror,{KEELE},{decision}\n"
    records = [_record(KEELE, "Some other institution" if merged else "Keele University")]
    _, row = _built(_folder(tmp_path / "g", records=records, matches=matches), tmp_path / "out")
    assert (row["merged"], row["listed"]) == (merged, [])


def test_unchanged_input_is_recognised_and_a_forced_build_has_the_same_bytes(tmp_path: Path) -> None:
    folder, output = _folder(tmp_path / "g", "steps = 2"), tmp_path / "out"
    build(folder, output)
    first = (output / "graph.trig").read_bytes()
    assert build(folder, output).unchanged
    build(folder, output, force=True)
    assert (output / "graph.trig").read_bytes() == first


@pytest.mark.parametrize("keep", ["mentioned", "all"])
def test_a_broken_register_leaves_the_old_generation(keep: str, tmp_path: Path) -> None:
    folder, output = _folder(tmp_path / "g", f'keep = "{keep}"'), tmp_path / "out"
    build(folder, output)
    before = (output / "current").readlink()
    (folder / "sources" / "ror.json").write_text(json.dumps(RECORDS)[:-40], "utf-8")
    with pytest.raises(DataError, match=r"sources/ror\.json"):
        build(folder, output)
    assert (output / "current").readlink() == before


def test_all_that_is_wrong_with_an_entry_is_said_at_once_with_what_to_do(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "g", 'step = 1\nkeep = "some"\nsteps = 9\ncountry = 7')
    text = (
        (folder / "partnergraph.toml")
        .read_text("utf-8")
        .replace('"ror"\nrel', '"rore"\nrel')
        .replace("sources/", "../")
    )
    (folder / "partnergraph.toml").write_text(text, "utf-8")
    findings = collect_findings(folder)
    assert {one.value for one in findings} == {"step", "some", "9", "7", "rore", "../ror.json"}
    assert all(one.rule == "register" and one.fix and one.place for one in findings)


def test_a_filter_leaves_out_and_counts(tmp_path: Path) -> None:
    _, row = _built(_folder(tmp_path / "g", 'keep = "all"\ntype = "company"'), tmp_path / "out")
    assert (row["read"], row["kept"], row["filtered"]) == (4, 0, 4)
