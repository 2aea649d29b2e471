"""Rows -> records: one function for each table."""

from __future__ import annotations

import re
from collections.abc import Callable

from partnergraph.errors import Finding
from partnergraph.graph_folder.cell_parser import MAX_VALUE_LENGTH, PARTIES, CellParser
from partnergraph.graph_folder.documents import LocationError, locate, match_typography
from partnergraph.graph_folder.position_rows import parse_position
from partnergraph.model.records import (
    Attribute,
    Document,
    Event,
    Evidence,
    Group,
    Identifier,
    Match,
    Name,
    Organisation,
    Record,
    Relationship,
    Source,
    Spot,
    Standing,
    Statement,
    Undertaking,
)
from partnergraph.tables.table import Row
from partnergraph.vocabulary.identifiers import identifier_problem
from partnergraph.vocabulary.iri import is_web_address

_SENTENCE = re.compile(r"s(\d{1,6})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
DECISIONS = ("same", "different", "unsure")
ANYTHING = ("relationships", "organisations", "undertakings", "groups", "events", "statements", "names", "attributes")


def parse_source(row: Row, find: CellParser) -> Source:
    """A row of sources.csv."""
    url = row.get("url")
    if url and not is_web_address(url):
        find.error(row, "url", "url", f"'{url}' is not a web address.", url, "Write it with https://, without spaces.")
        url = None
    return Source(
        id=row.get("id") or "",
        title=row.get("title") or "",
        publisher=row.get("publisher") or "",
        kind=find.code(row, "kind", "source-kind"),
        date=find.date(row, "date"),
        url=url,
        origin=row.get("origin"),
        accessed=find.date(row, "accessed"),
        as_of_earliest=find.date(row, "as_of_earliest"),
        as_of_latest=find.date(row, "as_of_latest"),
        licence=row.get("licence"),
        note=row.get("note"),
    )


def parse_evidence(row: Row, find: CellParser, documents: dict[str, Document | None]) -> Evidence:
    """A row of evidence.csv; quoted words are located in their document (None: one that could not be read)."""
    slug, where = row.get("id") or "", find.slug(row, "source", "sources")
    basis = find.code(row, "basis", "basis")
    words, says, strength = row.get("words"), row.get("says"), row.get("strength")
    start = end = passage = None
    if words is None and says is None and basis != "inferred":
        fix = "Quote the words of an archived text, or say in one line of your own what the source says."
        find.error(row, "says", "empty-evidence", "The evidence has neither words nor a statement.", None, fix)
    if words is not None and where is not None:
        document = documents.get(where)
        if where not in documents:
            fix = "Only archived texts may be quoted. Say in one line of your own what the source says (column says)."
            find.error(row, "words", "words-without-document", f"'{where}' has no archived text.", words, fix)
        elif document is not None:
            sentence = _SENTENCE.fullmatch(row.get("locator") or "")
            number = int(sentence[1]) if sentence else None
            try:
                try:
                    at = locate(document, words, number, near=find.may_search())
                except LocationError:
                    own = match_typography(document, words) if find.may_search() else None
                    if own is None or own == words:
                        raise
                    at = locate(document, own, number)
                    message = (
                        "The words differ from the text in quotation marks, dashes or spaces; the text's are kept."
                    )
                    fix = f"Nothing needs to be done, or copy them exactly: '{own}'."
                    find.findings.append(
                        Finding("words-alike", "warning", message, row.place("words"), words[:MAX_VALUE_LENGTH], fix)
                    )
                    words = own
                start, end, passage = at.start, at.end, at.passage
            except LocationError as error:
                find.unlocated += 1
                find.error(row, "words", error.rule, error.message, words, error.fix)
    if basis == "inferred":
        if strength is None:
            fix = "Write strong, moderate or weak."
            find.error(row, "strength", "inferred-strength", "An inference needs its strength.", None, fix)
        if says is None:
            find.error(row, "says", "inferred-reason", "An inference needs its reason.", None, "Write it into 'says'.")
    elif strength is not None:
        fix = "Leave it empty, or write basis inferred."
        find.error(row, "strength", "strength", "Only an inference has a strength.", strength, fix)
    return Evidence(
        id=slug,
        source=where or "",
        basis=basis,
        confidence=find.code(row, "confidence", "confidence"),
        words=words,
        start=start,
        end=end,
        passage=passage,
        says=says,
        locator=row.get("locator"),
        strength=find.code(row, "strength", "strength") or None,
        premises=find.slugs(row, "premises", "sources"),
        note=row.get("note"),
        not_modelled=row.get("not_modelled"),
    )


def parse_organisation(row: Row, find: CellParser) -> Organisation:
    """A row of organisations.csv."""
    form = row.get("form") or ""
    if form and form not in ("formal", "unit", "collaboration", "organisation"):
        fix = "Write formal, unit, collaboration, or organisation when the legal form is not known."
        find.error(row, "form", "unknown-form", f"'{form}' is not a form of organisation.", form, fix)
    return Organisation(
        id=row.get("id") or "",
        evidence=find.support(row, "organisations"),
        name=row.get("name") or "",
        form=form,
        type=find.codes(row, "type", "org-type"),
        description=row.get("description"),
    )


def parse_name(row: Row, find: CellParser) -> Name:
    """A row of names.csv."""
    start, end = find.period(row)
    language = row.get("language")
    if language and not _LANGUAGE.fullmatch(language):
        fix = "Write a code such as en, cy or en-GB."
        find.error(row, "language", "language", f"'{language}' is not the code of a language.", language, fix)
    return Name(
        id=row.get("id") or "",
        evidence=find.support(row, "names"),
        organisation=find.slug(row, "organisation", "organisations") or "",
        name=row.get("name") or "",
        kind=find.code(row, "kind", "name-kind"),
        start=start,
        end=end,
        language=language,
    )


def parse_identifier(row: Row, find: CellParser) -> Identifier:
    """A row of identifiers.csv."""
    scheme, value = find.code(row, "scheme", "identifier-scheme"), row.get("value") or ""
    if value and (wrong := identifier_problem(scheme, value)) is not None:
        find.error(row, "value", "identifier-form", wrong[0], value, wrong[1])
    return Identifier(
        id=f"{scheme}-{value}",
        evidence=find.support(row, "identifiers"),
        organisation=find.slug(row, "organisation", "organisations") or "",
        scheme=scheme,
        value=value,
        note=row.get("note"),
    )


def parse_place(row: Row, find: CellParser) -> Spot:
    """A row of places.csv."""
    for column, most in (("latitude", 90), ("longitude", 180)):
        text = row.get(column)
        if text and not (re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) and abs(float(text)) <= most):
            fix = f"Write degrees between -{most} and {most}, for example 53.0042."
            find.error(row, column, "coordinate", f"'{text}' is not a {column}.", text, fix)
    located = next((column for column in ("latitude", "longitude", "geonames") if row.get(column)), None)
    if located and not row.get("evidence"):
        fix = "Name a row of evidence.csv in the evidence cell."
        find.error(row, located, "no-evidence", "Where a place lies needs evidence.", row.get(located), fix)
    return Spot(
        id=row.get("id") or "",
        evidence=find.support(row, "places"),
        name=row.get("name") or "",
        kind=find.code(row, "kind", "place-kind") or None,
        latitude=row.get("latitude"),
        longitude=row.get("longitude"),
        geonames=row.get("geonames"),
        note=row.get("note"),
    )


