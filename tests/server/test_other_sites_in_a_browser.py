"""A page of another site in a real browser: nothing that it can do by itself starts a query of ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest

from tests.server.conftest import Server, serving, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.browser

LINKS = "SELECT ?from ?to { ?r pg:from ?from ; pg:to ?to } LIMIT 3"
# What stands in the page of another site, and what its scripts do; each asks a query of its own.
ATTEMPTS = {
    "an image": "<img src='SPARQL'>",
    "a picture": "<picture><source srcset='SPARQL'><img></picture>",
    "a script": "<script src='SPARQL'></script>",
    "a module": "<script type=module src='SPARQL'></script>",
    "JSONP": "<script src='AT/reconcile?callback=x&queries=%7B%22q%22%3A%7B%22query%22%3A%22QUERY%22%7D%7D'></script>",
    "a style": "<link rel=stylesheet href='SPARQL'>",
    "a style that imports": "<style>@import 'SPARQL'; body { background: url('DRAW') }</style>",
    "a font": "<style>@font-face { font-family: x; src: url('SPARQL') } p { font-family: x }</style><p>x",
    "a frame": "<iframe src='SPARQL'></iframe>",
    "a frame of a drawing": "<iframe src='DRAW'></iframe>",
    "a sandbox": "<iframe sandbox='allow-scripts allow-forms' src='DRAW'></iframe>",
    "a frame of a search": "<iframe src='AT/search?q=QUERY'></iframe>",
    "a frame of a page": "<iframe src='AT/id/org/keele-university?x=QUERY'></iframe>",
    "a frame of a preview": "<iframe src='AT/reconcile/preview?id=org/keele-university&x=QUERY'></iframe>",
    "an object": "<object data='DRAW'></object><embed src='DRAW'>",
    "a video": "<video src='SPARQL'></video><audio src='SPARQL' autoplay></audio>",
    "fetched ahead": "<link rel=prefetch href='SPARQL'><link rel=preload as=fetch href='DRAW'>",
    "a form in a frame": "<iframe name=here></iframe><form id=f method=post action='AT/draw' target=here>"
    "<input name=query value='PLAIN'></form><script>f.submit()</script>",
    "a form to a window": "<form id=f method=post action='AT/draw'><input name=query value='PLAIN'></form>"
    "<script>f.submit()</script>",
    "a form by GET": "<form id=f action='AT/sparql'><input name=query value='PLAIN'></form><script>f.submit()</script>",
    "refreshing": "<meta http-equiv=refresh content='0;url=DRAW'>",
}
SCRIPTS = {
    "fetch": "fetch('SPARQL').catch(() => 0)",
    "fetch without CORS": "fetch('SPARQL', {mode: 'no-cors'})",
    "fetch without a referrer": "fetch('SPARQL', {mode: 'no-cors', referrerPolicy: 'no-referrer'})",
    "a form by fetch": "const body = new URLSearchParams({query: `PLAIN`}); "
    "fetch('AT/sparql', {method: 'POST', mode: 'no-cors', body})",
    "a beacon": "navigator.sendBeacon('AT/sparql', new URLSearchParams({query: `PLAIN`}))",
    "labels": "fetch('AT/labels', {method: 'POST', mode: 'no-cors', body: new URLSearchParams({iris: 'x:y'})})",
    "questions": "fetch('AT/questions?words=QUERY', {mode: 'no-cors'})",
    "going there": "location = 'SPARQL'",
    "an event source": "new EventSource('SPARQL')",
}
ATTEMPTS |= {name: f"<script>{script}</script>" for name, script in SCRIPTS.items()}


@contextmanager
def site(pages: dict[str, str]) -> Iterator[int]:
    """Another site on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path, "").encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_port
        running.shutdown()


