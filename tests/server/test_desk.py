"""The desk: a workbook is checked, marked and previewed, in a real browser too; hostile ones find nothing to harm."""

from __future__ import annotations

import asyncio
import io
import json
import re
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from partnergraph.cli import cli
from partnergraph.desk.desk_page import render
from partnergraph.desk.upload import MAX_FILE_SIZE
from partnergraph.files.temporary import MEMORY_FOLDER
from partnergraph.palette import SEVERITY_FILLS
from partnergraph.server import application
from partnergraph.server.openapi import openapi
from partnergraph.server.routes import site_application
from partnergraph.store import Reader
from tests.server.conftest import Bench, Said, Server, _bench, _clean, serving, until
from tests.server.hostile_workbooks import MARKUP, hostile_files, packed
from tests.server.test_openapi import _generated
from tests.server.test_pages_in_a_browser import wrong
from tests.server.test_worker_pool import children

FOLDER = {
    "partnergraph.toml": """\
title = "Example Trust: partnerships"
id = "example"
base = "https://example.org/example/"
focus = "example-trust"
[[document]]
source = "news"
path = "documents/news.txt"
""",
    "story.toml": """\
[[step]]
title = "Who pays"
text = "The fund pays."
focus = ["example-fund"]
""",
    "documents/news.txt": "The Example Fund has funded the Example Trust since 2021.",
    "tables/organisations.csv": """\
id,name,form,type
example-trust,Example Trust,formal,charity
example-fund,Example Fund,formal,charity
example-council,Example Council,formal,local-authority
""",
    "tables/sources.csv": """\
id,title,publisher,kind
news,News of the trust,Example Trust,document
ours,What we know ourselves,The editors,editorial
""",
    "tables/evidence.csv": """\
id,source,basis,confidence,words,says
e1,news,stated,high,The Example Fund has funded the Example Trust since 2021,
e2,ours,editor,medium,,The council has helped from the beginning
""",
    "tables/relationships.csv": """\
id,kind,from,to,evidence,start
fund,funding,example-fund,example-trust,e1,2021
help,support,example-council,example-trust,e2,
""",
}
BOUNDARY = "----a-line-between-parts"
# What is said of the machine: folders, accounts, programs and libraries, and how Python tells of an error.
MACHINE = re.compile(
    r"(?<![\w.])/(?:dev|etc|home|lib|opt|private|proc|root|run|srv|tmp|usr|var|work)/|Traceback|site-packages|\.py\b|"
    r"openpyxl|calamine|pyoxigraph|expat|zipfile|zlib|python|root:x:|\.partnergraph-|partnergraph-[0-9a-f]+|tables/",
    re.I,
)


def form(name: str, data: bytes, action: str = "check", boundary: str = BOUNDARY) -> bytes:
    """The body of the form as a browser sends it."""
    for sign, escape in (('"', "%22"), ("\r", "%0D"), ("\n", "%0A")):
        name = name.replace(sign, escape)
    head = f'Content-Disposition: form-data; name="workbook"; filename="{name}"\r\nContent-Type: application/x\r\n\r\n'
    button = f'Content-Disposition: form-data; name="action"\r\n\r\n{action}'
    start = f"--{boundary}\r\n".encode()
    return (
        start
        + head.encode("utf-8", "surrogatepass")
        + data
        + b"\r\n"
        + start
        + f"{button}\r\n--{boundary}--\r\n".encode()
    )


def send(server: Server, name: str, data: bytes, action: str = "check", **headers: str) -> Said:
    """Send a workbook as the form does."""
    fields = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept": "text/html"} | headers
    return server.send("POST", "/desk", form(name, data, action), fields)


def text_of(page: bytes) -> str:
    """The text that a page shows of its result, else of its main part."""
    text = page.decode()
    text = text[text.find('<div id="result">') if '<div id="result">' in text else text.find("<main") :]
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def left_in(folder: Path) -> list[str]:
    """What stands in the folders for temporary files, other than the browser's."""
    memory = [path.name for path in MEMORY_FOLDER.glob(".partnergraph-*")] if MEMORY_FOLDER.is_dir() else []
    return memory + [path.name for path in folder.iterdir()]


