"""Which format of answer a request accepts (RFC 9110, 12.5.1), of those in `results.formats.FORMATS`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from partnergraph.results.formats import ASK, FORMATS, GRAPH, QUERY_FORMS, SELECT, media_types

# For each form of a query the formats of its answer: name to media type.
FORMS: Mapping[str, Mapping[str, str]] = {form: media_types(form) for form in QUERY_FORMS}
TABLES, TRUTHS, GRAPHS = FORMS[SELECT], FORMS[ASK], FORMS[GRAPH]
OFFERED = {"html": "text/html; charset=utf-8", **GRAPHS}  # of a resource that has a page


def best_match(accept: str, offered: Mapping[str, str]) -> str | None:
    """The offered form (name to media type) that an Accept header likes best; None when it accepts none.

    Of forms liked alike the first offered is taken; the more specific range decides (RFC 9110, 12.5.1).

    >>> best_match("text/csv;q=0.5, application/*", TABLES), best_match("", TABLES), best_match("image/png", TABLES)
    ('json', 'json', None)
    """
    ranges = _ranges(accept)
    if not ranges:
        return next(iter(offered))
    quality = {
        name: max(_quality(ranges, media), _synonym_quality(ranges, name, offered)) for name, media in offered.items()
    }
    best = max(quality, key=lambda name: quality[name])
    return best if quality[best] > 0 else None


def accepted_formats(accept: str, formats: Iterable[str] = ()) -> Mapping[str, str | None]:
    """For each form of a query (select, ask, graph) the form of answer that is named first (`format_by_name`), else the
    one that the Accept header likes best.
    """
    return {form: format_by_name(formats, offered) or best_match(accept, offered) for form, offered in FORMS.items()}


def format_by_name(formats: Iterable[str], offered: Mapping[str, str]) -> str | None:
    """The first offered form that is called by its name, in any letters; None when none is.

    >>> format_by_name(["N3", "text/turtle"], GRAPHS), format_by_name(["text/html, TEXT/CSV;q=1"], TABLES)
    ('turtle', 'csv')
    >>> format_by_name(["csv"], TRUTHS) is None
    True
    """
    by_name = {
        name: form for form, media in offered.items() for name in (form, _bare(media), *_synonyms(form, offered))
    }
    # A plus sign that is not encoded comes as a space.
    names = (_bare(name).replace(" ", "+") for value in formats for name in value.split(","))
    return next((by_name[name] for name in names if name in by_name), None)


def _bare(media: str) -> str:
    return media.partition(";")[0].strip().lower()


def _synonyms(form: str, offered: Mapping[str, str]) -> tuple[str, ...]:
    """Other names and media types of a format: in an Accept header the media types among them, in an address all."""
    if (entry := FORMATS.get(form)) is None:
        return ()
    return entry.aliases if "html" in offered else entry.aliases + entry.generic_aliases


def _ranges(accept: str) -> dict[str, float]:
    """The media ranges of an Accept header with their quality values."""
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not media:
            continue
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = min(1.0, max(0.0, float(parameter[2:])))
                except ValueError:
                    quality = 0.0
        ranges[media] = max(ranges.get(media, 0.0), quality)
    return ranges


def _quality(ranges: Mapping[str, float], media: str) -> float:
    """The quality value of the most specific range that a media type is in."""
    name = media.partition(";")[0]
    for media_range in (name, name.partition("/")[0] + "/*", "*/*"):
        if media_range in ranges:
            return ranges[media_range]
    return 0.0


def _synonym_quality(ranges: Mapping[str, float], name: str, offered: Mapping[str, str]) -> float:
    """The best quality value of the other media types of a format."""
    return max((ranges.get(media, 0.0) for media in _synonyms(name, offered)), default=0.0)
