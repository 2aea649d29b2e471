"""All or nothing: what a build publishes, what it leaves alone, and who can read what meanwhile."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.build import build, collect_findings
from partnergraph.build.publishing import lock_output
from partnergraph.errors import DataError, StoreError, UsageError
from partnergraph.files import MARK
from partnergraph.store import Reader, locate
from partnergraph.store.oxigraph.host_name import remove_host_name
from tests.build.conftest import small_folder

NAMES = "SELECT ?name { o:alpha skos:prefLabel ?name }"


def state(output: Path) -> dict[str, tuple[object, ...]]:
    """Everything under a folder: links with their targets; files with content, time and inode."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(output.rglob("*")):
        name = path.relative_to(output).as_posix()
        if path.is_symlink():
            found[name] = ("link", str(path.readlink()))
        elif path.is_file():
            seen = path.stat()
            found[name] = ("file", hashlib.sha256(path.read_bytes()).hexdigest(), seen.st_mtime_ns, seen.st_ino)
        else:
            found[name] = ("folder", path.stat().st_ino)
    return found


def rename(folder: Path, name: str) -> None:
    """Give the first body another name: the input is another one then."""
    table = folder / "tables" / "organisations.csv"
    lines = table.read_text("utf-8").splitlines()
    lines[1] = f"alpha,{name},formal,university,e1"
    table.write_text("\n".join(lines) + "\n", "utf-8")


def name_in(reader: Reader) -> str | None:
    [row] = reader.rows(NAMES)
    return row["name"]


