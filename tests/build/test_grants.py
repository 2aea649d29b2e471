"""Grants in a build: which are kept, what each says, and that shared money is said once for all."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from partnergraph.build import build, collect_findings
from partnergraph.claims.relationships import read_claims
from partnergraph.errors import DataError
from partnergraph.network import build_network
from partnergraph.network.connections import explain_connection
from partnergraph.questions.named_questions import bind_parameters, get_question
from partnergraph.store import Reader

ID = "https://w3id.org/partnergraph/id"
FUNDER, KEELE, OTHER, FAR = (f"GB-CHC-{number}" for number in ("999991", "1999991", "1999992", "1999993"))
TABLES = {
    "sources": "id,title,publisher,kind\ngrants,Grants of two funders,Us,register\nnote,A note,Us,page\n",
    "evidence": "id,source,basis,confidence,says\ne1,note,stated,high,It names the two.\n",
    "organisations": "id,name,form,type,evidence\nfunder,The Funder,formal,charity,e1\n"
    "keele,Keele University,formal,university,e1\n",
    "identifiers": "organisation,scheme,value,evidence\nfunder,charity-ew,999991,e1\nkeele,charity-ew,1999991,e1\n",
}  # fmt: skip


def _grant(number: int, funder: str, *recipients: str, **more: Any) -> dict[str, Any]:
    names = {KEELE: "Keele University", OTHER: "Another", FAR: "Far away"}
    return {
        "id": f"360G-test-{number}",
        "title": f"Grant {number}",
        "currency": "GBP",
        "amountAwarded": 1000 * number,
        "awardDate": "2020-03-17",
        "plannedDates": [{"startDate": "2020-04-01", "endDate": "2021-03-31"}],
        "fundingOrganization": [{"id": funder, "name": "Funder"}],
        "recipientOrganization": [{"id": one, "name": names[one]} for one in recipients],
        **more,
    }


GRANTS = [
    _grant(1, FUNDER, KEELE),
    _grant(2, FUNDER, OTHER),
    _grant(3, FAR, OTHER),
    _grant(4, FUNDER, KEELE, OTHER),
]


def _folder(path: Path, steps: int, name: str = "grants.json") -> Path:
    (path / "tables").mkdir(parents=True)
    (path / "sources").mkdir()
    for table, text in TABLES.items():
        (path / "tables" / f"{table}.csv").write_text(text, "utf-8")
    register = f'[[register]]\nsource = "grants"\npath = "sources/{name}"\nformat = "360giving"\nrelease = "2020"\n'
    (path / "partnergraph.toml").write_text(f'id = "x"\ntitle = "X"\n{register}steps = {steps}\n', "utf-8")
    data = json.dumps({"grants": GRANTS})
    if name.endswith(".zip"):
        with zipfile.ZipFile(path / "sources" / name, "w") as packed:
            packed.writestr("grants.json", data)
    else:
        (path / "sources" / name).write_text(data, "utf-8")
    return path


def _built(folder: Path, output: Path) -> tuple[Reader, dict[str, Any]]:
    build(folder, output)
    report = json.loads((output / "report.json").read_text("utf-8"))
    return Reader.open(output / "current" / "store"), report["registers"][0]


@pytest.mark.parametrize(("steps", "kept"), [(0, 2), (1, 4)])
def test_a_grant_is_kept_between_bodies_of_the_graph_and_with_a_step_to_or_from_one(
    steps: int, kept: int, tmp_path: Path
) -> None:
    reader, row = _built(_folder(tmp_path / "g", steps), tmp_path / "out")
    # Grant 4 has two recipients: two entries of one record.
    assert (row["read"], row["kept"], row["filtered"], row["rejected"]) == (5, kept, 5 - kept, 0)
    [claims] = reader.rows("SELECT (COUNT(*) AS ?n) { ?r a pg:Relationship ; pg:kind code:funding }")
    assert int(claims["n"] or 0) == kept
    assert not reader.ask("ASK { ?o skos:prefLabel 'Far away'@en }")


def test_a_grant_says_title_amount_dates_award_and_its_record(tmp_path: Path) -> None:
    reader, _ = _built(_folder(tmp_path / "g", 0), tmp_path / "out")
    [row] = reader.rows(
        "SELECT * { ?r dcterms:title 'Grant 1'@en ; pg:from ?from ; pg:to ?to ; pg:amount ?amount ; "
        "pg:currency ?currency ; pg:start ?start ; pg:end ?end ; pg:evidence ?e . "
        "?e pg:locator ?locator ; pg:says ?says }"
    )
    assert (row["from"], row["to"]) == (f"{ID}/org/funder", f"{ID}/org/keele")
    assert (float(row["amount"] or 0), row["currency"]) == (1000.0, "GBP")
    assert (row["start"], row["end"]) == ("2020-04-01", "2021-03-31")
    assert row["locator"] == "360G-test-1, release 2020"
    assert row["says"] == "Grants of two funders, release 2020, lists the grant 'Grant 1'."
    [award] = reader.rows(
        "SELECT ?date { ?e a pg:LifecycleEvent ; pg:kind code:award ; pg:date ?date ; pg:about ?r . "
        "?r dcterms:title 'Grant 1'@en }"
    )
    assert award["date"] == "2020-03-17"


def test_why_tells_title_and_money(tmp_path: Path) -> None:
    reader, _ = _built(_folder(tmp_path / "g", 1), tmp_path / "out")
    told = [str(claim) for claim in explain_connection(reader, "The Funder", "Keele University")]
    assert any("  funding; “Grant 1”, 1000 GBP; from 2020-04-01 until 2021-03-31\n" in text for text in told)
    assert any("  funding; “Grant 4”; from" in text for text in told)
    notes = {data["note"] for _, _, data in build_network(reader).edges(data=True) if data["kind"] == "funding"}
    assert {"“Grant 1”, 1000 GBP", "“Grant 4”; 4000 GBP in all, to 2 recipients together."} <= notes


def test_money_that_two_share_is_said_once_for_both(tmp_path: Path) -> None:
    reader, _ = _built(_folder(tmp_path / "g", 1), tmp_path / "out")
    rows = reader.rows(
        "SELECT ?note ?amount { ?r dcterms:title 'Grant 4'@en ; skos:note ?note OPTIONAL { ?r pg:amount ?amount } }"
    )
    assert [(row["note"], row["amount"]) for row in rows] == [("4000 GBP in all, to 2 recipients together.", None)] * 2
    [total] = reader.rows("SELECT (SUM(?a) AS ?all) { ?r pg:kind code:funding ; pg:amount ?a }")
    assert float(total["all"] or 0) == 3000.0


def test_a_zip_gives_the_same_statements_as_the_file_in_it(tmp_path: Path) -> None:
    plain, _ = _built(_folder(tmp_path / "a", 1), tmp_path / "one")
    packed, row = _built(_folder(tmp_path / "b", 1, "grants.zip"), tmp_path / "two")
    assert row["kept"] == 4
    assert packed.dump("nquads") == plain.dump("nquads")


def test_a_cut_file_of_grants_leaves_the_old_generation(tmp_path: Path) -> None:
    folder, output = _folder(tmp_path / "g", 1), tmp_path / "out"
    build(folder, output)
    before = (output / "current").readlink()
    file = folder / "sources" / "grants.json"
    file.write_text(file.read_text("utf-8")[:-40], "utf-8")
    with pytest.raises(DataError, match=r"grants\.json"):
        build(folder, output)
    assert (output / "current").readlink() == before
    assert any("grants.json" in str(one) for one in collect_findings(folder))


@pytest.mark.parametrize("day", ["2020-03-31", "2020-04-01", "2021-03-31", "2021-04-01", "2026-11-30"])
def test_of_a_register_kept_whole_questions_and_the_library_say_the_same_of_a_day(tmp_path: Path, day: str) -> None:
    """Its grants have no stored bounds of validity: the questions go by the stated ones."""
    folder = _folder(tmp_path / "g", 0)
    config = folder / "partnergraph.toml"
    config.write_text(config.read_text("utf-8").replace("steps = 0", 'keep = "all"'), "utf-8")
    reader, _ = _built(folder, tmp_path / "out")
    question = get_question("links")
    rows = list(reader.rows(bind_parameters(question, {"date": day}, reader)))
    asked = {(row["from"], row["to"], row["status"]) for row in rows}
    claims = read_claims(reader)
    assert len(claims) == 5
    assert asked == {(claim.from_.label, claim.to.label, claim.status(day)) for claim in claims}
    assert {row["until"] for row in rows} == {"2021-03-31"}
