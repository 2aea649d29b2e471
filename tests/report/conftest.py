"""Briefs of the Keele graph, and of a made-up body with more partners than any page holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from partnergraph.report import Brief, BriefMaker
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, FOAF, ORG, PG, RDF, SKOS

DAY = "2026-11-30"
BASE = "https://e.org/id/"
HOSTILE = "</style><script>alert(1)</script> \\ \" ' <b>"


class Markup(HTMLParser):
    """Elements, ids and addresses of an HTML file, and its text without style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.text = ""
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        self.tags.append(tag)
        self._style = tag == "style"
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "srcset", "data", "href", "poster", "action") or name.startswith("on"):
                self.loaded.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        self._style = False

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if not self._style:
            self.text += data

    @property
    def words(self) -> str:
        """The text, with one space between words."""
        return " ".join(self.text.split())


@pytest.fixture(scope="session")
def keele_reader(keele: Path) -> Reader:
    """The built Keele graph."""
    return Reader.at(keele)


@pytest.fixture(scope="session")
def maker(keele_reader: Reader) -> BriefMaker:
    """Of the Keele graph, on one day."""
    return BriefMaker(keele_reader, DAY)


@pytest.fixture(scope="session")
def keele_brief(maker: BriefMaker) -> Brief:
    """Of Keele University."""
    return maker.brief(maker.resolve("Keele University"))


def crowded_reader(partners: int, *, words: str = "Partner", sources: int = 40) -> Reader:
    """A graph of one body ("Hub") with many partners of several types, long names, and evidence of many sources."""
    return Reader.nquads_lines(_crowded(partners, words, sources))


def _crowded(partners: int, words: str, sources: int) -> Iterator[str]:
    types = ["university", "charity", "local-authority", "nhs-body", "public-body", "consortium", "research-centre"]

    def line(subject: str, predicate: str, value: str) -> str:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        term = f"<{value}>" if value.startswith("http") and " " not in value else f'"{escaped}"'
        return f"<{subject}> <{predicate}> {term} <https://e.org/g> .\n"

    def body(iri: str, label: str, type_: str) -> Iterator[str]:
        yield line(iri, RDF.type, ORG.Organization)
        yield line(iri, SKOS.prefLabel, label)
        yield line(iri, ORG.classification, CODE[type_])

    hub = f"{BASE}org/hub"
    yield from body(hub, "Hub", "university")
    for number in range(30):
        mark = f"{BASE}identifier/{number}"
        yield line(hub, ADMS.identifier, mark)
        yield line(mark, RDF.type, ADMS.Identifier)
        yield line(mark, PG.scheme, CODE.ukprn)
        yield line(mark, SKOS.notation, f"{number:08}")
    for number in range(sources):
        source = f"{BASE}source/{number}"
        yield line(source, RDF.type, PG.Source)
        yield line(source, DCTERMS.title, f"{words} report of the year {1980 + number}")
        yield line(source, DCTERMS.publisher, f"{words} publishing house number {number}")
        yield line(source, DCTERMS.issued, str(1980 + number))
        yield line(source, FOAF.page, f"https://example.org/a/very/long/address/{number}/{'x' * 90}")
    for number in range(partners):
        partner, claim, item = (f"{BASE}{kind}/{number}" for kind in ("org", "rel", "evidence"))
        yield from body(
            partner, f"{words} number {number} " + "of the county of Staffordshire " * (number % 4), types[number % 7]
        )
        yield line(claim, RDF.type, PG.Relationship)
        yield line(claim, PG["from"], hub)
        yield line(claim, PG.to, partner)
        yield line(claim, PG.kind, CODE["partnership" if number % 2 else "funding"])
        yield line(claim, PG.evidence, item)
        yield line(item, RDF.type, PG.Evidence)
        yield line(item, PG.says, f"{words} is named as a partner of the hub, at some length. " * (1 + number % 5))
        yield line(item, DCTERMS.source, f"{BASE}source/{number % sources}")


def pdf_pages(pdf: bytes) -> int:
    """How many pages a PDF of Chromium has."""
    return len(re.findall(rb"/Type /Page\b", pdf))
