"""A file in a form that is not read is called what it is, never damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.cli import main
from partnergraph.tables.file_signatures import file_type
from partnergraph.tables.table_files import read_sheets

FORMS = {
    "a.gexf": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- x -->\n<gexf xmlns="http://www.gexf.net/1.2draft">',
        "GEXF",
    ),
    "a.graphml": (b'<?xml version="1.0"?><graphml>', "GraphML"),
    "a.json": (b'{"elements": [], "connections": []}', "JSON"),
    "b.json": (b'\xef\xbb\xbf [\n {"a": 1}]', "JSON"),
    "a.pdf": (b"%PDF-1.7", "PDF"),
    "a.xlsx": (b"<html><table>", "web page"),
    "b.xlsx": (b'{"elements": []}', "JSON"),
    "c.xlsx": (b"<!DOCTYPE html><html>", "web page"),
    "a.rdf": (b"<rdf:RDF>", "RDF/XML"),
    "a.txt": (b"id\tname", "(.txt)"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_not_read_is_named(name: str) -> None:
    data, word = FORMS[name]
    [sheet] = read_sheets(name, data)
    [finding] = sheet.findings
    assert word in finding.message
    assert "damaged" not in finding.message
    assert "CSV, TSV, .xlsx and .ods" in (finding.fix or "")


def test_a_table_of_text_has_no_signature() -> None:
    for text in (b"", b"id,name\n", b'"id","name"\n', b"[id],name", b"{id}", b"a < b"):
        assert file_type(text) is None


def test_import_and_match_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.pdf").write_bytes(b"%PDF-1.7")
    Path("a.graphml").write_bytes(b"<html></html>")
    for name in ("names.csv", "names.xlsx"):
        Path(name).write_bytes(b"PK\x03\x04" + bytes(40))
    Path("g.ttl").write_bytes(b"")
    for arguments, words in (
        (["import", "a.pdf", "-o", "made"], "The file is a PDF document, which is not read here."),
        (["import", "a.graphml", "-o", "made"], "a.graphml: The file is no GraphML: it begins with <html>."),
        (["match", "names.csv", "-g", "g.ttl"], "names.csv is a workbook or an archive (zip); a list of names is read"),
        (["match", "names.xlsx", "-g", "g.ttl"], "names.xlsx: The file is damaged or cut off"),
    ):
        monkeypatch.setattr("sys.argv", ["partnergraph", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        assert words in capsys.readouterr().err
    assert not Path("made").exists()