def parse_group(row: Row, find: CellParser) -> Group:
    """A row of groups.csv."""
    members, count = find.slugs(row, "members", "organisations"), find.count(row, "count")
    if count is not None and len(members) > count:
        message = f"More members are named ({len(members)}) than the source counts ({count})."
        find.error(
            row, "members", "more-named-than-counted", message, str(len(members)), "Mend the count or the members."
        )
    return Group(
        id=row.get("id") or "",
        evidence=find.support(row, "groups"),
        source=find.slug(row, "source", "sources") or "",
        name=row.get("name") or "",
        member_type=find.code(row, "member_type", "org-type"),
        count=count,
        count_as_stated=row.get("count_as_stated"),
        open=find.flag(row, "open") is not False,
        places=find.slugs(row, "places", "places"),
        members=members,
        may_overlap=find.references(row, "may_overlap", ("groups",)),
    )


def parse_undertaking(row: Row, find: CellParser) -> Undertaking:
    """A row of undertakings.csv."""
    return Undertaking(
        id=row.get("id") or "",
        evidence=find.support(row, "undertakings"),
        name=row.get("name") or "",
        type=find.code(row, "type", "undertaking-type"),
        count_as_stated=row.get("count_as_stated"),
    )


def parse_relationship(row: Row, find: CellParser) -> Relationship:
    """A row of relationships.csv."""
    start, end = find.period(row)
    from_, to = find.reference(row, "from", PARTIES), find.reference(row, "to", PARTIES)
    if from_ is not None and from_ == to:
        message, fix = "A relationship cannot go from a party to itself.", "Mend one of the two parties."
        find.error(row, "to", "to-itself", message, row.get("to"), fix)
    return Relationship(
        id=row.get("id") or "",
        evidence=find.support(row, "relationships"),
        kind=find.code(row, "kind", "relationship-kind"),
        from_=from_ or "",
        to=to or "",
        via=find.references(row, "via", PARTIES),
        role=find.code(row, "role", "role") or None,
        start=start,
        end=end,
        date_note=row.get("date_note"),
        arrangement=find.reference(row, "arrangement", ("statements",)),
        formalised_through=find.reference(row, "formalised_through", PARTIES),
        note=row.get("note"),
    )


