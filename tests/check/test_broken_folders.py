"""Tables that are no tables, and a folder whose configuration is wrong: one cause gives one finding."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.errors import DataError, Finding, Place
from partnergraph.graph_folder.folder import input_hashes
from tests.check.conftest import Copy

COUNCIL = "leadership--coventry-city-council--west-midlands-social-work-teaching-partnership"


def table(name: str) -> Callable[[Copy], Path]:
    return lambda folder: folder.path / "tables" / f"{name}.csv"


def only(folder: Copy, severity: str = "error") -> Finding:
    findings = folder.findings()
    assert len(findings) == 1, [str(finding) for finding in findings]
    assert findings[0].severity == severity
    assert findings[0].fix
    return findings[0]


def line_of(path: Path, text: bytes) -> int:
    """In tables without line breaks in cells, lines are rows."""
    data = path.read_bytes()
    return data[: data.index(text)].count(b"\n") + 1


# Every table is named by others: a table that cannot be read must not turn all that names it into errors.
def test_a_table_that_is_not_utf8_is_one_finding_at_the_row_of_the_first_wrong_byte(folder: Copy) -> None:
    path = table("organisations")(folder)
    row = line_of(path, b"nice,")
    folder.replace("tables/organisations.csv", b"\nnice,", b"\nnice,\x81")
    finding = only(folder)
    assert (finding.rule, finding.place) == ("encoding", Place("tables/organisations.csv", row))
    assert "UTF-8" in (finding.fix or "")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_table_saved_as_utf16_or_utf32_is_read_and_said(encoding: str, folder: Copy) -> None:
    path = table("evidence")(folder)
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    [finding] = folder.findings()
    assert (finding.rule, finding.severity) == ("encoding", "info")
    assert finding.place == Place("tables/evidence.csv")


def test_a_byte_order_mark_does_not_matter(folder: Copy) -> None:
    for path in (folder.path / "tables").glob("*.csv"):
        path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert folder.findings() == []


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_the_line_endings_of_other_systems_do_not_matter(ending: bytes, folder: Copy) -> None:
    for path in (folder.path / "tables").glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", ending))
    assert folder.findings() == []


def test_a_nul_character_is_one_finding_at_its_row(folder: Copy) -> None:
    row = line_of(table("organisations")(folder), b"nice,")
    folder.replace("tables/organisations.csv", b"\nnice,", b"\nnice\x00,")
    finding = only(folder)
    assert (finding.rule, finding.place) == ("control-character", Place("tables/organisations.csv", row))


def test_a_quotation_mark_that_is_not_closed_is_one_finding_at_the_row_where_it_opens(folder: Copy) -> None:
    row = line_of(table("organisations")(folder), b"nice,")
    folder.replace("tables/organisations.csv", b"\nnice,", b'\nnice,"')
    finding = only(folder)
    assert (finding.rule, finding.place) == ("csv", Place("tables/organisations.csv", row))
    assert "quotation mark" in (finding.fix or "")


def test_a_cell_above_the_limit_is_one_finding_and_one_below_it_is_read(folder: Copy) -> None:
    note = folder.rows("identifiers")[0]
    folder.edit("identifiers", {"value": note["value"]}, {"note": "x" * 200_000})  # above the csv module's own limit
    assert folder.findings() == []
    row = folder.edit("identifiers", {"value": note["value"]}, {"note": "x" * 1_000_001})
    finding = only(folder)
    assert (finding.rule, finding.place) == ("csv", Place("tables/identifiers.csv", row))
    assert "field larger than field limit" in finding.message


@pytest.mark.parametrize(("mark", "called"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_with_other_separators_is_read_and_said(mark: str, called: str, folder: Copy) -> None:
    path = table("sources")(folder)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, delimiter=mark).writerows(rows)
    [finding] = folder.findings()
    assert (finding.rule, finding.severity) == ("separator", "info")
    assert finding.place == Place("tables/sources.csv", 1)
    assert finding.message == f"The columns are separated by {called}, not by commas; they were read so."


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , ,\n", codecs.BOM_UTF8])
def test_an_empty_table_is_one_finding(content: bytes, folder: Copy) -> None:
    table("places")(folder).write_bytes(content)
    finding = only(folder)
    assert (finding.rule, finding.place) == ("empty-table", Place("tables/places.csv", 1))
    assert "id, name" in (finding.fix or "")


def test_a_row_with_too_many_cells_is_one_finding_even_if_others_name_it(folder: Copy) -> None:
    row = line_of(table("organisations")(folder), b"\nnice,") + 1
    folder.replace("tables/organisations.csv", b"\nnice,", b"\nnice,An institute, of excellence,")
    finding = only(folder)
    assert (finding.rule, finding.place) == ("ragged-row", Place("tables/organisations.csv", row))
    assert "between quotation marks" in (finding.fix or "")


def test_a_row_with_fewer_cells_only_misses_what_is_not_there(folder: Copy) -> None:
    path = table("statements")(folder)
    path.write_bytes(path.read_bytes() + b"short,keele-spcsc-partnerships,finding\n")
    rows = line_of(path, b"short,")
    assert [(f.rule, f.place) for f in folder.findings()] == [
        ("no-evidence", Place("tables/statements.csv", rows, "evidence")),
        ("missing-value", Place("tables/statements.csv", rows, "name")),
    ]


def test_a_cell_under_no_heading_is_not_dropped_in_silence(folder: Copy) -> None:
    path = table("places")(folder)
    lines = path.read_text("utf-8").splitlines()
    lines[0] += ","
    lines[3] += ",see the map"
    path.write_text("\n".join(lines), "utf-8")
    finding = only(folder)
    assert (finding.rule, finding.place, finding.value) == ("no-heading", Place("tables/places.csv", 4), "see the map")


def test_an_unknown_column_is_found_with_the_nearest(folder: Copy) -> None:
    folder.replace("tables/relationships.csv", b",formalised_through,", b",formalized_through,")
    finding = only(folder, "warning")
    assert finding.rule == "unknown-column"
    assert finding.place == Place("tables/relationships.csv", 1, "formalized_through")
    assert finding.value == "formalized_through"
    assert (finding.fix or "").startswith("Did you mean 'formalised_through'? Columns of this table: id, kind, from")


def test_a_misspelt_column_that_must_be_there_is_unknown_and_missing(folder: Copy) -> None:
    folder.replace("tables/organisations.csv", b"id,name,", b"idd,name,")
    assert [(f.rule, f.place, f.value) for f in folder.findings()] == [
        ("missing-column", Place("tables/organisations.csv", 1, "id"), "id"),
        ("unknown-column", Place("tables/organisations.csv", 1, "idd"), "idd"),
    ]


def test_a_column_that_stands_twice_is_found(folder: Copy) -> None:
    folder.replace("tables/places.csv", b",note,", b",kind,")
    assert ("duplicate-column", "kind") in {(f.rule, f.value) for f in folder.findings()}


def test_headings_may_stand_in_any_order_with_capitals_and_spaces(folder: Copy) -> None:
    rows = folder.rows("groups")
    folder.write("groups", [dict(reversed(row.items())) for row in rows])
    folder.replace("tables/groups.csv", b"member_type", b" Member Type ")
    assert folder.findings() == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("organisation.csv", "Did you mean organisations.csv?"),
        ("budget.csv", "Tables: partnerships, sources, evidence"),
    ],
)
def test_an_unknown_table_is_found(name: str, hint: str, folder: Copy) -> None:
    (folder.path / "tables" / name).write_text("id\nx\n", "utf-8")
    finding = only(folder)
    assert (finding.rule, finding.place, finding.value) == ("unknown-table", Place(f"tables/{name}"), name)
    assert (finding.fix or "").startswith(hint)


# partnergraph.toml: what to replace, by what, and the one finding: its column, its value, what to do.
BASE = b'"https://w3id.org/partnergraph/"'
CONFIG = {
    "unknown focus": (
        *(b"school-of-primary-community-and-social-care", b"school-of-primary-care"),
        *("config", None, "school-of-primary-care", "Did you mean '"),
    ),
    "unknown key": (b"\npublisher = ", b"\npublishr = ", "config", None, "publishr", "Did you mean 'publisher'?"),
    "unknown key, like no other": (b"\npublisher", b"\nx", "config", None, "x", "Known keys: id, title"),
    "base that is no address": (BASE, b'"ours"', "config", None, "ours", "Write a web address that ends in /"),
    "base without an end": (BASE, b'"https://a.org"', "config", None, "https://a.org", "Write a web address"),
    "base with a space": (BASE, b'"https://a b/"', "config", None, "https://a b/", "Write a web address"),
    "empty base": (BASE, b'""', "config", None, "", "Write a web address"),
    "a number for text": (b'language = "en"', b"language = 44", "config", None, "44", "Put it in quotes."),
    "a number for the base": (BASE, b"44", "config", None, "44", "Put it in quotes."),
    "a language that is none": (b'"en"', b'"in English"', "config", None, "in English", "Write en, cy or en-GB."),
    "a licence at no address": (
        *(b'"https://creativecommons.org/licenses/by/4.0/"', b'"CC BY"'),
        *("config", None, "CC BY", "Write it with https://"),
    ),
    "a path that leads out": (
        *(b"documents/school-partnerships.txt", b"../school-partnerships.txt"),
        *("path", "document 1", "../school-partnerships.txt", "Copy the file into the graph folder"),
    ),
    "a path that leads out at once": (
        *(b"documents/school-partnerships.txt", b"/etc/hostname"),
        *("path", "document 1", "/etc/hostname", "Copy the file into the graph folder"),
    ),
    "a document that is not there": (
        *(b"documents/school-partnerships.txt", b"documents/school.txt"),
        *("path", "document 1", "documents/school.txt", "Mend the path."),
    ),
    "an entry without a path": (
        *(b'\npath = "documents/school-partnerships.txt"', b""),
        *("path", "document 1", "", "Mend the path."),
    ),
    "a document of an unknown source": (
        *(b'"keele-spcsc-partnerships"', b'"keele-spcs-partnerships"'),
        *("unknown-source", "document 1", "keele-spcs-partnerships", "Did you mean 'keele-spcsc-partnerships'?"),
    ),
    "an entry with another key": (
        *(b"\npath = ", b'\nlicence = "CC0"\npath = '),
        *("config", "document 1", "licence", "Known keys: source, path."),
    ),
    "a single bracket": (b"[[document]]", b"[document]", "config", None, "document", "Write [[document]] with two"),
}


@pytest.mark.parametrize("name", CONFIG)
def test_a_wrong_configuration_is_one_finding(name: str, folder: Copy) -> None:
    old, new, rule, column, value, fix = CONFIG[name]
    folder.replace("partnergraph.toml", old, new)
    finding = only(folder)
    assert (finding.rule, finding.value) == (rule, value)
    assert finding.place == Place("partnergraph.toml", None, column)
    assert fix in (finding.fix or "")


@pytest.mark.parametrize("key", ["id", "title"])
def test_a_key_that_must_be_there_is_missed(key: str, folder: Copy) -> None:
    path = folder.path / "partnergraph.toml"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(f"{key} =")]
    path.write_text("\n".join(lines), "utf-8")
    finding = only(folder)
    assert (finding.rule, finding.value, finding.message) == ("config", key, f"'{key}' is missing.")
    assert finding.fix == f'Write {key} = "...".'


def test_a_file_that_is_no_toml_says_where(folder: Copy) -> None:
    folder.replace("partnergraph.toml", b'id = "keele"', b'id = "keele')
    with pytest.raises(DataError, match=r"partnergraph.toml: cannot be read: .*line \d+"):
        folder.findings()


def test_a_folder_without_a_configuration_is_no_graph_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a graph folder: it holds no partnergraph"):
        input_hashes(tmp_path)


def test_a_source_with_two_documents_is_found(folder: Copy) -> None:
    config = folder.path / "partnergraph.toml"
    entry = '\n[[document]]\nsource = "keele-spcsc-partnerships"\npath = "README.md"\n'
    config.write_text(config.read_text("utf-8") + entry, "utf-8")
    finding = only(folder)
    assert (finding.rule, finding.value) == ("duplicate-document", "keele-spcsc-partnerships")
    assert finding.place == Place("partnergraph.toml", None, "document 2")


def test_a_document_that_is_not_utf8_is_one_finding_and_its_quotations_are_not_blamed(folder: Copy) -> None:
    path = folder.path / "documents" / "school-partnerships.txt"
    path.write_bytes(path.read_text("utf-8").encode("cp1252"))
    finding = only(folder)
    assert (finding.rule, finding.place) == ("encoding", Place("documents/school-partnerships.txt"))
    assert finding.message.startswith("The text is not UTF-8 (byte ")


def test_a_changed_document_is_found_at_every_quotation_that_is_gone(folder: Copy) -> None:
    folder.replace("documents/school-partnerships.txt", b"acts as the lead authority", b"acts as the lead")
    findings = folder.findings()
    assert {f.rule for f in findings} == {"words-not-found"}
    assert all("acts as the lead authority" in (f.value or "") for f in findings)
    assert all(f.place and f.place.column == "words" for f in findings)


def test_a_sentence_that_moves_inside_a_document_changes_no_finding(folder: Copy) -> None:
    path = folder.path / "documents" / "school-partnerships.txt"
    path.write_bytes("Ünrelated – first.\n".encode() + path.read_bytes())
    assert folder.findings() == []


@pytest.mark.parametrize("name", ["more.txt", "more.ttl"])
def test_a_further_rdf_file_that_cannot_be_read_is_an_error(name: str, folder: Copy) -> None:
    config = folder.path / "partnergraph.toml"
    config.write_text(f'{config.read_text("utf-8")}\n[[rdf]]\nsource = "editor"\npath = "{name}"\n', "utf-8")
    (folder.path / name).write_text("this is not RDF", "utf-8")
    [finding] = folder.findings()
    assert finding.severity == "error"
    assert name in str(finding)


def test_a_link_that_leads_out_of_the_folder_is_refused(folder: Copy, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not for the graph", "utf-8")
    (folder.path / "documents" / "link.txt").symlink_to(tmp_path / "secret.txt")
    folder.replace("partnergraph.toml", b"documents/school-partnerships.txt", b"documents/link.txt")
    assert only(folder).rule == "path"
    assert "documents/link.txt" not in input_hashes(folder.path)
