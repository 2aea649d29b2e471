"""A new format of an answer is one entry in `results/formats.py`: the command line, the library, the notebook, the
server, its description and the workbench know it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.one_file_changed import changed_package, run
from tests.server.conftest import Server, serving

ANCHOR = '        ResultFormat("excel-csv"'
ENTRY = """        ResultFormat(
            *("heading", "Heading", (SELECT,), (".heading",), "text/x-heading"),
            aliases=("columns",),
            w3c_name="Heading",
            writer=lambda tsv, labels: (tsv.partition(b"\\\\n")[0] + b" %d" % len(labels), "Rows are left out."),
            uses_labels=True,
        ),
"""
GRAPH = '<urn:a> <http://www.w3.org/2004/02/skos/core#prefLabel> "A" .\n'
QUERY = "SELECT ?a ?b { ?a skos:prefLabel ?b }"
ANSWER = "?a\t?b 1"  # one name: that of <urn:a>
LIBRARY = f"""
from partnergraph import PartnerGraph
answer = PartnerGraph.open("one.nt").query("{QUERY}")
print(repr(answer.text("heading")), answer.save("library.heading"))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("copy")
    return changed_package(folder, "results/formats.py", ANCHOR, ENTRY.replace("\\\\", "\\") + ANCHOR)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.nt").write_text(GRAPH, "utf-8")
    return tmp_path


@pytest.fixture
def server(here: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])
    with serving(here / "one.nt") as running:
        yield running


def test_the_command_line_has_it(here: Path, environment: dict[str, str]) -> None:
    query = ("-m", "partnergraph", "query", "--graph", "one.nt")
    done = run(environment, *query, QUERY, "--format", "heading")
    assert (done.returncode, done.stdout, done.stderr) == (0, ANSWER, "Rows are left out.\n")
    assert run(environment, *query, QUERY, "--output", "answer.heading").returncode == 0
    assert (here / "answer.heading").read_text("utf-8") == ANSWER
    assert "|heading|" in run(environment, *query, "--help").stdout


@pytest.mark.usefixtures("here")
def test_the_library_and_the_notebook_have_it(environment: dict[str, str]) -> None:
    done = run(environment, "-W", "ignore", "-c", LIBRARY)
    assert (done.stdout, done.stderr) == (f"{ANSWER!r} library.heading\n", "")
    assert Path("library.heading").read_text("utf-8") == ANSWER
    magic = "from partnergraph.notebook import _options; print(_options().format_help())"
    assert ",heading," in run(environment, "-c", magic).stdout


def test_the_server_has_it(server: Server) -> None:
    for reply in (server.ask(QUERY, "text/x-heading"), server.ask(QUERY, format="columns")):
        assert (reply.status, reply.headers["content-type"], reply.body) == (200, "text/x-heading", ANSWER.encode())
    assert "heading" in server.ask(QUERY, format="no").headers["x-partnergraph-note"]
    described = json.loads(server.send("GET", "/openapi.json").body)["paths"]["/sparql"]["get"]
    assert "text/x-heading" in described["responses"]["200"]["content"]
    assert b"<http://www.w3.org/ns/formats/Heading>" in server.send("GET", "/sparql").body
    assert '["Heading", ".heading", "text/x-heading"]' in html.unescape(server.send("GET", "/ask").body.decode())
