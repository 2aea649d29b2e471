"""`partnergraph match`: candidates with reasons, decisions of a person, lists of names; nothing is merged by itself."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from partnergraph.build import build, collect_findings
from tests.cli.conftest import Run
from tests.tables.spreadsheets import ods, ods_rows, packed, parts
from tests.tables.spreadsheets import rows as table_rows

ROR = {
    "keele": "https://ror.org/00340yn33",
    "wellcome": "https://ror.org/029chgv08",
    "far": "https://ror.org/018h10037",
}
TABLES = {
    "sources": "id,title,publisher,kind\nror,ROR,ROR,register\nnote,A note,Us,page\n",
    "evidence": "id,source,basis,confidence,says\ne1,note,stated,high,It names them.\n",
    "organisations": "id,name,form,type,evidence\nkeele,Keele University,formal,university,e1\n"
    "wellcome,Wellcome Trust,formal,charity,e1\nnobody,A body nobody knows,formal,charity,e1\n"
    "wellcome-too,The Wellcome Trust,formal,charity,e1\n",
    "identifiers": "organisation,scheme,value,evidence\nkeele,wikidata,Q1138374,e1\n",
}


def _record(key: str, name: str, town: str, *wikidata: str) -> dict[str, Any]:
    return {
        "id": ROR[key],
        "names": [{"lang": "en", "types": ["ror_display"], "value": name}],
        "types": ["education"],
        "status": "active",
        "relationships": [],
        "external_ids": [{"type": "wikidata", "all": list(wikidata), "preferred": None}] if wikidata else [],
        "locations": [{"geonames_id": 1, "geonames_details": {"name": town, "country_code": "GB"}}],
    }  # fmt: skip


RECORDS = [
    _record("keele", "University of Keele", "Newcastle", "Q1138374"),
    _record("wellcome", "Wellcome Trust", "London"),
    _record("far", "A body far away", "Far"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A graph folder with a register of three records."""
    path = tmp_path / "graph"
    for name in ("tables", "sources"):
        (path / name).mkdir(parents=True)
    for name, text in TABLES.items():
        (path / "tables" / f"{name}.csv").write_text(text, "utf-8")
    register = '[[register]]\nsource = "ror"\npath = "sources/ror.json"\nformat = "ror"\nrelease = "v2.9"\n'
    (path / "partnergraph.toml").write_text(f'id = "x"\ntitle = "X"\n{register}', "utf-8")
    (path / "sources" / "ror.json").write_text(json.dumps(RECORDS), "utf-8")
    return path


