"""RDF text from outside -> a store, all or nothing: what is hostile or broken is refused with file and row."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox

from partnergraph.errors import DataError, Finding, Place
from partnergraph.reading import printable, read_file

RDF_SUFFIXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
# Lines that the engine is given at once: it takes 2 kB of memory for each.
LINES_AT_ONCE = 200_000
MAX_SIZE = 2_000_000_000  # bytes of a file
# Where XML allows declarations: `<!DOCTYPE`, which the engine reads in any case of letters, and `<!ENTITY`.
_DECLARATION = re.compile(rb"<!(?!--|\[CDATA\[)")
# The character U+0000 as it is, or escaped (an odd number of backslashes before the u).
_NUL = re.compile(rb"\x00|(?<!\\)(?:\\\\)*\\(?:u0000|U00000000)")
_NUL_PARTS = (b"\x00", b"\\u0000", b"\\U00000000")


def load_file(store: ox.Store, path: Path, base: str, graph: str | None = None) -> None:
    """Load an RDF file; see `load_bytes`. Relative IRIs start at `base`."""
    chosen = RDF_SUFFIXES.get(path.suffix.lower())
    if chosen is None:
        raise DataError(f"{printable(path)}: not an RDF file name this tool knows. It reads {' '.join(RDF_SUFFIXES)}.")
    load_bytes(store, read_file(path, MAX_SIZE), chosen, printable(path), base, graph)


def load_bytes(
    store: ox.Store, data: bytes, format_: ox.RdfFormat, file: str, base: str | None = None, graph: str | None = None
) -> None:
    """Load all or nothing; triples without a graph go into `graph`. The one way into a store for text from outside."""
    data = data.removeprefix(codecs.BOM_UTF8)
    wrong: tuple[str, int | None] | None = _hostile(data, format_)
    if wrong is None:
        try:
            store.bulk_load(data, format=format_, base_iri=base, to_graph=ox.NamedNode(graph) if graph else None)
        except (SyntaxError, ValueError) as error:
            wrong = _not_parsed(error, data, format_)
    if wrong is not None:
        message, row = wrong
        finding = Finding("rdf-syntax", "error", message, Place(file, row), fix="Mend the file; nothing was loaded.")
        raise DataError(str(finding), [finding])


def _hostile(data: bytes, format_: ox.RdfFormat) -> tuple[str, int] | None:
    """What the engine would load, but we do not, and the row: a message or nothing."""
    if format_ == ox.RdfFormat.RDF_XML and (match := _DECLARATION.search(data)):
        message = "RDF/XML with a DOCTYPE is refused, because entities can be used to exhaust memory."
        return message, _row(data, match.start())
    # Looking for plain bytes first is a hundred times as fast as the pattern, which nearly always finds nothing.
    if any(part in data for part in _NUL_PARTS) and (match := _NUL.search(data)):
        return _not_utf8(data) or ("The character U+0000 stands here; no text can hold it.", _row(data, match.start()))
    return None


def _row(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _not_utf8(data: bytes) -> tuple[str, int] | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"This is not UTF-8 text (byte {error.start}).", _row(data, error.start)
    return None


def _not_parsed(error: SyntaxError | ValueError, data: bytes, format_: ox.RdfFormat) -> tuple[str, int | None]:
    """Message and row of a parse error. RDF/XML: the engine knows no row, so Python's parser is asked for it."""
    if (encoding := _not_utf8(data)) is not None:
        return encoding
    text = (error.msg if isinstance(error, SyntaxError) else None) or str(error)
    if "LoadDocumentCallback" in text:
        return "It names a JSON-LD context in another place, and nothing is fetched: write the context here.", None
    row = error.lineno if isinstance(error, SyntaxError) else None
    if format_ == ox.RdfFormat.RDF_XML:
        from xml.parsers import expat  # safe here: a text with a DOCTYPE was refused before

        parser = expat.ParserCreate("utf-8", " ")  # whatever it declares, nothing can be hidden in another encoding
        try:
            parser.Parse(data, True)
        except expat.ExpatError as known:
            row = known.lineno
    return re.sub(r"^Parser error at line \d+ ", "The RDF does not parse, ", text), row


def stream(store: ox.Store, lines: Iterable[str], graph: str) -> None:
    """Load lines of N-Quads of one named graph, and their merge; while the engine loads a part, the next is made.

    A text may hold several lines.
    """
    end = f" <{graph}> .\n".encode()

    def load(part: bytes) -> None:
        # In N-Quads a line ends only where its text does, so that nothing but the name of the graph is taken off. Each
        # load leaves files to be sorted into one another, so that a part and its merge are better loaded at once.
        store.bulk_load(part + part.replace(end, b" .\n"), format=ox.RdfFormat.N_QUADS)

    with ThreadPoolExecutor(1) as executor:
        loading: Future[None] | None = None
        for part in _parts(lines):
            if loading is not None:
                loading.result()
            loading = executor.submit(load, part)
        if loading is not None:
            loading.result()


def _parts(lines: Iterable[str]) -> Iterator[bytes]:
    """Texts put together, until they have so many lines as the engine is given at once."""
    part: list[str] = []
    number = 0
    for text in lines:
        part.append(text)
        number += text.count("\n")
        if number >= LINES_AT_ONCE:
            yield "".join(part).encode()
            part, number = [], 0
    if part:
        yield "".join(part).encode()
