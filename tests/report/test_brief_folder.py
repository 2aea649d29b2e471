"""The briefs of all organisations in a folder."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from partnergraph.claims.entities import read_entities
from partnergraph.errors import UsageError
from partnergraph.report import BriefMaker, write_briefs
from partnergraph.report.brief_folder import file_names
from partnergraph.store import Reader
from tests.cli.conftest import Run, run
from tests.report.conftest import DAY, Markup

__all__ = ["run"]  # a fixture


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@pytest.fixture(scope="module")
def folder(keele_reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All briefs of the Keele graph."""
    folder = tmp_path_factory.mktemp("briefs") / "of" / "all"
    write_briefs(BriefMaker(keele_reader, DAY), folder)
    return folder


def test_one_file_for_each_organisation_and_a_list(folder: Path, keele_reader: Reader) -> None:
    organisations = [entity for entity in read_entities(keele_reader).values() if entity.kind == "organisation"]
    names = {path.name for path in folder.iterdir()}
    assert len(names) == len(organisations) + 1
    assert {"index.html", "keele-university.html"} <= names
    index = Markup((folder / "index.html").read_text("utf-8"))
    assert {*index.links} == names - {"index.html"}
    assert not [entity.label for entity in organisations if entity.label not in index.words]
    assert index.loaded == []


def test_links_between_them_lead_somewhere(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    local = 0
    for path in folder.iterdir():
        page = Markup(path.read_text("utf-8"))
        own = [link for link in page.links if not link.startswith(("#", "http"))]
        assert {*own} <= names
        local += len(own)
    assert local > 300


def test_again_it_is_the_same_and_what_is_of_others_stays(folder: Path, keele_reader: Reader) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "notes.html").write_text("mine")
    (folder / "aston-university.txt").write_text("mine, too")
    write_briefs(BriefMaker(keele_reader, DAY), folder)
    assert (folder / "notes.html").read_text() == "mine"
    assert (folder / "aston-university.txt").read_text() == "mine, too"
    assert {name: (folder / name).read_bytes() for name in before} == before
    for name in ("notes.html", "aston-university.txt"):
        (folder / name).unlink()


@pytest.mark.parametrize("name", ["index.html", "keele-university.html"])
def test_a_file_in_the_way_that_is_no_report_stops_it(tmp_path: Path, keele_reader: Reader, name: str) -> None:
    (tmp_path / name).write_text("<title>mine</title>")
    with pytest.raises(UsageError, match=rf"{name} is no report of partnergraph"):
        write_briefs(BriefMaker(keele_reader, DAY), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "<title>mine</title>"


def test_all_of_them_take_seconds(keele_reader: Reader, tmp_path: Path) -> None:
    start = _cpu()
    number = write_briefs(BriefMaker(keele_reader, DAY), tmp_path / "all")
    assert number > 75
    assert (_cpu() - start) / number < 0.05, "seconds of a processor for each"


def test_names_of_files_are_unique_everywhere() -> None:
    iris = [
        "https://e.org/Con",
        "https://e.org/é",
        "https://e.org/É",
        "https://e.org/a/" + "x" * 300,
        "urn:x:A.b",
        "urn:y:a-b",
    ]
    names = file_names(iris)
    assert len({name.lower() for name in names.values()}) == len(iris)
    assert all(name.isascii() and len(name) < 120 and name != "con.html" for name in names.values())


def test_the_command(run: Run, keele: Path, tmp_path: Path) -> None:
    said = run("report", "Keele University", "-g", keele, "--as-of", DAY, "-o", tmp_path / "k.html")
    assert (said.code, said.out) == (0, "")
    assert "Keele University" in (tmp_path / "k.html").read_text("utf-8")
    assert run("report", "Keele University", "-g", keele, "--as-of", DAY).out == (tmp_path / "k.html").read_text(
        "utf-8"
    )
    said = run("report", "-g", keele, "--all", tmp_path / "all", "--as-of", "2020")
    assert (said.code, said.out) == (0, "")
    assert "82 reports" in said.err
    assert "asked in 2020" in Markup((tmp_path / "all" / "index.html").read_text("utf-8")).words


def test_without_a_date_it_is_of_today(run: Run, keele: Path) -> None:
    from datetime import date

    before = date.today().isoformat()
    said = run("report", "Keele University", "-g", keele)
    words = Markup(said.out).words
    assert any(f"asked on {day}" in words for day in (before, date.today().isoformat()))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("Keele University", "--all", "x"), 2, "leave out ORGANISATION and --output"),
        (("Keele University", "-o", "x.docx"), 2, "as HTML or PDF"),
        (("Keele University", "--as-of", "soon"), 2, "is not a date"),
        (("No Such Body At All",), 1, "Nothing here is called"),
    ],
)
def test_wrong_arguments(
    run: Run, keele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...], code: int, message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    said = run("report", "-g", keele, *arguments)
    assert said.code == code
    assert message in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert [*tmp_path.iterdir()] == []
