"""Sources and evidence of an imported network: what its rows cite, and the evidence of our own exports."""

from __future__ import annotations

import re
from collections.abc import Sequence

from partnergraph.model.dates import PartialDate, month_number
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.iri import is_web_address
from partnergraph.workbook.imported_network import ImportedNetwork
from partnergraph.workbook.network_columns import NetworkRow

__all__ = ["EvidenceImport", "parse_date"]

# "Sept 2018", "12th March 2018".
_IN_WORDS = re.compile(r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)? )?(?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})")
_ADDRESS = re.compile(r"https?://[^\s<>\"|]+")
_INFERRED = re.compile(r"inferred \((strong|moderate|weak)\): (.+)", re.S)
_NO_TEXT = "The exported list holds no text to quote from; what was a quotation stands in says."


class EvidenceImport:
    """Makes rows of sources and evidence."""

    def __init__(self, network: ImportedNetwork) -> None:
        self.network = network
        self.sources: dict[str, str] = {}  # what is cited -> id of its row
        self.evidence: dict[tuple[str, ...], str] = {}
        self.bases = {concept.code for concept in concepts("basis")}
        self.strengths = {concept.code for concept in concepts("strength")}
        self.confidences = {concept.code for concept in concepts("confidence")}

    def source(self, title: str, url: str = "", publisher: str = "", wanted: str = "", date: str = "") -> str:
        """The id of the row of a source; a new one, where none has this title and address (or this id)."""
        key = wanted or f"{title.casefold()} {url}"
        if key not in self.sources:
            slug = wanted and self.network.own_id("sources", wanted)
            slug = slug or self.network.new_id(re.sub(r"https?://(?:www\.)?", "", title), "source")
            self.sources[key] = slug
            cells = {"id": slug, "title": title, "publisher": publisher or "not stated"}
            cells |= {"kind": "page" if url else "report", "url": url, "date": date}
            self.network.add_row("sources", cells)
        return self.sources[key]

    def cited(self, row: NetworkRow) -> list[str]:
        """The ids of the sources that a row cites."""
        texts, url = row.texts("citation"), row.get("url")
        if url and not is_web_address(url):
            texts, url = [*texts, url], ""
        pieces: list[str] = []
        for text in texts:
            if not _ADDRESS.sub("", text).strip(" ;,|"):
                pieces += [address.rstrip(";,") for address in _ADDRESS.findall(text)]
            else:
                pieces += [piece.strip() for piece in text.split("|") if piece.strip()]
        ids = []
        for piece in pieces or [url] * bool(url):
            addresses = [address.rstrip(".,;)") for address in _ADDRESS.findall(piece)]
            address = next((address for address in addresses if is_web_address(address)), "")
            ids.append(self.source(piece, url if url and len(pieces) < 2 else address))
        if url and len(pieces) > 1:
            ids.append(self.source(url, url))
        return list(dict.fromkeys(ids))

    def of_row(self, row: NetworkRow, says: str) -> str:
        """The cell `evidence` of what a row says: the sources that it cites, or the file itself."""
        cited = self.cited(row)
        if not cited:
            return self.network.add_row_evidence(row, f"{row.place_in_words} {says}", locator=row.get("locator"))
        note = f"Taken over from the imported file, which names this source; not looked up. {row.place_in_words}."
        return "; ".join(
            self.network.add_row_evidence(
                row, f"According to the imported file: {says}", source=source, locator=row.get("locator"), note=note
            )
            for source in cited
        )

    # Our own exports

    def add_own(self, row: NetworkRow) -> None:
        """Take over a row of evidence.csv: a piece of evidence, and the claim that it supports."""
        network = self.network
        claim = row.get("claim")
        source = row.get("source") or network.source
        if source != network.source:
            title, url = row.get("title") or source, row.get("url")
            valid_url = url if is_web_address(url) else ""
            source = self.source(title, valid_url, row.get("publisher"), source, parse_date(row.get("date"))[0])
        text = row.get("words") if row.get("form") == "quoted" else row.get("says")
        note = _NO_TEXT if row.get("form") == "quoted" else ""
        if note:
            message = "A quotation became a statement: its text is not in the list."
            fix = "Put the text into documents, and the words into words."
            network.note("info", "quotations", message, row.place("words"), None, fix)
        basis, confidence, strength = row.get("basis"), row.get("confidence"), row.get("strength")
        if basis == "inferred" and strength not in self.strengths:
            message, fix = f"'{strength}' is no strength; it was written as weak.", "partnergraph kinds --list strength"
            network.note("warning", "strength", message, row.place("strength"), strength, fix)
            strength = "weak"
        if not text:
            message, fix = "The evidence has neither words nor a statement.", "Write into says what the source says."
            network.note("error", "missing-value", message, row.place("says"), None, fix)
        cells = {
            "source": source,
            "basis": basis if basis in self.bases else "stated",
            "confidence": confidence if confidence in self.confidences else "medium",
            "says": text,
            "locator": row.get("locator"),
            "strength": strength if basis == "inferred" else "",
            "note": note,
        }
        slug = self._piece(cells, row.get("id"))
        pieces = network.evidence_of_claims.setdefault(claim, [])
        if slug not in pieces:
            pieces.append(slug)

    def _piece(self, cells: dict[str, str], wanted: str) -> str:
        """The id of a piece of evidence; a new one, where none is the same."""
        key = (wanted, *cells.values())
        if key not in self.evidence:
            if cells["basis"] == "inferred":
                cells = cells | {"premises": cells["source"]}
            slug = self.network.own_id("evidence", wanted) or self.network.new_id(f"{cells['source']}-1", "e")
            self.evidence[key] = slug
            self.network.add_row("evidence", {"id": slug, **cells})
        return self.evidence[key]

    def of_own_row(self, row: NetworkRow, iri: str) -> str:
        """The cell `evidence` of a claim of our own export: the rows of evidence.csv, or what stands in its edge."""
        pieces = self.network.evidence_of_claims.get(iri)
        if pieces:
            return "; ".join(pieces)
        texts = [text.strip() for text in row.get("evidence").split(" | ") if text.strip()]
        sources = [self.source(name, wanted=name) for name in row.get("said_by").split("; ") if name]
        if not texts:
            return ""
        if len(sources) == 1:
            sources *= len(texts)
        if len(sources) != len(texts):
            names = ", ".join(dict.fromkeys(sources))
            message = f"Which of {len(texts)} pieces of evidence is of which of {len(sources)} sources is not stated."
            fix = "Import nodes.csv, edges.csv and evidence.csv (export --format csv), which say so."
            self.network.note("warning", "evidence-of-sources", message, row.place("evidence"), None, fix)
            texts = [f"{text} (The sources: {names}.)" for text in texts]
            sources = [self.network.source] * len(texts)
        pairs = zip(texts, sources, strict=True)
        return "; ".join(dict.fromkeys(self._piece(_own_piece(text, source), "") for text, source in pairs))


