"""The second notebook: an afternoon's questions, each answered from the Keele graph."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat import NotebookNode

from tests.conftest import ROOT
from tests.notebooks.cells import execute, frame, shown

AFTERNOON = ROOT / "notebooks" / "02-an-analysts-afternoon.ipynb"


@pytest.fixture(scope="module")
def place(keele: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's notebooks folder, beside a build."""
    project = tmp_path_factory.mktemp("project")
    (project / "notebooks").mkdir()
    (project / "build").symlink_to(keele)
    return project / "notebooks"


@pytest.fixture(scope="module")
def ran(place: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotebookNode]:
    """Its cells after a run."""
    return execute(AFTERNOON, place, tmp_path_factory.mktemp("home"))


def members(cell: NotebookNode) -> dict[str, str]:
    """Who was a member, and whether that is sure."""
    lines = [line.rsplit("  ", 1) for line in shown(cell).splitlines()[2:-1]]
    return {name.strip(): held.strip() for name, held in lines}


def test_it_opens_the_build_beside_it_and_writes_nothing_there(place: Path, ran: dict[str, NotebookNode]) -> None:
    assert ran["open"].outputs == []
    assert list(place.iterdir()) == []


def test_the_partners_are_shown_and_counted(ran: dict[str, NotebookNode]) -> None:
    assert "West Midlands Social Work Teaching Partnership" in shown(ran["partners"], "text/html")
    counted = shown(ran["partner-kinds"])
    assert "membership" in counted
    assert "close relationship" in counted


def test_the_members_of_two_days_differ_as_the_sources_say(ran: dict[str, NotebookNode]) -> None:
    then, now = members(ran["then"]), members(ran["now"])
    assert then["University of Birmingham"] == now["University of Exeter"] == "yes"
    assert "unknown" in then.values()
    later, left = shown(ran["compare"]).splitlines()
    assert later.startswith("Came later: ")
    assert set(later.removeprefix("Came later: ").split("; ")) == set(now) - set(then)
    assert set(left.removeprefix("Left: ").split("; ")) == set(then) - set(now)
    assert "University of Exeter" in later
    assert "University of Birmingham" in left


def test_both_sides_of_the_dispute_are_there_with_their_words(ran: dict[str, NotebookNode]) -> None:
    page = shown(ran["disputed"], "text/html")
    assert page.count("<tr>") > 2
    assert all(name in page for name in ("Coventry University", "Coventry City Council", "disputed"))
    why = shown(ran["why"])
    assert "disputed: " in why
    assert "“through Coventry University”" in why


def test_the_slip_is_explained(ran: dict[str, NotebookNode]) -> None:
    assert "Did you mean code:funding?" in shown(ran["empty"], "text/html")


def test_the_money_is_drawn_in_the_cell(ran: dict[str, NotebookNode]) -> None:
    page = shown(ran["draw"], "text/html")
    assert page.startswith("<iframe srcdoc=")
    assert "Wellcome Trust" in page
    assert len(shown(ran["draw"])) < 500


def test_the_measures_agree_with_each_other(ran: dict[str, NotebookNode]) -> None:
    steps = shown(ran["network"]).splitlines()[2:]
    counted = {int(line.split()[0]): int(line.split()[1]) for line in steps}
    assert counted[0] == 1
    assert counted[1] > 10
    through = frame(ran["through"])
    assert len(through) == counted[2]
    assert not (through["through"] == "").any()
    reached = through.set_index("organisation")["through"]
    assert "NIHR School for Primary Care Research" in reached["University of Exeter"]


def test_the_appendix_is_written_and_read_back(ran: dict[str, NotebookNode]) -> None:
    printed = [out.text for out in ran["export"].outputs if out.output_type == "stream"]
    assert [line.partition(":")[0] for line in "".join(printed).splitlines()] == [
        *("partners.xlsx", "partners.csv", "partners.parquet")
    ]
    columns = ["partner", "kind", "through", "since", "until", "status", "last_confirmed"]
    assert list(frame(ran["export"]).columns) == columns
