"""A new export format is one entry in `export/formats.py`: the library, the command line and its help know it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.one_file_changed import changed_package, run

ANCHOR = '        ExportFormat("graphml"'
ENTRY = """        ExportFormat(
            *("size", "How many statements.", (".size",)),
            document=lambda source: b"%d\\n" % len(list(source.reader.nquads())),
            is_rdf=True,
        ),
"""
LIBRARY = """
from partnergraph import PartnerGraph
graph = PartnerGraph.open("two.nt")
print(graph.export("size", "library"), graph.dump("size"))
"""


def test_a_new_export_format_needs_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.nt").write_text("<urn:a> <urn:p> 'x' .\n<urn:b> <urn:p> 'y' .\n".replace("'", '"'), "utf-8")
    environment = changed_package(tmp_path, "export/formats.py", ANCHOR, ENTRY + ANCHOR)
    export = ("-m", "partnergraph", "export", "--graph", "two.nt")
    assert run(environment, *export, "--format", "size").stdout == "2\n"
    done = run(environment, *export, "--output", "answer.size")
    assert (done.returncode, done.stderr) == (0, "wrote answer.size\n")
    assert Path("answer.size").read_text("utf-8") == "2\n"
    assert "size      How many statements." in run(environment, *export, "--help").stdout
    assert "csv, size, graphml" in run(environment, *export, "--output", "x.no").stderr
    done = run(environment, "-c", LIBRARY)
    assert (done.stdout, done.stderr) == (f"[{Path('library')!r}] b'2\\n'\n", "")
    assert Path("library").read_text("utf-8") == "2\n"