def is_swept(folder: Path) -> bool:
    """Whether nothing stands in the folders for temporary files any more."""
    return not left_in(folder)


@contextmanager
def desk_server(graph: Path, temporary: Path, *options: str) -> Iterator[Server]:
    """A server with a desk whose temporary files, if it makes any, stand in a folder of its own."""
    temporary.mkdir(exist_ok=True)
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", str(temporary))
            server = stack.enter_context(serving(graph, "--desk", *options))
        yield server
    until(lambda: not left_in(temporary))


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build of a small graph folder."""
    return built(tmp_path_factory.mktemp("desk"), FOLDER)


def built(folder: Path, files: dict[str, str]) -> Path:
    """The build of a graph folder with these files."""
    for name, text in files.items():
        (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / name).write_text(text, "utf-8")
    done = CliRunner().invoke(
        cli, ["build", f"{folder}/data", "-o", f"{folder}/build", "--no-page"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return folder / "build"


@pytest.fixture(scope="module")
def desk(graph: Path) -> Iterator[Server]:
    """The example, served with a desk."""
    with desk_server(
        graph, graph.parent / "temporary", "--workers", "2", "--audit", f"{graph.parent}/audit.jsonl"
    ) as server:
        time.sleep(1.5)  # in which the process that forks imports what a workbook needs
        yield server


@pytest.fixture(scope="module")
def published(desk: Server) -> bytes:
    """What is published, as the desk gives it out."""
    got = desk.send("GET", "/desk/workbook")
    assert (got.status, got.headers["content-disposition"]) == (200, 'attachment; filename="published.xlsx"')
    return got.body


def edited(published: bytes, *edits: tuple[str, int, str, str]) -> bytes:
    """The workbook with some cells changed: sheet, row, heading and value."""
    book = openpyxl.load_workbook(io.BytesIO(published))
    for sheet, row, heading, value in edits:
        column = next(cell.column for cell in book[sheet][1] if cell.value == heading)
        book[sheet].cell(row, column).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRONG = (("Relationships", 2, "kind", "fundin"), ("Relationships", 3, "to", "nobody"), ("Organisations", 3, "name", ""))


def test_without_the_option_there_is_no_desk(graph: Path) -> None:
    sent: list[dict[str, Any]] = []

    async def keep(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": form("a.xlsx", b"")}

    for method, path in (("GET", "/desk"), ("POST", "/desk"), ("GET", "/desk/workbook")):
        fields = [(b"host", b"localhost"), (b"accept", b"application/json")]
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
        scope |= {
            "headers": fields,
            "client": ("127.0.0.1", 1),
            "http_version": "1.1",
            "root_path": "",
            "scheme": "http",
        }
        sent.clear()
        with ThreadPoolExecutor(1) as thread:  # an open browser has an event loop in this one
            thread.submit(asyncio.run, application(graph)(scope, receive, keep)).result()
        assert sent[0]["status"] == 404
    assert "/desk" not in openapi()["paths"]


def test_what_is_published_would_change_nothing_and_what_is_edited_is_told(desk: Server, published: bytes) -> None:
    same = send(desk, "partners.xlsx", published)
    assert same.status == 200
    assert same.headers["cache-control"] == "no-store"
    assert "Nothing: it says what is published." in text_of(same.body)
    assert 'href="/desk"' in desk.send("GET", "/search").body.decode()
    assert 'href="/desk"' in desk.send("GET", "/").body.decode()
    assert 'href="/desk/workbook"' in desk.send("GET", "/desk").body.decode()
    organisation = openpyxl.load_workbook(io.BytesIO(published))["Organisations"]["B3"].value
    text = text_of(send(desk, "a.xlsx", edited(published, ("Organisations", 3, "name", "A New Name"))).body)
    assert f"Renamed: A New Name (was {organisation})." in text
    assert "quad" not in text
    got = send(desk, "partners.xlsx", edited(published, *WRONG))
    text = text_of(got.body)
    assert "Three errors keep it from being published." in text
    assert "Relationships, B2 kind error &#39;fundin&#39;" in text
    assert "All kinds are in the vocabulary of this site." in text
    assert "can be said once the errors are mended" in text
    preview = send(desk, "partners.xlsx", edited(published, *WRONG), "preview")
    assert preview.status == 422
    assert "There is no page yet" in text_of(preview.body)
    nothing = send(desk, "partners.xlsx", published, "marked")
    assert (nothing.status, "There is nothing to mark" in text_of(nothing.body)) == (422, True)
    # Texts and the story of the published graph that name what the workbook does not have are no fault of it.
    other = "id,name,type,form\nelsewhere,Elsewhere Trust,charity,organisation\n"
    text = text_of(send(desk, "tables.zip", packed({"mine/organisations.csv": other})).body)
    assert "It can be published: nothing is wrong." in text
    assert "Example Trust, whose network the published page shows, is not in this workbook." in text
    assert "One archived text was not looked into: its source is not in this workbook." in text
    assert "The story of the published graph names what is not in this workbook" in text
    assert "This workbook holds another graph" in text


def test_what_is_published_from_rdf_files_is_said_to_be_in_no_workbook(tmp_path: Path) -> None:
    statement = '<https://example.org/example/id/org/example-fund> <http://www.w3.org/2004/02/skos/core#note> "x" .'
    config = f"{FOLDER['partnergraph.toml']}[[rdf]]\nsource = 'news'\npath = 'rdf/news.nt'\n"
    reader = Reader.at(built(tmp_path, FOLDER | {"rdf/news.nt": statement, "partnergraph.toml": config}))
    tables = packed({name: text for name, text in FOLDER.items() if name.startswith("tables/")})
    view = render(reader, {"action": "check", "name": "tables.zip", "data": b64encode(tables).decode()})
    assert view.status == 200
    assert "What is published from RDF files stands in no workbook" in text_of(view.body)
    # Of a graph that was not built from tables it is not known what would change, nor is there a workbook of it.
    # What has no archived text cannot be quoted.
    quoted, cited = "high,The Example Fund has funded the Example Trust since 2021,", "high,,It says so"
    changed = {name: text.replace(quoted, cited) for name, text in FOLDER.items() if name.startswith("tables/")}
    tables = packed(dict(changed))
    other = Reader.nquads_lines([f"{statement.removesuffix('.')} <https://example.org/g> .\n"])
    view = render(other, {"action": "check", "name": "tables.zip", "data": b64encode(tables).decode()})
    assert "It can be published: nothing is wrong." in text_of(view.body)
    assert "What would change" not in text_of(view.body)
    assert render(other, {"action": "workbook"}).status == 404


def test_a_partner_that_is_renamed_in_its_row_is_renamed_and_nothing_else(tmp_path: Path) -> None:
    rows = "Partner,How,Source\nBeacon Fund,funds us,Annual report\nLantern Trust,funds us,Annual report\n"
    config = FOLDER["partnergraph.toml"].partition("[[document]]")[0].replace("example-trust", "Example Trust")
    reader = Reader.at(built(tmp_path, {"partnergraph.toml": config, "tables/partnerships.csv": rows}))
    tables = packed({"partnerships.csv": rows.replace("Beacon Fund", "Beacon Foundation")})
    view = render(reader, {"action": "check", "name": "tables.zip", "data": b64encode(tables).decode()})
    assert "Renamed: Beacon Foundation (was Beacon Fund)." in text_of(view.body)
    assert "Gone" not in text_of(view.body)


def test_the_workbook_that_was_built_changes_nothing_with_its_ids_and_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    workbook, todo = Path("g/tables/partners.xlsx"), Path("g/tables/todo.xlsx")

    def run(*arguments: str) -> None:
        done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output

    def edit(path: Path, sheet: str, change: Callable[[dict[str, Any]], dict[str, str]]) -> None:
        """Change the cells of each row, by their headings."""
        book = openpyxl.load_workbook(path)
        heads = [cell.value for cell in book[sheet][1]]
        for row in book[sheet].iter_rows(min_row=2):
            for heading, value in change(dict(zip(heads, (cell.value for cell in row), strict=True))).items():
                row[heads.index(heading)].value = value
        book.save(path)

    def said(name: str, data: bytes, action: str = "check") -> str:
        values = {"action": action, "name": name, "data": b64encode(data).decode()}
        return text_of(render(Reader.at(tmp_path / "build"), values).body)

    nothing = "Nothing: it says what is published."
    run("init", "g", "--name", "Example Trust")
    run("build", "g", "-q", "--no-page")
    assert nothing in said("partners.xlsx", workbook.read_bytes())
    # A partner with a new name, whose ids stay; and a list of which one row was answered.
    edit(workbook, "Partnerships", lambda row: {k: "Grants Trust" for k, v in row.items() if v == "Example Fund"})
    run("build", "g", "-q", "--no-page")
    run("stale", "-g", "build", "--at", "2029-11-30", "-o", str(todo))
    answer = {"Still holds": "yes", "Source": "What we know ourselves", "What it says": "We pay the fee."}
    edit(todo, "To do", lambda row: answer if str(row["Claim"]).startswith("membership") else {})
    run("build", "g", "-q", "--no-page")
    run("stale", "-g", "build", "--at", "2029-12-30", "-o", "next.xlsx")
    rows = [*openpyxl.load_workbook("next.xlsx")["To do"].iter_rows(min_row=2, values_only=True)]
    assert rows
    assert not any(str(row[10]).startswith("membership") for row in rows)
    offered = [row[0] for row in openpyxl.load_workbook("next.xlsx")["Lists"].iter_rows(values_only=True)]
    assert [title for title in offered if "ourselves" in str(title)] == ["What we know ourselves"]

    own = workbook.read_bytes()
    files = {"partners.xlsx": own, "todo.xlsx": todo.read_bytes()}
    ids = {"partnership-ids.csv": Path("g/partnership-ids.csv").read_bytes()}
    download = render(Reader.at(tmp_path / "build"), {"action": "workbook"}).body
    assert nothing in said("partners.xlsx", own)
    assert nothing in said("published.xlsx", download)
    sheets = openpyxl.load_workbook(io.BytesIO(download)).sheetnames
    assert sheets == ["Read me", "Partnerships", "Sources", "To do", "Lists"]
    assert nothing in said("all.zip", packed({f"g/{name}": data for name, data in (files | ids).items()}))
    assert nothing in said("two.zip", packed({**files}))
    assert "The archive holds no tables." in said("ids.zip", packed({**ids}))
    many = packed({f"{number}.xlsx": b"x" for number in range(11)})
    assert "more than 10 workbooks" in said("many.zip", many)
    # An answer about what is gone is no fault of the workbook, nor is the list a sheet of its marked copy.
    edit(workbook, "Partnerships", lambda row: {"How": "funds"} if row["Partner"] == "Example Alliance" else {})
    text = said("partners.xlsx", workbook.read_bytes())
    assert "It can be published: nothing is wrong." in text
    assert "One answer of the to-do lists no longer fits this workbook: membership--" in text
    assert "Empty its row in the list before you build." in text
    edit(workbook, "Partnerships", lambda row: {"How": "fundz"} if row["Partner"] == "Example Alliance" else {})
    values = {"action": "marked", "name": "partners.xlsx", "data": b64encode(workbook.read_bytes()).decode()}
    marked = render(Reader.at(tmp_path / "build"), values).body
    assert openpyxl.load_workbook(io.BytesIO(marked)).sheetnames[:3] == ["Problems", "Read me", "Partnerships"]


def test_a_preview_is_a_page_that_reaches_nothing_of_the_site(desk: Server, published: bytes) -> None:
    got = send(desk, "partners.xlsx", edited(published, ("Organisations", 3, "name", "A New Name")), "preview")
    assert got.status == 200
    assert "<title>Preview: " in got.body.decode()
    assert "A New Name" in got.body.decode()
    policy = got.headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy


def test_hostile_files_are_answered_without_a_word_about_the_machine_and_leave_nothing(
    desk: Server, graph: Path
) -> None:
    files = hostile_files()
    assert len(files) > 80
    assert len({name for name, _ in files}) == len(files)

    def answers(number: int) -> list[tuple[str, Said]]:
        name, data = files[number]
        # A copy is made of what openpyxl reads as well, by another way than ours.
        actions = ("check", "marked", "preview")[: 1 + (number % 5 == 0) + (number % 25 == 0)]
        return [(f"{name[:60]!r}, {action}", send(desk, name, data, action)) for action in actions]

    with ThreadPoolExecutor(2) as threads:
        for results in threads.map(answers, range(len(files))):
            for what, got in results:
                assert got.status in (200, 413, 422), (what, got.status, got.body[:500])
                if not got.headers["content-type"].startswith("text/html"):
                    book = openpyxl.load_workbook(io.BytesIO(got.body))
                    told = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
                    assert book.sheetnames[0] == "Problems", what
                    assert not MACHINE.search(" ".join(told).replace("partnergraph check", "")), (what, told)
                    continue
                page = got.body.decode()
                found = MACHINE.search(text_of(got.body))
                assert not found, (what, found)
                assert MARKUP not in page, what
                assert not re.search(r"<(img|iframe|object|base|meta http)|<[a-z][^<>]*\son\w+=", page), what
                assert "keep" in page, what
    assert desk.ask("ASK {}").status == 200
    until(lambda: not left_in(graph.parent / "temporary"))


def test_what_is_no_form_is_refused_in_plain_words(desk: Server, published: bytes, graph: Path) -> None:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept": "text/html"}
    whole = form("a.xlsx", b"x")
    two = whole.replace(b'name="action"', b'name="workbook"; filename="b.xlsx"')
    cases: list[tuple[int, bytes, dict[str, str], str]] = [
        (415, b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, "Send a form with a file"),
        (415, published, {"Content-Type": "application/octet-stream"}, "Send a form with a file"),
        (400, whole, {"Content-Type": "multipart/form-data"}, "does not say where its parts end"),
        (400, whole, {"Content-Type": "multipart/form-data; boundary=other"}, "did not come whole"),
        (400, whole[:-20], {}, "did not come whole"),
        (400, b"", {}, "did not come whole"),
        (400, two, {}, "several files"),
        (400, form("", b""), {}, "No workbook was chosen"),
        (400, whole.replace(b'; name="workbook"', b""), {}, "has no name"),
        (400, form("a.xlsx", b"x", "burn"), {}, "no such button"),
        (400, b"".join([f"--{BOUNDARY}\r\n\r\n\r\n".encode()] * 500), {}, ""),
        (413, form("a.xlsx", bytes(MAX_FILE_SIZE + 1)), {}, "larger than"),
        (413, form("a.xlsx", bytes(MAX_FILE_SIZE + 50_000)), {}, "larger than 5 MB"),
    ]
    for status, body, headers, words in cases:
        got = desk.send("POST", "/desk", body, kind | headers)
        assert (got.status, got.headers["content-type"]) == (status, "text/html; charset=utf-8"), (words, got.body)
        assert words in text_of(got.body)
        assert "Choose another workbook" in text_of(got.body)
        assert got.headers["content-security-policy"].startswith("default-src 'none'")
    # A page of another site sends no workbook; nor does one in a frame without an origin.
    for site in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
        assert send(desk, "a.xlsx", published, **site).status == 403
    assert send(desk, "a.xlsx", published, **{"Sec-Fetch-Site": "same-origin", "Origin": "null"}).status == 200
    assert desk.send("PUT", "/desk", b"").status == 405
    # The process that worked on a workbook works on nothing else.
    until(lambda: len(children(desk.process.pid)) == 3)
    before = children(desk.process.pid)
    assert send(desk, "report.pdf", b"%PDF-1.7").status == 200
    until(lambda: len(before - children(desk.process.pid)) == 1)
    record = [json.loads(line) for line in (graph.parent / "audit.jsonl").read_text("utf-8").splitlines()]
    entries = [entry for entry in record if entry.get("path") == "/desk"]
    assert {"answered", "400", "413", "415", "403"} <= {entry["outcome"] for entry in entries}
    assert {key for entry in entries for key in entry} <= {"client", "path", "outcome", "ms", "action", "size", "time"}


def test_workbooks_come_at_once_and_one_too_many_is_told_to_come_again(desk: Server, published: bytes) -> None:
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda n: send(desk, f"{n}.xlsx", edited(published, WRONG[n])), (0, 1))
    assert "fundin" in text_of(first.body)
    assert "nobody" not in text_of(first.body)
    assert "nobody" in text_of(second.body)
    # Connections that send nothing hold the places of their client until they are full; those of others are left.
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    head = f"POST /desk HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\r\n"
    waiting = [socket.create_connection(("127.0.0.1", desk.port)) for _ in range(12)]
    try:
        for connection in waiting:
            connection.sendall(head.encode())
        refused = until(lambda: (got := send(desk, "a.xlsx", published)).status == 429 and got)
        assert "busy with other workbooks" in text_of(refused.body)
        assert refused.headers["retry-after"] == "5"
        assert desk.ask("ASK {}").status == 200
    finally:
        for connection in waiting:
            connection.close()
    assert until(lambda: (got := send(desk, "a.xlsx", published)).status == 200 and got)


def test_a_workbook_that_takes_too_long_or_too_much_memory_is_given_up_and_its_folder_removed(graph: Path) -> None:
    rows = "".join(f"o{n},Organisation {n * 7919 % 1_000_003} {'x' * 900}\n" for n in range(45_000))
    large = packed({"organisations.csv": f"id,name\n{rows}"})
    assert len(large) < MAX_FILE_SIZE
    for number, (limits, status, words) in enumerate(
        ((("--timeout", "2"), 504, "takes too much work"), (("--memory", "350"), 503, "too much memory"))
    ):
        temporary = graph.parent / f"temporary-{number}"
        with desk_server(graph, temporary, "--workers", "1", *limits) as server:
            got = send(server, "large.zip", large)
            assert (got.status, got.headers["content-type"]) == (status, "text/html; charset=utf-8"), got.body
            assert words in text_of(got.body)
            assert not MACHINE.search(text_of(got.body))
            assert until(lambda: server.send("GET", "/desk").status == 200)
            until(partial(is_swept, temporary))  # the server sweeps once the process has ended


def test_the_folder_of_a_process_that_was_killed_is_removed_by_the_next(tmp_path: Path) -> None:
    code = "from partnergraph.files import private_folder\nwith private_folder() as f:\n print(f, flush=True)\n input()"
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen([sys.executable, "-c", code], **pipes) as killed,
        subprocess.Popen([sys.executable, "-c", code], **pipes) as working,
    ):
        folders = [Path(process.stdout.readline().strip()) for process in (killed, working)]
        assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700, 0o700]
        killed.kill()
        killed.wait()
        ended = subprocess.run([sys.executable, "-c", code], input="\n", capture_output=True, text=True, check=True)
        assert not Path(ended.stdout.strip()).exists()
        assert [folder.exists() for folder in folders] == [False, True]
        working.communicate("\n")
    assert not folders[1].exists()


def test_the_description_holds_the_desk_and_is_true(desk: Server, tmp_path: Path) -> None:
    paths = set(openapi(desk=True)["paths"]) - set(openapi()["paths"])
    routes = {route.path for route in site_application(None, desk=True).routes}  # type: ignore[arg-type, attr-defined]
    assert paths == {"/desk", "/desk/workbook"}
    assert paths == routes - {route.path for route in site_application(None).routes}  # type: ignore[arg-type, attr-defined]
    assert desk.send("GET", "/openapi.json").json["paths"]["/desk"]["post"]["operationId"] == "desk-check"
    number, _ = _generated(
        desk, tmp_path, "--max-examples", "3", "--phases", "coverage,fuzzing", "--include-path-regex", "^/desk"
    )
    assert number > 10


@pytest.fixture
def visitor(browser: Any, desk: Server) -> Iterator[Callable[..., Bench]]:
    """Opens the desk in a browser of its own; checks at the end that nothing was said or run that must not be."""
    opened: list[Bench] = []

    def make(**options: Any) -> Bench:
        opened.append(_bench(browser, desk, **options))
        opened[-1].tab.goto(f"{opened[-1].address}desk")
        return opened[-1]

    yield make
    for bench in opened:
        _clean(bench)
        bench.tab.context.close()


def chosen(name: str, data: bytes) -> Any:
    """A file as Playwright gives it to a page."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_workbook_goes_in_and_a_marked_copy_and_a_page_come_out(
    visitor: Callable[..., Bench], published: bytes, width: int, scheme: str
) -> None:
    bench = visitor(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = bench.tab
    assert wrong(tab) == []
    choosers: list[Any] = []
    tab.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108  (a built-in takes no mark)
    for key in ("Enter", "Space"):  # on a busy machine the browser may take a key for no act of the user's
        tab.locator("#workbook").press(key)
        if not choosers:
            tab.wait_for_timeout(1_000)
        if choosers:
            break
    choosers[0].set_files(chosen("partners.xlsx", edited(published, *WRONG)))
    found = tab.locator("#found")
    found.wait_for()
    until(lambda: tab.locator("#found:focus").count() == 1)
    assert found.inner_text() == "What is wrong in partners.xlsx"
    assert tab.title().startswith("partners.xlsx, checked")
    assert tab.locator(".findings tbody tr").count() == 3
    first = tab.locator(".findings tbody tr").first
    assert "Organisations, B3" in first.inner_text()
    assert "Fill it in." in first.inner_text()
    assert wrong(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    smallest = (
        "Math.min(...[...document.querySelectorAll('main *')].map((e) => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert tab.evaluate(smallest) >= 12
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Get a marked copy").click()
    assert download.value.suggested_filename == "partners marked.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert book.sheetnames[0] == "Problems"
    assert book["Problems"].max_row == 4
    cell = book["Relationships"]["B2"]
    assert cell.value == "fundin"
    assert cell.fill.fgColor.rgb == f"FF{SEVERITY_FILLS['error'][1:].upper()}"
    assert "is not a relationship kind" in cell.comment.text
    assert book["Relationships"]["B3"].comment is None
    # Dropped, mended: what would change, and the page.
    data = list(edited(published, ("Organisations", 3, "name", MARKUP)))
    drop = """([name, bytes]) => {
      const options = { dataTransfer: new DataTransfer(), bubbles: true, cancelable: true };
      options.dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
      for (const type of ["dragenter", "dragover", "drop"])
        document.getElementById("drop").dispatchEvent(new DragEvent(type, options));
    }"""
    tab.evaluate(drop, [f"{MARKUP}.xlsx", data])
    until(lambda: "Renamed" in tab.locator("#result").inner_text())
    assert MARKUP in tab.locator(".changes").first.inner_text()
    assert tab.locator("#result img, #result script").count() == 0
    assert wrong(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    with tab.context.expect_page() as opened:
        tab.get_by_role("button", name="See the page it makes").click()
    page = opened.value
    page.wait_for_selector("#map-heading, #network", state="attached")
    assert page.title().startswith("Preview: ")
    assert page.evaluate("self.origin") == "null"
    assert page.locator("img[src=x]").count() == 0
    # One that is too large is not sent.
    asked = len(bench.asked)
    tab.set_input_files("#workbook", chosen("pictures.xlsx", bytes(MAX_FILE_SIZE + 1)))
    until(lambda: "larger than 5 MB" in tab.locator("#desk-status").inner_text())
    assert (len(bench.asked), tab.locator("#found").count()) == (asked, 0)
    # What the server refuses is said in its words.
    tab.route(
        "**/desk",
        lambda route: route.fulfill(
            status=429, content_type="application/problem+json", body='{"detail": "The desk is busy."}'
        ),
    )
    tab.set_input_files("#workbook", chosen("partners.xlsx", published))
    until(lambda: tab.locator("#desk-status.trouble").inner_text() == "The desk is busy.")
    bench.refusals = 1


@pytest.mark.browser
def test_it_works_without_scripts(visitor: Callable[..., Bench], published: bytes) -> None:
    tab = visitor(java_script_enabled=False).tab
    assert "drop it here" not in tab.locator("main").inner_text()
    data = edited(published, *WRONG)
    for name, heading in (("Check it", "What is wrong in partners.xlsx"), ("Check it", "What is wrong in b.xlsx")):
        tab.set_input_files("#workbook", chosen(heading.split()[-1], data))
        tab.get_by_role("button", name=name).press("Enter")
        until(lambda heading=heading: tab.locator("#found").count() and tab.locator("#found").inner_text() == heading)
    tab.set_input_files("#workbook", chosen("c.xlsx", data))
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Get a marked copy").press("Enter")
    assert openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).sheetnames[0] == "Problems"
    tab.set_input_files("#workbook", chosen("d.xlsx", published))
    with tab.context.expect_page() as opened:
        tab.get_by_role("button", name="See the page it makes").press("Enter")
    until(lambda: opened.value.title().startswith("Preview: "))