def test_a_build_publishes_store_graph_report_and_page(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    report = build(folder, output, page=lambda reader: f"<p>{name_in(reader)}</p>")
    assert (output / "index.html").read_text("utf-8") == "<p>Alpha</p>"
    told = json.loads((output / "report.json").read_text("utf-8"))
    assert told["graph_trig_sha256"] == hashlib.sha256((output / "graph.trig").read_bytes()).hexdigest()
    assert told["counts"] == report.counts
    assert told["inputs"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    }
    assert not report.unchanged
    assert list(Reader.at(output).nquads()) == list(Reader.files([output / "graph.trig"]).nquads())
    assert report.counts["quads"] == len(list(Reader.at(output).nquads()))


def test_unchanged_input_is_recognised_and_nothing_is_touched(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    first = build(folder, output)
    before = state(output)
    (folder / "README.md").write_text("what is no input does not count", "utf-8")
    second = build(folder, output)
    assert second.unchanged
    assert second.counts == first.counts
    assert state(output) == before


@pytest.mark.parametrize(
    "file", ["partnergraph.toml", "documents/page.txt", "tables/evidence.csv", "tables/relationships.csv"]
)
def test_changed_input_is_rebuilt(file: str, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    first = build(folder, output)
    target = folder / file
    target.write_text(target.read_text("utf-8") + "\n", "utf-8")
    second = build(folder, output)
    assert not second.unchanged
    assert second.fingerprint != first.fingerprint


def test_a_new_table_a_narrower_view_and_another_page_are_other_input(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"

    def page(_: Reader) -> str:
        return "<p>page</p>"

    prints = [
        build(folder, output).fingerprint,
        build(folder, output, page=page, page_version="1").fingerprint,
        build(folder, output, page=page, page_version="2").fingerprint,
        build(folder, output, only={"page"}).fingerprint,
    ]
    (folder / "tables" / "names.csv").write_text("id,organisation,name,kind,evidence\n", "utf-8")
    prints.append(build(folder, output).fingerprint)
    assert len(set(prints)) == 5


def test_a_forced_build_of_the_same_input_is_another_generation_with_the_same_bytes(
    folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "build"
    build(folder, output)
    before = (output / "current").readlink(), (output / "graph.trig").read_bytes()
    assert not build(folder, output, force=True).unchanged
    assert (output / "current").readlink() != before[0]
    assert (output / "graph.trig").read_bytes() == before[1]
    assert build(folder, output).unchanged


def test_an_open_reader_answers_while_and_after_three_more_are_published(folder: Path, tmp_path: Path) -> None:
    """Two generations are kept. A reader outlives its own, because the engine has all of its files open."""
    output = tmp_path / "build"
    build(folder, output)
    reader = Reader.at(output)
    everything = list(reader.nquads())
    opened = locate(output)
    seen_meanwhile = []
    for name in ("Beth", "Gimel", "Daleth"):
        rename(folder, name)
        build(folder, output, progress=lambda _: seen_meanwhile.append(name_in(reader)))
        assert list(reader.nquads()) == everything
        assert name_in(Reader.at(output)) == name
    assert set(seen_meanwhile) == {"Alpha"}
    assert len(seen_meanwhile) == 12
    assert not opened.exists()
    assert name_in(reader) == "Alpha"


def test_the_generation_before_is_kept_and_older_ones_are_removed(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    published = []
    for name in ("Alpha", "Beth", "Gimel", "Daleth"):
        rename(folder, name)
        build(folder, output)
        published.append((output / "current").resolve())
    assert sorted((output / "generations").iterdir()) == sorted(published[-2:])
    assert name_in(Reader.open(published[-2] / "store")) == "Gimel"


def test_errors_in_the_tables_leave_everything_as_it_is(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    before = state(output)
    table = folder / "tables" / "relationships.csv"
    table.write_text(table.read_text("utf-8").replace("membership", "membershop"), "utf-8")
    with pytest.raises(DataError, match="nothing was published") as caught:
        build(folder, output)
    assert [finding.value for finding in caught.value.findings] == ["membershop"]
    assert state(output) == before


def test_errors_that_only_the_shapes_see_leave_everything_as_it_is(folder: Path, tmp_path: Path) -> None:
    """The dates are well formed one by one; that the end is before the start is seen in the assembled graph."""
    output = tmp_path / "build"
    build(folder, output)
    before = state(output)
    (folder / "tables" / "relationships.csv").write_text(
        "id,kind,from,to,start,end,evidence\nm,membership,alpha,beta,2012,2010,e1\nf,funding,beta,alpha,,,e2\n", "utf-8"
    )
    with pytest.raises(DataError, match="nothing was published") as caught:
        build(folder, output)
    assert caught.value.findings
    assert state(output) == before


def test_a_first_build_with_errors_publishes_nothing_that_can_be_opened(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    rename(folder, "")
    with pytest.raises(DataError):
        build(folder, output)
    assert not (output / "current").exists()
    assert not list(output.rglob("graph.trig"))
    with pytest.raises(StoreError, match="Build one"):
        Reader.at(output)


def test_a_page_that_cannot_be_drawn_publishes_nothing(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    before = state(output)
    rename(folder, "Beth")

    def broken(_: Reader) -> str:
        raise ZeroDivisionError("a bug of the page")

    with pytest.raises(ZeroDivisionError):
        build(folder, output, page=broken)
    assert state(output) == before


def test_a_build_without_page_takes_the_link_of_the_old_page_away(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output, page=lambda _: "<p>old</p>")
    build(folder, output)
    assert not (output / "index.html").is_symlink()
    assert (output / "graph.trig").exists()


def test_a_foreign_folder_is_not_written_into(folder: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter-1.txt").write_text("years of work", "utf-8")
    before = state(foreign)
    with pytest.raises(UsageError, match="is not empty and was not made by partnergraph build"):
        build(folder, foreign)
    assert state(foreign) == before


def test_the_graph_folder_itself_is_not_taken_for_an_output_folder(folder: Path) -> None:
    before = state(folder)
    with pytest.raises(UsageError, match="Choose another --output"):
        build(folder, folder)
    assert state(folder) == before


def test_an_empty_folder_is_taken(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "empty"
    output.mkdir()
    build(folder, output)
    assert name_in(Reader.at(output)) == "Alpha"


def test_a_second_build_at_the_same_time_is_refused(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    other = small_folder(tmp_path / "other", "Other")
    refused = []

    def meanwhile(_: str) -> None:
        with pytest.raises(StoreError, match="Another build is writing") as caught:
            build(other, output)
        refused.append(str(caught.value))

    build(folder, output, progress=meanwhile)
    assert len(refused) == 4
    assert str(output) in refused[0]
    assert name_in(Reader.at(output)) == "Alpha"
    build(other, output)
    assert name_in(Reader.at(output)) == "Other"


def test_what_a_kill_left_behind_is_swept(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    half = output / "generations" / ".new-4711" / "store"
    half.mkdir(parents=True)
    (half / "000001.sst").write_bytes(b"half")
    (output / "generations" / "finished-but-never-shown").mkdir()
    (output / ".link-current-4711").symlink_to("nowhere")
    rename(folder, "Beth")
    build(folder, output)
    assert not half.parent.exists()
    assert not (output / "generations" / "finished-but-never-shown").exists()
    assert sorted(p.name for p in output.iterdir()) == sorted(
        [MARK, ".previous", "current", "generations", "graph.trig", "report.json"]
    )


@pytest.mark.parametrize("name", ["graph.trig", "report.json", "index.html"])
def test_a_link_that_a_kill_left_out_is_mended_by_building_again(name: str, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"

    def page(_: Reader) -> str:
        return "<p>page</p>"

    build(folder, output, page=page)
    (output / name).unlink()
    assert not build(folder, output, page=page).unchanged
    assert (output / name).is_symlink()
    assert (output / name).exists()
    assert build(folder, output, page=page).unchanged


def change(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [change, cut, Path.unlink])
@pytest.mark.parametrize(
    "name", ["graph.trig", "index.html", "report.json", "names.sqlite", "network.npz", "SHA256SUMS"]
)
def test_what_was_published_and_changed_since_is_built_again(
    name: str, damage: Callable[[Path], None], folder: Path, tmp_path: Path
) -> None:
    """Nobody need say --force: what stands there is looked at, not only what is read."""
    output = tmp_path / "build"

    def page(_: Reader) -> str:
        return "<p>Alpha</p>"

    build(folder, output, page=page)
    right = {path.name: path.read_bytes() for path in (output / "current").iterdir() if path.is_file()}
    damage(output / "current" / name)
    assert not build(folder, output, page=page).unchanged
    assert {path.name: path.read_bytes() for path in (output / "current").iterdir() if path.is_file()} == right
    assert build(folder, output, page=page).unchanged


def test_a_store_that_was_cut_is_built_again(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    largest = max((output / "current" / "store").glob("*.sst"), key=lambda path: path.stat().st_size)
    cut(largest)
    assert not build(folder, output).unchanged
    assert name_in(Reader.at(output)) == "Alpha"


def test_the_sums_are_those_that_the_standard_tool_checks(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output, page=lambda _: "<p>page</p>")
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=output / "current",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    named = {line.removesuffix(": OK") for line in done.stdout.splitlines()}
    files = {path.name for path in (output / "current").iterdir() if path.is_file()}
    assert named == files - {"SHA256SUMS"}


def test_another_graph_is_not_replaced_without_being_asked(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    before = state(output)
    other = small_folder(tmp_path / "other", "Other")
    settings = other / "partnergraph.toml"
    settings.write_text(settings.read_text("utf-8").replace('"small"', '"other"', 1), "utf-8")
    for force in (False, True):
        with pytest.raises(UsageError, match=r"holds another graph, 'Small' \(id small\).*--output .*other/build; or"):
            build(other, output, force=force)
    assert state(output) == before
    build(other, output, replace=True)
    assert name_in(Reader.at(output)) == "Other"
    with pytest.raises(UsageError, match="holds another graph"):
        build(folder, output)
    with (output / "current" / "graph.trig").open("ab") as graph:
        graph.write(b"# edited by hand\n")
    with pytest.raises(UsageError, match="holds another graph"):
        build(folder, output)
    (output / "current" / "SHA256SUMS").unlink()  # a build of before there were sums
    with pytest.raises(UsageError, match="holds another graph"):
        build(folder, output)


def test_nothing_published_is_an_output_folder(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    before = state(output)
    for name in ("current", "current/more", "generations/x"):
        with pytest.raises(UsageError, match="only a build changes"):
            build(folder, output / name)
    assert state(output) == before


def test_the_engines_log_is_not_published_and_opening_writes_none(folder: Path, tmp_path: Path) -> None:
    """It names the machine and the folder."""
    output = tmp_path / "build"
    build(folder, output)
    assert name_in(Reader.at(output)) == "Alpha"
    store = output / "current" / "store"
    assert (store / "CURRENT").exists()
    assert not list(store.glob("LOG*"))
    texts = [path for path in (output / "current").rglob("*") if path.is_file()]
    assert len(texts) > 10
    assert [path.name for path in texts if os.fsencode(tmp_path) in path.read_bytes()] == []


def test_no_table_file_of_the_store_names_the_host(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    tables = list((output / "current" / "store").glob("*.sst"))
    assert len(tables) > 5
    host = re.escape(os.fsencode(platform.node()))
    for table in tables:
        data = table.read_bytes()
        assert data.count(b"host.identity") == 1
        assert re.search(rb"host\.identity-+[^-]", data)
        assert not re.search(rb"host\.identity" + host, data)
    everything = list(Reader.at(output).nquads())  # every block's checksum is checked in reading
    assert everything == list(Reader.files([output / "graph.trig"]).nquads())


def test_a_table_file_of_another_form_is_left_as_it_is(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(folder, output)
    table = max((output / "current" / "store").glob("*.sst"), key=lambda path: path.stat().st_size)
    right = table.read_bytes()
    for data in (b"", b"short", right[:-1], right.replace(b"host.identity-", b"host.identity+")):
        (tmp_path / "other.sst").write_bytes(data)
        assert not remove_host_name(tmp_path / "other.sst")
        assert (tmp_path / "other.sst").read_bytes() == data


def test_a_build_reads_one_state_of_the_folder(folder: Path, tmp_path: Path) -> None:
    """Whoever saves a table while it is read is told to build again; the fingerprint would be of another state."""
    output = tmp_path / "build"

    def save(what: str) -> None:
        if what.startswith("reading"):
            rename(folder, "Beth")

    with pytest.raises(DataError, match="was changed while it was read"):
        build(folder, output, progress=save)
    assert not (output / "current").exists()
    build(folder, output)
    assert name_in(Reader.at(output)) == "Beth"


def test_a_file_that_cannot_be_read_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "tables" / "names.csv").mkdir()
    with pytest.raises(DataError, match=r"1 error in .*nothing was published") as refused:
        build(folder, tmp_path / "build")
    said = "tables/names.csv: This is a folder, not a file. Name the data file itself."
    assert [str(finding) for finding in refused.value.findings] == [said]
    assert said in [str(finding) for finding in collect_findings(folder)]
    assert not (tmp_path / "build" / "current").exists()


def test_relative_paths_and_the_folder_called_dot(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    build(Path(), Path("../out/deep"))
    assert name_in(Reader.at(tmp_path / "out" / "deep")) == "Alpha"
    build(Path(), Path("build"))
    assert name_in(Reader.at(Path())) == "Alpha"
    assert name_in(Reader.at()) == "Alpha"


def test_a_folder_called_dot_finds_the_build_beside_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    build(Path(), Path("../build"))
    assert name_in(Reader.at(Path())) == "Alpha"
    assert locate(Path()) == locate(tmp_path / "build")


def test_of_copies_of_one_graph_each_folder_finds_its_own_build(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a newcomer: a copy was edited and built, and the build of the original answered for it."""
    monkeypatch.chdir(tmp_path)
    build(folder, Path("build"))
    copy = Path(shutil.copytree(folder, tmp_path / "copies" / "copy"))
    table = copy / "tables" / "organisations.csv"
    table.write_text(table.read_text("utf-8").replace("Alpha", "Edited"), "utf-8")
    build(copy, copy / "build")
    assert name_in(Reader.at(copy)) == "Edited"
    assert name_in(Reader.at(folder)) == "Alpha"
    build(copy, Path("build"))  # now it stands there too, and the build of the folder is older than its tables
    table.write_text(table.read_text("utf-8").replace("Edited", "Again"), "utf-8")
    build(copy, Path("build"))
    assert name_in(Reader.at(copy)) == "Again"


def test_links_to_folders_are_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "output").symlink_to("real")
    (tmp_path / "input").symlink_to(folder)
    build(tmp_path / "input", tmp_path / "output")
    assert name_in(Reader.at(tmp_path / "real")) == "Alpha"
    assert build(folder, tmp_path / "real").unchanged


def test_an_output_folder_may_be_moved(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "build")
    (tmp_path / "build").rename(tmp_path / "elsewhere")
    assert name_in(Reader.at(tmp_path / "elsewhere")) == "Alpha"
    assert (tmp_path / "elsewhere" / "graph.trig").exists()
    assert build(folder, tmp_path / "elsewhere").unchanged


@pytest.mark.parametrize(
    ("damage", "text"),
    [("report.json", "{"), ("report.json", "[]"), ("report.json", '{"graph": "other"}')],
)
def test_a_build_whose_report_is_damaged_or_of_another_graph_is_not_this_graphs(
    damage: str, text: str, folder: Path, tmp_path: Path
) -> None:
    build(folder, tmp_path / "build")
    (tmp_path / "build" / "current" / damage).write_text(text, "utf-8")
    with pytest.raises(StoreError, match="has not been built yet"):
        Reader.at(folder)
    assert not build(folder, tmp_path / "build").unchanged
    assert name_in(Reader.at(folder)) == "Alpha"


def test_the_lock_is_given_back_after_an_error(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "build"
    rename(folder, "")
    with pytest.raises(DataError):
        build(folder, output)
    with lock_output(output):
        assert os.path.lexists(output / MARK)
    rename(folder, "Beth")
    build(folder, output)
    assert name_in(Reader.at(output)) == "Beth"