@pytest.fixture(scope="module")
def audited(keele: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    audit = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    with serving(keele, "--workers", "2", "--audit", str(audit)) as running:
        until(lambda: _lines(audit))  # of the query that waits until it listens
        yield running, audit


def _lines(audit: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in audit.read_text("utf-8").splitlines()]


def _tab(browser: Browser, server: Server, answers: list[tuple[str, int]]) -> Tab:
    tab = browser.new_context().new_page()

    def came(response: object) -> None:
        parts = urlsplit(response.url)  # type: ignore[attr-defined]
        if parts.port == server.port:
            answers.append((parts.path, response.status))  # type: ignore[attr-defined]

    tab.context.on("response", came)
    return tab


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same site", "cross site"])
@pytest.mark.parametrize("name", ATTEMPTS)
def test_nothing_of_another_site_starts_a_query(
    browser: Browser, audited: tuple[Server, Path], name: str, host: str
) -> None:
    server, audit = audited
    before = _lines(audit)
    query = f"{LINKS} # {name} {host}"
    content = ATTEMPTS[name].replace("SPARQL", "AT/sparql?query=QUERY").replace("DRAW", "AT/draw?query=QUERY")
    content = content.replace("AT/", f"http://127.0.0.1:{server.port}/")
    content = content.replace("QUERY", quote(query, safe="")).replace("PLAIN", query)
    answers: list[tuple[str, int]] = []
    with site({"/": f"<!DOCTYPE html><title>evil</title>{content}"}) as port:
        tab = _tab(browser, server, answers)
        tab.goto(f"http://{host}:{port}/")
        until(lambda: len(_lines(audit)) > len(before))
        tab.wait_for_timeout(200)
        tab.context.close()
    assert {line["outcome"] for line in _lines(audit)[len(before) :]} == {"403"}
    assert {status for _, status in answers} <= {403}, answers


def test_a_link_leads_to_pages_and_by_another_click_to_a_query(browser: Browser, audited: tuple[Server, Path]) -> None:
    server, audit = audited
    at = f"http://127.0.0.1:{server.port}"
    query = f"{LINKS} # a link"
    links = {
        "page": f"{at}/id/org/keele-university",
        "search": f"{at}/search?q=Keele",
        "shared": f"{at}/ask#query={quote(query)}",
        "drawn": f"{at}/draw?query={quote(query)}&as-of=2019",
    }
    page = "".join(f"<p><a id={name} href='{link}'>{name}</a>" for name, link in links.items())
    answers: list[tuple[str, int]] = []
    before = _lines(audit)
    with site({"/": page}) as port:
        tab = _tab(browser, server, answers)
        for name, title in (("page", "Keele University: "), ("search", "Keele: "), ("shared", "Ask: ")):
            tab.goto(f"http://localhost:{port}/")
            tab.click(f"#{name}")
            until(lambda title=title: tab.title().startswith(title))
        tab.goto(f"http://localhost:{port}/")
        tab.click("#drawn")
        until(lambda: tab.title() == "A link of another site")
        assert ("/draw", 403) in answers
        tab.get_by_role("link", name="Ask it").click()
        until(lambda: ("/draw", 200) in answers)
        until(lambda: tab.locator("svg").count() > 0)
        assert tab.url.endswith("&as-of=2019")
        tab.goto("about:blank")
        tab.goto(links["drawn"])  # as if typed
        until(lambda: answers.count(("/draw", 200)) == 2)
        tab.context.close()
    [link] = _lines(audit)[len(before) :]
    assert (link["path"], link["outcome"]) == ("/draw", "403")


def test_a_site_that_may_ask_does(browser: Browser, keele: Path, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    with site({"/": "<!DOCTYPE html><title>ours</title>"}) as port:
        own = f"http://localhost:{port}"
        with serving(keele, "--workers", "1", "--cors", own, "--audit", str(audit)) as server:
            tab = _tab(browser, server, [])
            tab.goto(own)
            address = f"http://127.0.0.1:{server.port}/sparql?query=ASK%7B%7D"
            assert tab.evaluate(f"fetch('{address}').then((one) => one.json())")["boolean"] is True
            tab.goto(f"http://127.0.0.1:{port}/")  # another origin
            assert tab.evaluate(f"fetch('{address}').then(() => 1, () => 0)") == 0
            assert _lines(audit)[-1]["outcome"] == "403"
            tab.context.close()
