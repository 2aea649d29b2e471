"""Which form of answer a request accepts (RFC 9110, 12.5.1), and the media types of every form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

TABLES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
}
TRUTHS = {name: TABLES[name] for name in ("json", "xml")}
GRAPHS = {
    "turtle": "text/turtle; charset=utf-8",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig",
    "nquads": "application/n-quads",
}
OFFERED = {"html": "text/html; charset=utf-8"} | GRAPHS  # of a thing that has a page
FORMS: Mapping[str, Mapping[str, str]] = {"select": TABLES, "ask": TRUTHS, "graph": GRAPHS}
_ALSO = {"application/json": "json", "application/xml": "xml", "text/xml": "xml"}


def best(accept: str, offered: Mapping[str, str]) -> str | None:
    """The offered form (name to media type) that an Accept header likes best; None when it accepts none.

    Of forms liked alike the first offered is taken; the more specific range decides (RFC 9110, 12.5.1).

    >>> best("text/csv;q=0.5, application/*", TABLES), best("", TABLES), best("image/png", TABLES)
    ('json', 'json', None)
    """
    ranges = _ranges(accept)
    if not ranges:
        return next(iter(offered))
    liked = {name: max(_likes(ranges, media), _also(ranges, name, offered)) for name, media in offered.items()}
    found = max(liked, key=lambda name: liked[name])
    return found if liked[found] > 0 else None


@lru_cache(256)
def accepted(accept: str) -> Mapping[str, str | None]:
    """For each form of a query (select, ask, graph) the form of answer that the header likes best."""
    return {form: best(accept, offered) for form, offered in FORMS.items()}


def _ranges(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not media:
            continue
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = min(1.0, max(0.0, float(parameter[2:])))
                except ValueError:
                    weight = 0.0
        found[media] = max(found.get(media, 0.0), weight)
    return found


def _likes(ranges: Mapping[str, float], media: str) -> float:
    name = media.partition(";")[0]
    for one in (name, name.partition("/")[0] + "/*", "*/*"):
        if one in ranges:
            return ranges[one]
    return 0.0


def _also(ranges: Mapping[str, float], name: str, offered: Mapping[str, str]) -> float:
    """What people write for the results formats though it is a wider type."""
    if offered is GRAPHS:
        return max(
            (
                ranges.get(media, 0.0)
                for media, of in _ALSO.items()
                if of == {"jsonld": "json", "rdfxml": "xml"}.get(name)
            ),
            default=0.0,
        )
    return max((ranges.get(media, 0.0) for media, of in _ALSO.items() if of == name), default=0.0)
