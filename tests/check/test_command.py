"""`partnergraph check` as a person and as a program see it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from partnergraph.check.report import COLUMNS, FORMATS, render
from partnergraph.cli import cli
from partnergraph.errors import Finding, Place, UsageError
from tests.check.conftest import Copy
from tests.conftest import ROOT

ALONGSIDE = {"id": "working-alongside--impact-accelerator-unit--nhs-consortium-partners"}
LINE = (
    "tables/relationships.csv, row 17, column \"kind\": 'fundin' is not a relationship kind. "
    "Did you mean 'funding'? All kinds: partnergraph kinds\n"
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["check", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def broken(folder: Copy) -> Copy:
    assert folder.edit("relationships", ALONGSIDE, {"kind": "fundin"}) == 17
    return folder


def test_the_keele_folder_is_clean_and_exits_with_0() -> None:
    done = run(ROOT / "data")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "0 errors, 0 warnings\n")


def test_the_line_is_the_one_that_the_readme_shows(broken: Copy) -> None:
    done = run(broken.path)
    assert done.exit_code == 1
    assert done.stdout == LINE + "    error: unknown-kind\n"
    assert done.stderr == "1 error, 0 warnings\n"
    assert LINE in (ROOT / "README.md").read_text("utf-8")


def test_the_csv_form_has_its_columns_and_one_row_for_each_finding(broken: Copy) -> None:
    done = run(broken.path, "--format", "csv")
    assert done.exit_code == 1
    assert list(csv.reader(io.StringIO(done.stdout, newline=""))) == [
        ["rule", "severity", "file", "row", "column", "value", "message", "fix", "focus", "sheet", "cell"],
        [
            *("unknown-kind", "error", "tables/relationships.csv", "17", "kind", "fundin"),
            *("'fundin' is not a relationship kind.", "Did you mean 'funding'? All kinds: partnergraph kinds", ""),
            *("", "B17"),
        ],
    ]


def test_the_json_form_holds_numbers_as_numbers_and_null_for_what_is_not_there(broken: Copy) -> None:
    done = run(broken.path, "-f", "json")
    assert done.exit_code == 1
    [finding] = json.loads(done.stdout)
    assert list(finding) == list(COLUMNS)
    assert (finding["row"], finding["focus"]) == (17, None)


@pytest.mark.parametrize("format_", FORMATS)
def test_no_findings_are_an_empty_answer_in_each_form(format_: str) -> None:
    expected = {"table": "", "csv": ",".join(COLUMNS) + "\r\n", "json": "[]\n"}
    if format_ == "html":
        assert "<tbody>\n</tbody>" in render([], format_)
    else:
        assert render([], format_) == expected[format_]


def test_warnings_alone_exit_with_0(folder: Copy) -> None:
    row = folder.add("evidence", folder.rows("evidence")[100] | {"id": "spare-1"})
    done = run(folder.path)
    assert done.exit_code == 0
    assert done.stdout.startswith(f'tables/evidence.csv, row {row}, column "id": This evidence supports nothing.')
    assert "    warning: unused-evidence\n" in done.stdout
    assert done.stderr == "0 errors, 1 warning\n"


def test_the_result_can_be_written_to_a_file(broken: Copy, tmp_path: Path) -> None:
    done = run(broken.path, "-f", "csv", "-o", tmp_path / "findings.csv")
    assert (done.exit_code, done.stdout) == (1, "")
    assert (tmp_path / "findings.csv").read_bytes().startswith(b"rule,severity,file,row,column")


def test_the_same_folder_gives_the_same_bytes(broken: Copy) -> None:
    broken.edit("events", {"date": "2008"}, {"date": "31/03/2008"})
    assert run(broken.path, "-f", "json").stdout == run(broken.path, "-f", "json").stdout


def test_nothing_to_check_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="There is no data here") as wrong:
        run()
    assert wrong.value.exit_code == 2


def test_a_folder_and_a_file_together_are_wrong_usage() -> None:
    with pytest.raises(UsageError, match="Check one graph folder at a time"):
        run(ROOT / "data", ROOT / "ontology" / "kinds.ttl")


def test_a_path_that_does_not_exist_is_wrong_usage() -> None:
    assert run("nowhere").exit_code == 2


def test_a_finding_of_a_graph_names_its_node_below_its_place() -> None:
    finding = Finding("Dated", "warning", "Odd.", Place("tables/events.csv", 3), "v", "Mend it.", "https://e.org/x")
    assert render([finding], "table") == (
        "tables/events.csv, row 3: Odd. Mend it.\n    warning: Dated, about https://e.org/x\n"
    )


def test_line_breaks_and_escapes_in_a_value_do_not_break_the_line_or_the_terminal() -> None:
    finding = Finding("r", "error", "'a\nb\x1b[31m\u2028c' is odd.", Place("f.csv", 2))
    assert render([finding], "table").splitlines() == ["f.csv, row 2: 'a b [31m c' is odd.", "    error: r"]
    [row] = json.loads(render([finding], "json"))
    assert row["message"] == finding.message
