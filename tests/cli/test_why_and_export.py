"""`partnergraph why` and `partnergraph export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.graph import FORMATS, RDF_FORMATS
from tests.cli.conftest import Run

TEACHING = "West Midlands Social Work Teaching Partnership"
TWO = (
    "@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    '<urn:a> a org:Organization ; skos:prefLabel "Alpha"@en .\n'
    '<urn:b> a org:Organization ; skos:prefLabel "Beta"@en .\n'
)


def test_a_disputed_claim_shows_both_sides_as_text(run: Run, here: Path) -> None:
    said = run("why", "Coventry University", "WMSWTP")
    assert (said.code, said.err) == (0, "")
    assert f"Coventry University leads {TEACHING} as lead authority" in said.out
    assert "disputed: The School’s page says" in said.out
    assert "- “Coventry University, who acts as the lead authority” (S51;" in said.out
    assert "- against it: According to Cabinet, 28 August 2018" in said.out
    assert "“Coventry City Council would be" not in said.out, "a citation never stands in quotation marks"


def test_the_same_as_json_for_programs(run: Run, here: Path) -> None:
    said = run("why", "Coventry University", TEACHING, "--format", "json")
    claims = json.loads(said.out)
    led = next(claim for claim in claims if claim["kind"] == "leadership")
    assert led["sentence"] == f"Coventry University leads {TEACHING} as lead authority"
    assert (led["standing"], led["role"]) == ("disputed", "lead authority")
    assert [piece["words"] for piece in led["evidence"]] == ["Coventry University, who acts as the lead authority"]
    assert {piece["source"] for piece in led["counter_evidence"]} >= {"covcab"}
    assert led["from"].endswith("/org/coventry-university")
    assert said.out == run("why", "Coventry University", TEACHING, "--format", "json").out


def test_where_no_claim_names_both_the_way_is_shown_and_the_exit_code_is_1(run: Run, here: Path) -> None:
    said = run("why", "Wellcome Trust", "Coventry City Council")
    assert said.code == 1
    assert said.err == "No claim names both.\n"
    hops = [line for line in said.out.splitlines() if line[:2] in ("1.", "2.", "3.", "4.", "5.", "6.")]
    assert len(hops) > 1
    assert "Wellcome Trust" in hops[0]
    assert "Coventry City Council" in said.out
    empty = run("why", "Wellcome Trust", "Coventry City Council", "--format", "json")
    assert (empty.code, json.loads(empty.out)) == (1, [])


def test_where_there_is_no_way_that_is_said(run: Run, here: Path) -> None:
    (here / "two.ttl").write_text(TWO, "utf-8")
    said = run("why", "alpha", "beta", "--graph", "two.ttl")
    assert said == (1, "", "No claim names both.\nNo way leads from the one to the other either.\n")


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "tables"])  # (those: tests/workbook)
def test_every_form_is_written_the_same_twice_and_an_rdf_form_to_standard_output_too(
    run: Run, here: Path, form: str
) -> None:
    names = []
    for number in (1, 2):
        if number == 2 and form in (*RDF_FORMATS, "org"):
            said = run("export", "--format", form)
            assert said.code == 0
            names.append([(form, said.out.encode())])
            continue
        target = here / f"{form}{number}"
        said = run("export", "--format", form, "--output", target)
        assert (said.code, said.out) == (0, "")
        files = sorted(target.iterdir()) if target.is_dir() else [target]
        assert set(said.err.splitlines()) == {f"wrote {file}" for file in files}
        names.append([(file.name.removesuffix(str(number)), file.read_bytes()) for file in files])
    assert names[0] == names[1]
    assert all(len(data) > 1000 for _, data in names[0])


def test_the_name_of_the_file_says_the_form(run: Run, here: Path) -> None:
    (here / "small.ttl").write_text(TWO, "utf-8")
    graph = PartnerGraph.open("small.ttl")
    for name, form in [("a.ttl", "turtle"), ("a.nq", "nquads"), ("a.rdf", "rdfxml"), ("a.trig", "trig")]:
        assert run("export", "--graph", "small.ttl", "--output", name).code == 0
        assert (here / name).read_bytes() == graph.dump(form)
    assert run("export", "--graph", "small.ttl", "--output", "a.gexf").code == 0
    assert b"<gexf" in (here / "a.gexf").read_bytes()


def test_what_is_exported_can_be_asked_again(run: Run, here: Path) -> None:
    run("export", "--output", "again.nq")
    question = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    assert run("query", question, "--graph", "again.nq", "-f", "csv").out == run("query", question, "-f", "csv").out


def test_a_folder_stands_where_a_file_should(run: Run, here: Path) -> None:
    (here / "small.ttl").write_text(TWO, "utf-8")
    (here / "taken.gexf").mkdir()
    (here / "taken.ttl").mkdir()
    (here / "file").write_text("x", "utf-8")
    for arguments in (["--output", "taken.gexf"], ["--output", "taken.ttl"], ["--format", "csv", "--output", "file"]):
        said = run("export", "--graph", "small.ttl", *arguments)
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith(f"Error: {arguments[-1]} cannot be written: ")
        assert "Traceback" not in said.err