def parse_event(row: Row, find: CellParser) -> Event:
    """A row of events.csv."""
    before, after = find.references(row, "from", ("organisations",)), find.references(row, "to", ("organisations",))
    about = find.reference(row, "about", ("relationships", "organisations", "undertakings", "groups"))
    if row.get("about") is None and row.get("to") is None:
        fix = "Write the body or relationship into 'about', or the bodies before and after into 'from' and 'to'."
        find.error(row, "about", "event-about", "The event does not say what it is about.", None, fix)
    if (row.get("from") is None) != (row.get("to") is None):
        fix = "A change needs both; a renaming of one body needs 'about' instead."
        find.error(row, "from", "event-from-to", "A change names the bodies before or after, but not both.", None, fix)
    return Event(
        id=row.get("id") or "",
        evidence=find.support(row, "events"),
        kind=find.code(row, "kind", "event-kind"),
        about=about,
        from_=before,
        to=after,
        date=find.date(row, "date"),
        manner=find.code(row, "manner", "manner") or None,
        renews=find.reference(row, "renews", ("events",)),
        note=row.get("note"),
    )


def parse_statement(row: Row, find: CellParser) -> Statement:
    """A row of statements.csv."""
    return Statement(
        id=row.get("id") or "",
        evidence=find.support(row, "statements"),
        source=find.slug(row, "source", "sources") or "",
        kind=find.code(row, "kind", "statement-kind"),
        name=row.get("name") or "",
        about=find.references(row, "about", ("relationships", "organisations", "undertakings", "groups")),
        value=row.get("value"),
        unit=row.get("unit"),
        exercise=find.reference(row, "exercise", ("undertakings",)),
        part_of=find.reference(row, "part_of", ("statements",)),
        relates_to=find.reference(row, "relates_to", ("undertakings", "organisations")),
        count_as_stated=row.get("count_as_stated"),
        open=find.flag(row, "open"),
    )


def parse_attribute(row: Row, find: CellParser) -> Attribute:
    """A row of attributes.csv."""
    start, end = find.period(row)
    return Attribute(
        id=row.get("id") or "",
        evidence=find.support(row, "attributes"),
        organisation=find.slug(row, "organisation", "organisations") or "",
        property=find.code(row, "property", "attribute-kind"),
        value=row.get("value") or "",
        start=start,
        end=end,
        note=row.get("note"),
    )


def parse_standing(row: Row, find: CellParser) -> Standing:
    """A row of standing.csv."""
    return Standing(
        id=row.get("record") or "",
        record=find.reference(row, "record", ANYTHING) or "",
        standing=find.code(row, "standing", "standing"),
        contradicts=find.references(row, "contradicts", ANYTHING),
        counter_evidence=find.slugs(row, "counter_evidence", "evidence"),
        note=row.get("note"),
    )


def parse_match(row: Row, find: CellParser) -> Match:
    """A row of matches.csv."""
    decision = row.get("decision") or ""
    if decision and decision not in DECISIONS:
        fix = f"Write {', '.join(DECISIONS[:-1])} or {DECISIONS[-1]}."
        find.error(row, "decision", "decision", f"'{decision}' is not a decision.", decision, fix)
    return Match(
        id=f"{row.get('organisation')} {row.get('source')} {row.get('record')}",
        organisation=find.slug(row, "organisation", "organisations") or "",
        source=find.slug(row, "source", "sources") or "",
        record=row.get("record") or "",
        decision=decision,
        who=row.get("who"),
        date=find.date(row, "date"),
        note=row.get("note"),
    )


READERS: dict[str, Callable[[Row, CellParser], Record]] = {
    "sources": parse_source,
    "organisations": parse_organisation,
    "names": parse_name,
    "identifiers": parse_identifier,
    "places": parse_place,
    "groups": parse_group,
    "undertakings": parse_undertaking,
    "relationships": parse_relationship,
    "events": parse_event,
    "statements": parse_statement,
    "attributes": parse_attribute,
    "standing": parse_standing,
    "positions": parse_position,
    "matches": parse_match,
}
