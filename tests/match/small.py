"""A small register, made by hand: what matching has to tell apart."""

from __future__ import annotations

from typing import Any

from partnergraph.errors import Place
from partnergraph.match.record_index import RecordIndex
from partnergraph.model.register_records import Entry, EntryLink, EntryName, EntryPlace

HERE = Place("register")
NIHR = ("NIHR", "acronym")


def entry(
    record: str,
    name: str,
    place: str = "",
    country: str | None = None,
    *names: tuple[str, str],
    types: tuple[str, ...] = ("university",),
    **more: Any,
) -> Entry:
    """A record with names of the kinds that registers keep."""
    places = (EntryPlace(place, country=country),) if place else ()
    further = tuple(EntryName(text, kind) for text, kind in names)
    return Entry(record=record, name=name, place=HERE, names=further, places=places, types=types, **more)


ENTRIES = (
    entry(
        "keele", "Keele University", "Newcastle-under-Lyme", "GB", ("University of Keele", "alternative"),
        ("University College of North Staffordshire", "former"),
        identifiers=(("grid", "grid.9757.c"), ("website", "https://www.keele.ac.uk/")),
    ),
    entry("york-gb", "University of York", "York", "GB"),
    entry("york-ca", "York University", "Toronto", "CA"),
    entry("newcastle-gb", "University of Newcastle", "Newcastle upon Tyne", "GB"),
    entry("newcastle-au", "University of Newcastle", "Newcastle", "AU"),
    entry("berkeley", "University of California, Berkeley", "Berkeley", "US"),
    entry("california", "University of California", "Oakland", "US"),
    entry("ust", "Hong Kong University of Science and Technology", "Kowloon", "HK"),
    entry("ust-gz", "Hong Kong University of Science and Technology", "Guangzhou", "CN"),
    entry("nihr", "National Institute for Health Research", "London", "GB", NIHR, types=("public-body",)),
    entry("nihr-us", "National Institute of Human Rights", "Boston", "US", NIHR, types=("charity",)),
    entry(
        "phe", "Public Health England", "London", "GB", types=("public-body",), live=False, status="withdrawn",
        links=(EntryLink("succession", "ukhsa", "UKHSA"),),
    ),
    entry("ukhsa", "UK Health Security Agency", "London", "GB", types=("public-body",)),
    entry("stoke", "Royal Stoke University Hospital", "Stoke-on-Trent", "GB", types=("health-care-provider",)),
    entry("arl", "Applied Research Laboratory", "State College", "US", types=("research-institute",)),
)  # fmt: skip


def register() -> RecordIndex:
    """The index of these records."""
    return RecordIndex(ENTRIES)