def _decisions(folder: Path) -> list[dict[str, str]]:
    with (folder / "tables" / "matches.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _merged(folder: Path, output: Path) -> int:
    build(folder, output)
    return int(json.loads((output / "report.json").read_text("utf-8"))["registers"][0]["merged"])


def test_each_body_is_told_with_its_candidates_and_reasons_and_nothing_is_written(run: Run, folder: Path) -> None:
    said = run("match", folder)
    assert said.code == 0
    assert "Keele University (keele)\n  certain 1.00  University of Keele  https://ror.org/00340yn33\n" in said.out
    assert "      same wikidata Q1138374; " in said.out
    assert "Wellcome Trust (wellcome)\n  likely 0.95  Wellcome Trust  https://ror.org/029chgv08\n" in said.out
    assert "A body nobody knows (nobody)\n  none\n" in said.out
    assert said.err == "4 organisations against 3 records: 0 decided, 1 certain, 2 likely, 0 possible, 1 none\n"
    assert not (folder / "tables" / "matches.csv").exists()
    rows = json.loads(run("match", folder, "--format", "json").out)
    table = list(csv.DictReader(io.StringIO(run("match", folder, "--format", "csv").out)))
    assert rows == table
    assert rows[0]["reasons"].startswith("same wikidata Q1138374")


def test_what_is_certain_is_accepted_and_merged_by_the_next_build_until_its_row_is_deleted(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    said = run("match", folder, "--accept", "certain", "--who", "A. Keeper", "--date", "2026-11")
    assert (said.code, said.err) == (0, f"1 decided as the same, in {folder}/tables/matches.csv\n")
    [row] = _decisions(folder)
    assert {name: row[name] for name in ("organisation", "source", "record", "decision", "who", "date")} == {
        "organisation": "keele", "source": "ror", "record": ROR["keele"],
        "decision": "same", "who": "A. Keeper", "date": "2026-11",
    }  # fmt: skip
    assert row["note"].startswith("certain 1.00: same wikidata Q1138374")
    assert run("match", folder, "--accept", "certain", "--who", "B").err == "Nothing that is certain is open.\n"
    assert "same (A. Keeper) 1.00  University of Keele" in run("match", folder).out
    assert _merged(folder, tmp_path / "one") == 1
    text = (folder / "tables" / "matches.csv").read_text("utf-8")
    (folder / "tables" / "matches.csv").write_text(text.replace(",same,", ",different,"), "utf-8")
    assert _merged(folder, tmp_path / "two") == 0
    (folder / "tables" / "matches.csv").unlink()
    assert "certain 1.00  University of Keele" in run("match", folder).out


def test_a_person_decides_in_a_terminal_and_each_decision_is_kept_at_once(folder: Path) -> None:
    """A real terminal: it is closed in the middle, and what was decided before stays."""
    here, there = pty.openpty()
    command = [sys.executable, "-m", "partnergraph", "match", str(folder), "--review", "--who", "K", "--date", "2026"]
    process = subprocess.Popen(command, stdin=there, stdout=there, stderr=there, close_fds=True)
    os.close(there)
    shown = _until(here, b"q quit: ")
    assert "[1/3] Keele University (keele)" in shown
    assert "    - same wikidata Q1138374" in shown
    os.write(here, b"what?\n")
    assert "Please answer with s, d, u, n or q." in _until(here, b"q quit: ")
    os.write(here, b"s\n")
    assert "same, written to matches.csv" in _until(here, b"q quit: ")
    os.close(here)  # the window is shut
    process.wait(30)
    assert [(row["organisation"], row["decision"], row["who"]) for row in _decisions(folder)] == [
        ("keele", "same", "K")
    ]
    assert collect_findings(folder) == []


def _until(terminal: int, end: bytes) -> str:
    seen = b""
    while not seen.endswith(end):
        part = os.read(terminal, 4096)
        assert part, seen
        seen += part
    return seen.decode().replace("\r\n", "\n")


def test_one_record_is_never_decided_to_be_two_bodies(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\ns\ns\nd\n"))  # keele: next; wellcome: same; wellcome-too
    said = run("match", folder, "--review", "--who", "K", "--date", "2026-11-25")
    assert said.code == 0
    assert "This record was decided to be wellcome; change that row of matches first." in said.out
    assert said.err == "\n2 decided.\n"
    assert [(row["organisation"], row["decision"]) for row in _decisions(folder)] == [
        ("wellcome", "same"),
        ("wellcome-too", "different"),
    ]
    assert collect_findings(folder) == []


def test_what_fits_two_bodies_is_not_accepted_for_either(run: Run, folder: Path) -> None:
    identifiers = folder / "tables" / "identifiers.csv"
    identifiers.write_text(identifiers.read_text("utf-8") + f"wellcome,ror,{ROR['wellcome']},e1\n", "utf-8")
    (folder / "tables" / "matches.csv").write_text(
        f"organisation,source,record,decision\nwellcome-too,ror,{ROR['wellcome']},same\n", "utf-8"
    )
    said = run("match", folder, "--accept", "certain", "--who", "K")
    assert said.code == 0
    assert f"not decided: {ROR['wellcome']} fits wellcome and another organisation" in said.err
    assert {row["organisation"] for row in _decisions(folder)} == {"keele", "wellcome-too"}


def test_decisions_go_into_the_sheet_of_a_workbook_and_every_other_cell_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    assert run("init", folder, "--name", "Our partnerships", "--full").code == 0
    [book] = (folder / "tables").glob("*.xlsx")
    before = load_workbook(book)
    source = next(str(row[0]) for row in before["Sources"].iter_rows(min_row=2, values_only=True) if row[0])
    (tmp_path / "ror.json").write_text(json.dumps([_record("keele", "Example University", "Town")]), "utf-8")
    ask = ("match", folder, "--file", tmp_path / "ror.json", "--as", "ror", "--register", source)
    for answer, decision in (("d\nq\n", "different"), ("", "different")):
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        said = run(*ask, "--review", "--who", "=K()", "--date", "2026-11-25")
        assert said.code == 0, said.err
        after = load_workbook(book)
        [row] = [row for row in after["Matches"].iter_rows(min_row=2) if row[0].value]
        assert [cell.value for cell in row[:5]] == ["example-university", source, ROR["keele"], decision, "=K()"]
        assert row[4].data_type == "s", "what a person is called is no formula"
    for sheet in before.sheetnames:
        if sheet != "Matches":
            assert [[cell.value for cell in line] for line in after[sheet].iter_rows()] == [
                [cell.value for cell in line] for line in before[sheet].iter_rows()
            ]
        assert len(after[sheet].data_validations.dataValidation) == len(before[sheet].data_validations.dataValidation)
    assert [one for one in collect_findings(folder) if one.severity == "error"] == []


def test_decisions_do_not_go_into_a_workbook_whose_formulas_would_lose_their_values(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    assert run("init", folder, "--name", "Our partnerships", "--full").code == 0
    [path] = (folder / "tables").glob("*.xlsx")
    book = load_workbook(path)
    source = next(str(row[0]) for row in book["Sources"].iter_rows(min_row=2, values_only=True) if row[0])
    book["Lists"]["Z1"] = "=1+1"
    book.save(path)
    before = path.read_bytes()
    (tmp_path / "ror.json").write_text(json.dumps([_record("keele", "Example University", "Town")]), "utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("d\n"))
    ask = ("match", folder, "--file", tmp_path / "ror.json", "--as", "ror", "--register", source)
    said = run(*ask, "--review", "--who", "K", "--date", "2026-11-25")
    assert said.code == 2
    assert "holds formulas (Lists!Z1), whose values would be lost" in said.err
    assert "Delete the sheet Matches there" in said.err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--review"], "Say who decides: --who NAME."),
        (["--accept", "certain", "--who", " "], "Say who decides: --who NAME."),
        (["--register", "ods"], "'ods' is not a register of"),
        (["--file", "{ror}"], "--file and --as belong together"),
        (["--file", "{ror}", "--as", "marc"], "--as marc: this form is not known. Known: "),
        (["--file", "{ror}", "--as", "ror", "--accept", "certain", "--who", "K"], "Say which of the sources"),
        (["--column", "name"], "--graph and --column are for lists of names"),
        (["--accept", "certain", "--who", "K", "--date", "soon"], "--date soon: "),
        (["--review", "--who", "K", "--date", "2026-13"], "--date 2026-13: "),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_is_written(
    arguments: list[str], message: str, run: Run, folder: Path
) -> None:
    said = run("match", folder, *(one.format(ror=folder / "sources" / "ror.json") for one in arguments))
    assert said.code != 0
    assert message in said.err
    assert "Traceback" not in said.err
    assert not (folder / "tables" / "matches.csv").exists()


def test_a_decision_of_another_person_meanwhile_is_not_overwritten(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two review at once. The second is told, and the first's row is there."""
    from partnergraph.cli.commands import match as command

    theirs = f"organisation,source,record,decision,who,date,note\nwellcome,ror,{ROR['wellcome']},different,M,2026,\n"
    answers = iter(["d", "d"])

    def key() -> str:
        answer = next(answers)
        if answer == "d" and (folder / "tables" / "matches.csv").exists():
            (folder / "tables" / "matches.csv").write_text(theirs, "utf-8")
        return answer

    monkeypatch.setattr(command, "_key", key)
    said = run("match", folder, "--review", "--who", "K", "--date", "2026-01-01")
    assert said.code == 1
    assert "1 decided before this one." in said.err
    assert re.search(r"tables/matches\.csv of \S+ changed while this .* nothing was written\. Run it again\.", said.err)
    assert (folder / "tables" / "matches.csv").read_text("utf-8") == theirs
    assert not list(folder.glob(".*"))


def test_a_damaged_table_of_decisions_is_not_touched(run: Run, folder: Path) -> None:
    damaged = f"organisation,source,record,decision\nkeele,ror,{ROR['keele']},perhaps\n"
    (folder / "tables" / "matches.csv").write_text(damaged, "utf-8")
    said = run("match", folder, "--accept", "certain", "--who", "K")
    assert said.code != 0
    assert "matches.csv" in said.err
    assert "perhaps" in said.err or "row 2" in said.err
    assert (folder / "tables" / "matches.csv").read_text("utf-8") == damaged


def test_a_broken_register_is_an_error_with_its_file(run: Run, folder: Path) -> None:
    (folder / "sources" / "ror.json").write_text('[{"id": "https://ror.org/', "utf-8")
    said = run("match", folder)
    assert said.code != 0
    assert "ror.json" in said.err
    assert "Traceback" not in said.err


NAMES = "name,country,note\nKeele Univ.,GB,ours\nNobody at all,,\n,,empty\n=1+1,,\nUniversity of York,,\n"


def test_a_list_of_names_keeps_its_columns_and_gets_five_more(run: Run, here: Path) -> None:
    (here / "names.csv").write_text(NAMES, "utf-8")
    said = run("match", "names.csv", "--graph", "build", "-o", "found.csv")
    assert (said.code, said.out) == (0, "")
    missing, counts = said.err.splitlines()
    assert missing == 'names.csv, row 4, column "name": The name is missing; the row was not matched.'
    assert counts.startswith("5 names against ")
    rows = list(csv.reader(io.StringIO((here / "found.csv").read_text("utf-8"))))
    given = list(csv.reader(io.StringIO(NAMES)))
    assert [row[:3] for row in rows] == [[cell.replace("=1+1", "'=1+1") for cell in row] for row in given]
    assert rows[0][3:] == ["match_id", "match_label", "match_verdict", "match_score", "match_reasons"]
    assert rows[1][3:5] == ["https://w3id.org/partnergraph/id/org/keele-university", "Keele University"]
    assert rows[2][3:] == ["", "", "none", "", ""]
    assert rows[3][3:] == ["", "", "none", "", ""]
    first = (here / "found.csv").read_bytes()
    assert run("match", "names.csv", "--graph", "build", "-o", "found.csv").code == 0
    assert (here / "found.csv").read_bytes() == first


def test_a_list_may_say_country_place_and_type_and_what_is_not_understood_is_told(run: Run, here: Path) -> None:
    lines = [
        "Organisation,Country,Town,Type",
        "Coventry City Council,England,Coventry,local authority",
        "Coventry City Council,FR,,university",
        "Keele Univ.,Atlantis,,wizardry",
        "Keele Univ.,Atlantis,,",
        'Keele Univ.,"Red\x1b[31m\nland",,',
        *(f"Keele Univ.,Land {number},," for number in range(20)),
    ]
    (here / "names.csv").write_text("\n".join(lines) + "\n", "utf-8")
    said = run("match", "names.csv", "--graph", "build")
    first, second, third, *_ = csv.DictReader(io.StringIO(said.out))
    assert (first["match_verdict"], "place Coventry agrees" in first["match_reasons"]) == ("certain", True)
    assert "type differs: university / local-authority" in second["match_reasons"]
    assert second["match_verdict"] != "certain"
    assert third["match_label"] == "Keele University"
    told = said.err.splitlines()
    assert told[:2] == [
        'names.csv, row 4, column "Country": '
        "'Atlantis' is no country that is known. "
        "Write its English name or its code of two letters.",
        'names.csv, row 4, column "Type": '
        "'wizardry' is no type that is known. "
        "The known ones: partnergraph kinds --list org-type.",
    ]
    assert told[2].startswith("names.csv, row 6, column \"Country\": 'Red [31m land' is no country")
    assert told[-2] == "... and 13 more like these"


def test_an_answer_file_is_whole_or_as_it_was(run: Run, here: Path) -> None:
    """The disk is full: here, no file may grow beyond a few bytes."""
    (here / "names.csv").write_text(NAMES, "utf-8")
    (here / "found.csv").write_text("earlier", "utf-8")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
        said = run("match", "names.csv", "--graph", "build", "-o", "found.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert (said.code, said.out) == (1, "")
    assert "found.csv cannot be written: File too large" in said.err
    assert (here / "found.csv").read_text("utf-8") == "earlier"
    assert sorted(path.name for path in here.iterdir()) == ["build", "found.csv", "names.csv"]


def test_a_list_is_matched_against_the_file_of_a_register(run: Run, folder: Path, tmp_path: Path) -> None:
    text = 'affiliation\n"Dept. of Law, University of Keele, UK; Wellcome Trust, London, UK"\n'
    (tmp_path / "list.csv").write_text(text, "utf-8-sig")
    register = folder / "sources" / "ror.json"
    said = run("match", tmp_path / "list.csv", "--file", register, "--as", "ror", "--format", "json")
    [row] = json.loads(said.out)
    assert row["match_id"] == f"{ROR['keele']}; {ROR['wellcome']}"
    assert row["match_verdict"] == "likely; likely"
    named = run("match", tmp_path / "list.csv", "--graph", folder, "--register", "ror", "--format", "json")
    assert json.loads(named.out) == [row]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"town,place\nX,Y\n", "has no column 'name'. Say which it is: --column town."),
        (b"name\0\n\xff\xfe\n", "names.csv"),
        (b"PK\x03\x04 not a table", "names.csv"),
    ],
    ids=["empty", "no names", "NULs", "a zip"],
)
def test_what_is_no_list_of_names_is_said(data: bytes, message: str, run: Run, here: Path) -> None:
    (here / "names.csv").write_bytes(data)
    said = run("match", "names.csv", "--graph", "build")
    assert said.code != 0
    assert message in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_hostile_list_is_answered_row_by_row(run: Run, here: Path) -> None:
    hostile = [
        "x" * 1_000_000,
        "University " * 20_000,
        "'; DROP TABLE names; --",
        "<script>alert(1)</script>",
        "\u202eelееK",
        "((((",
        "&" * 5000,
    ]
    table = io.StringIO()
    csv.writer(table).writerows([["name"], *([text] for text in hostile)])
    (here / "names.csv").write_text(table.getvalue(), "utf-8")
    said = run("match", "names.csv", "--graph", "build", "--format", "json")
    assert said.code == 0, said.err
    assert [row["name"] for row in json.loads(said.out)] == hostile


BAD_LISTS = {
    "a ragged row": (
        "name\nUniversity of Keele, UK\n",
        "names.csv, row 2: The row has 2 cells, but the list has 1 column. Put a cell that holds a comma",
    ),
    "two ragged rows": ("name\na,b\nc,d\n", "2 errors in names.csv; nothing was matched."),
    "a heading twice": (
        "name,Town,town\nKeele University,a,b\n",
        "names.csv, row 1, column \"Town\": The column 'Town' stands there twice. Keep one of them.",
    ),
}


@pytest.mark.parametrize("case", BAD_LISTS)
def test_a_list_of_a_wrong_form_is_an_error_and_nothing_is_written(case: str, run: Run, here: Path) -> None:
    text, message = BAD_LISTS[case]
    (here / "names.csv").write_text(text, "utf-8")
    said = run("match", "names.csv", "--graph", "build", "-o", "matched.csv")
    assert (said.code, (here / "matched.csv").exists()) == (1, False)
    assert message in said.err


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_list_may_be_a_workbook(suffix: str, run: Run, here: Path) -> None:
    lines = [["Organisation", "Town"], ["Keele University", "Keele"], ["", "Nowhere"]]
    sheets = {"Read me": [["Written by us"]], "Names": lines}
    if suffix == ".xlsx":
        data = packed(parts({name: table_rows(*cells) for name, cells in sheets.items()}))
    else:
        data = packed(ods({name: ods_rows(*cells) for name, cells in sheets.items()}))
    (here / f"names{suffix}").write_bytes(data)
    said = run("match", f"names{suffix}", "--graph", "build", "--format", "json")
    assert said.code == 0, said.err
    keele, nowhere = json.loads(said.out)
    assert (keele["match_label"], keele["Town"], nowhere["match_verdict"]) == ("Keele University", "Keele", "none")
    assert f'names{suffix}, sheet "Read me": The sheet was not read; the names of "Names" were matched.' in said.err
    assert f'names{suffix}, sheet "Names", row 3, column "Organisation" (cell A3): The name is missing' in said.err


def test_a_workbook_with_a_ragged_row_or_a_formula_without_value_is_an_error(run: Run, here: Path) -> None:
    ragged = table_rows(["name"], ["Keele University", "UK"])
    (here / "names.xlsx").write_bytes(packed(parts({"Names": ragged})))
    said = run("match", "names.xlsx", "--graph", "build")
    assert said.code == 1
    assert 'names.xlsx, sheet "Names", row 2 (cell B2): The row has 2 cells, but the list has 1 column.' in said.err
    formula = table_rows(["name"]) + '<row r="2"><c r="A2"><f>1+1</f></c></row>'
    (here / "names.xlsx").write_bytes(packed(parts({"Names": formula})))
    said = run("match", "names.xlsx", "--graph", "build")
    assert (said.code, said.out) == (1, "")
    assert 'sheet "Names", row 2, column "name" (cell A2): The formula has no value that was kept.' in said.err


def test_a_list_needs_something_to_be_matched_against(run: Run, here: Path) -> None:
    (here / "names.csv").write_text("name\nKeele\n", "utf-8")
    assert "Say against what: --graph GRAPH, or --file PATH --as FORMAT." in run("match", "names.csv").err
    review = run("match", "names.csv", "--graph", "build", "--review", "--who", "K")
    assert "Decisions are kept in a graph folder" in review.err
    column = run("match", "names.csv", "--graph", "build", "--column", "what")
    assert "names.csv has no column 'what'. Its columns: name." in column.err
    assert run("match", "names.csv", "--graph", "build", "--column", "NAME").code == 0