def _own_piece(text: str, source: str) -> dict[str, str]:
    """A piece of evidence as the edge of an export writes it, as the cells of a row."""
    cells = {"source": source, "basis": "stated", "confidence": "medium", "says": text, "locator": ""}
    cells |= {"strength": "", "note": ""}
    if match := _INFERRED.fullmatch(text):
        return cells | {"basis": "inferred", "strength": match[1], "says": match[2]}
    if text.startswith("editor: "):
        return cells | {"basis": "editor", "says": text.removeprefix("editor: ")}
    if len(text) > 2 and (text[0], text[-1]) == ("“", "”"):
        return cells | {"says": text[1:-1], "note": _NO_TEXT}
    return cells


def parse_date(text: str) -> tuple[str, str]:
    """A date as tables hold it, and why there is none; two empty texts for no date.

    >>> parse_date("2014-01-31T00:00:00"), parse_date("2014.0")[0], parse_date("Sept 2018")[0], parse_date("soon")[0]
    (('2014-01-31', ''), '2014', '2018-09', '')
    """
    bare = re.sub(r"(?<=\d)[T ]\d{1,2}:\d\d.*\Z", "", text.strip())
    bare = re.sub(r"\A(\d{4})\.0\Z", r"\1", bare)
    if (match := _IN_WORDS.fullmatch(bare)) and (month := month_number(match["month"])):
        day = f"-{int(match['day']):02}" if match["day"] else ""
        bare = f"{match['year']}-{month:02}{day}"
    try:
        return (PartialDate.parse(bare).text, "") if bare else ("", "")
    except ValueError as error:
        return "", str(error)


def date_cells(network: ImportedNetwork, row: NetworkRow) -> dict[str, str]:
    """The cells start, end and date_note; a date that cannot be read stands in date_note, and is a finding."""
    cells: dict[str, str] = {}
    notes: list[str] = []
    for part in filter(None, row.get("date_note").split("; ")):
        match = re.fullmatch(r"(start|end) between (\S+) and (\S+)", part)
        date = parse_date(f"{match[2]}/{match[3]}")[0] if match else ""
        if match and date and not row.get(match[1]):
            cells[match[1]] = date
        else:
            notes.append(part)
    for name in ("start", "end"):
        text = row.get(name)
        date, problem = parse_date(text)
        if problem:
            message = f"{problem} It was taken over into date_note."
            network.note("warning", "date", message, row.place(name), text, "Write the date into the table.")
            notes.append(f"{name}: {text}")
        elif date:
            cells[name] = date
    if {"start", "end"} <= cells.keys() and _days(cells["end"]).latest < _days(cells["start"]).earliest:
        fix = "Mend one of the two."
        network.note("error", "end-before-start", "The end is before the start.", row.place("end"), cells["end"], fix)
    return cells | ({"date_note": "; ".join(notes)} if notes else {})


def _days(text: str) -> PartialDate:
    return PartialDate.parse(text)


def pieces_of(text: str, separators: Sequence[str] = (";", "|")) -> list[str]:
    """The parts of a cell that holds several."""
    parts = [text]
    for separator in separators:
        parts = [piece for part in parts for piece in part.split(separator)]
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))
