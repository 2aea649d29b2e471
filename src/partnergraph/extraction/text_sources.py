"""The source that a text is: known to a graph by its id, title or address, or new with an id made of its title."""

from __future__ import annotations

import re
from dataclasses import dataclass

from partnergraph.errors import UsageError
from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.graph_folder.partnership_rows import read_source_cell, source_key
from partnergraph.vocabulary.slug import ascii_slug

_ID = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_MAX_ID_LENGTH = 60  # characters of an id that is made of a title


@dataclass(frozen=True)
class TextSource:
    """The id, title and address of the source of a text; `host` is where a page stands."""

    id: str
    title: str
    url: str = ""
    host: str = ""


def text_source(text: str, known: Gazetteer) -> TextSource:
    """The source that is called so. Raises `UsageError` for a text from which no id can be made.

    >>> text_source("Our annual review 2026", Gazetteer())
    TextSource(id='our-annual-review-2026', title='Our annual review 2026', url='', host='')
    """
    text = " ".join(text.split())
    ids, cell = known.ids.get("sources", set()), read_source_cell(text)
    keys = [source_key(part) for part in (text, cell.title, cell.url) if part]
    slug = next((known.sources[key] for key in keys if key in known.sources), text)
    if slug in ids:
        return TextSource(slug, known.titles.get(slug) or slug)
    if _ID.fullmatch(text):
        return TextSource(text, text)
    stem = ascii_slug(cell.title)[:_MAX_ID_LENGTH].strip("-")
    if not stem:
        raise UsageError(f"--source: no id can be made of '{text[:100]}'. Write a title in letters, or an id.")
    numbers = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(ids) + 2))
    return TextSource(next(slug for slug in numbers if slug not in ids), cell.title, cell.url, cell.host)
