"""The briefs of all organisations of a graph in one folder, with a list of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from partnergraph.errors import UsageError
from partnergraph.files import DEVICE_NAMES, write_files
from partnergraph.report.brief import BriefMaker
from partnergraph.report.brief_html import GENERATOR, index_html
from partnergraph.report.brief_view import Figures
from partnergraph.vocabulary.iri import last_segment

INDEX = "index.html"
_BATCH = 100  # files written at a time
_RESERVED = {"index", *DEVICE_NAMES}
_MARK = f'<meta name="generator" content="{GENERATOR}">'.encode()
_HEAD = 4096  # bytes in which the mark stands


def write_briefs(maker: BriefMaker, folder: Path) -> int:
    """Write the brief of every organisation, named after its id, and `index.html`; returns how many briefs.

    Each file is written whole or not at all; an earlier report is replaced, any other file stays. Raises `UsageError`
    for a file in the way that is no report, before anything is written, and see `partnergraph.files.write_files`.
    """
    organisations = maker.read_all()
    names = file_names(sorted(iri for iri, _ in organisations))
    _refuse_foreign(folder, [*names.values(), INDEX])
    entries: list[tuple[str, str, Figures]] = []
    for start in range(0, len(organisations), _BATCH):
        files = {}
        for iri, label in organisations[start : start + _BATCH]:
            brief = maker.brief(iri, names)
            files[names[iri]] = brief.html.encode()
            entries.append((names[iri], label, brief.figures))
        write_files(folder, files)
    about = maker.about
    text = index_html(entries, about["title"] or "Organisations", maker.day, about["generator"] or "partnergraph")
    write_files(folder, {INDEX: text.encode()})
    return len(organisations)


def file_names(iris: Iterable[str]) -> dict[str, str]:
    """The name of the file of each body: the last part of its IRI; equal ones get a number.

    >>> file_names(["https://e.org/a b", "https://e.org/x/A-B", "https://e.org/index"])
    {'https://e.org/a b': 'a-b.html', 'https://e.org/x/A-B': 'a-b-2.html', 'https://e.org/index': 'index-2.html'}
    """
    names: dict[str, str] = {}
    used = {*_RESERVED}
    for iri in iris:
        stem = re.sub(r"[^a-z0-9]+", "-", last_segment(iri).lower()).strip("-")[:100] or "organisation"
        name, number = stem, 2
        while name in used:
            name, number = f"{stem}-{number}", number + 1
        used.add(name)
        names[iri] = f"{name}.html"
    return names


def _refuse_foreign(folder: Path, names: list[str]) -> None:
    for name in names:
        try:
            with (folder / name).open("rb") as file:
                head = file.read(_HEAD)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UsageError(f"{folder / name} cannot be read: {error.strerror}. Name another folder.") from None
        if _MARK not in head:
            raise UsageError(
                f"{folder / name} is no report of partnergraph and would be replaced; nothing was written. Move it, or "
                "name another folder."
            )
