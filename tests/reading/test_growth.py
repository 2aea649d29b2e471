"""Every reader of what others made takes time that grows with the size of its input, whatever the input is made of."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest

from partnergraph.errors import PartnerGraphError, Place
from partnergraph.match.asked import names
from partnergraph.match.judge import best
from partnergraph.match.register import Register
from partnergraph.model.register import Entry, EntryName, Tally
from partnergraph.prose.known import Known
from partnergraph.prose.proposals import read as propose
from partnergraph.queries.guard import examine
from partnergraph.reading.toml import parse_toml
from partnergraph.sources.documents import Unlocated, alike, locate, read_document
from partnergraph.sources.layouts import LAYOUTS
from partnergraph.sources.registers import FORMATS
from partnergraph.sources.registers import Register as File
from partnergraph.sources.registers import read as read_register
from partnergraph.sources.tables import read_sheet, read_table
from partnergraph.sources.workbook import read_sheets
from tests.sources.spreadsheets import ods, ods_cell, ods_rows, packed, parts, rows

# Twice the input, at most 2.5 times the work: over two doublings, which tells more surely.
MOST = 2.5**2
SHORT = 0.04  # seconds of a processor under which nothing is judged
TRIES = 4
# What a text is made of, repeated: each class of character, and what people write often.
UNITS = {
    "space": " ", "new line": "\n", "tab": "\t", "letter": "a", "capital": "A", "digit": "7", "capital word": "Alpha ",
    "comma": ",", "semicolon": ";", "dot": ".", "dots and spaces": ". ", "quotation mark": '"', "two of them": '""',
    "apostrophe": "'", "typographic": "‘", "bracket": "(", "square": "[", "brace": "{", "closing": ")]}", "less": "<",
    "backslash": "\\", "hyphen": "-", "slash": "/", "at": "@", "colon": ":", "hash": "#", "equals": "=", "one": "\x01",
    "accents": "e\u0301", "Cyrillic": "Ж", "wide": "\U0001f600", "Arabic digit": "\u0663", "no-break": "\u00a0",
    "names": "Alpha University, ", "words": "lorem ipsum ", "ids": "a; ", "date": "2009-01-01 ", "address": "a@b.org ",
    "web": "https://a.org/b?c ", "claims": "Alpha University funds Beta Trust, ", "letters and spaces": "a ",
}  # fmt: skip


def _file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _quietly(act: Callable[[], object]) -> None:
    """What a reader refuses is as good as what it reads: it must come soon."""
    try:
        done = act()
        if isinstance(done, Iterable):
            for _ in done:
                pass
    except (PartnerGraphError, Unlocated, ValueError, LookupError):
        pass


def _quotations(text: str) -> None:
    document = read_document("s", text.encode())
    for words in (text[:300], text[len(text) // 2 :] + "!", "The School pays for it", text[:40] + "x" + text[:40]):
        for sentence in (None, 1):
            _quietly(lambda words=words, sentence=sentence: locate(document, words, sentence))
        alike(document, words)


def _listed(text: str, path: Path) -> Callable[[], object]:
    file = _file(path / "list.csv", ("name,country,type\n" + _rows(text, 3)).encode())
    return lambda: [best(sought, REGISTER) for _, sought in names(file).rows if sought is not None]


REGISTER = Register(
    Entry(f"r{number}", f"{word} University", Place("r"), names=(EntryName(f"University of {word}", "alternative"),))
    for number, word in enumerate(["Alpha", "Beta", "Keele", "Lorem Ipsum", "Elm"])
)


def _rows(text: str, columns: int) -> str:
    """The text in cells of a hundred characters, quoted."""
    cells = ['"' + text[at : at + 100].replace('"', '""') + '"' for at in range(0, len(text), 100)]
    return "".join(",".join(cells[at : at + columns]) + "\n" for at in range(0, len(cells), columns))


def _in_xml(text: str) -> str:
    plain = "".join(c for c in text if c >= " " or c in "\n\t")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _xlsx(text: str, where: str) -> bytes:
    one = _in_xml(text)
    if where == "cell":
        body = rows(["id", "name"], ["a", one])
    elif where == "cells":
        body = rows(["id", "name"], *(["a", _in_xml(text[at : at + 50])] for at in range(0, len(text), 50)))
    else:
        body = rows(["id"], ["a"]).replace("<row", f'<!-- {one.replace("-", "_")} --><row a="{one}"', 1)
    return packed(parts({"Organisations": body}), stored=True)


def _ods(text: str, where: str) -> bytes:
    one = _in_xml(text)
    if where == "cell":
        body = ods_rows([ods_cell("id"), ods_cell("name")], [ods_cell("a"), ods_cell(one)])
    else:
        body = ods_rows([ods_cell("id")], [ods_cell("a", f'office:value-type="string" office:string-value="{one}"')])
    return packed(ods({"Organisations": body}), stored=True)


def _json(format_: str, text: str) -> bytes:
    """A record of the register with the text in all its cells."""
    many = [text[at : at + 50] for at in range(0, len(text), 50)]
    record = {
        "id": text, "title": text, "name": text, "names": [{"value": one, "types": [one]} for one in many],
        "types": many, "established": text, "external_ids": [{"type": one, "all": [one]} for one in many[:99]],
        "links": many, "details": {"closed_at": text, "abbreviation": text}, "format": text, "amountAwarded": text,
        "locations": [{"geonames_details": {"name": one}} for one in many], "awardDate": text, "currency": text,
        "parent_organisations": [{"id": one} for one in many], "fundingOrganization": [{"id": text, "name": text}],
        "recipientOrganization": [{"id": text, "name": text}], "plannedDates": [{"startDate": text}],
    }  # fmt: skip
    if format_ == "ror":
        record["id"] = "https://ror.org/00340yn33"
    return json.dumps([record] if format_ != "360giving" else {"grants": [record]}).encode()


HEADINGS = {
    "crossref-funder": "Funder ID,ROR ID",
    "govuk-register": "government-organisation,name,start-date,end-date",
    "gtr": "FundingOrgName,ProjectReference,LeadROName,Title,FundingOrgId,LeadROId,StartDate,AwardPounds",
    "local-authorities": "local-authority-code,official-name,gss-code,replaced-by,nation,current-authority,alt-names",
    "360giving-table": "Identifier,Title,Currency,Amount Awarded,Award Date,Funding Org:Name,Recipient Org:Name",
    "ods-practice-links": "EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,"
    "CCG_CODE,CCG_NAME,ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME",
}


def _register(format_: str, form: str, text: str, path: Path) -> Callable[[], object]:
    if form == "json":
        data = _json(format_, text)
    elif form == "raw":
        data = text.encode()
    else:
        heading = HEADINGS.get(format_, "A1,Name,Y54,Q99")
        data = f"{heading}\n{_rows(text, heading.count(',') + 1)}".encode()
    file = _file(path / f"r.{'json' if form == 'json' or format_ in JSON else 'csv'}", data)
    return lambda: [*read_register(File("r", file, file.name, format_), Tally())]


def _sheets(file: str, data: bytes) -> None:
    for sheet in read_sheets(file, data):
        read_sheet(sheet, LAYOUTS["organisations"])


JSON = ("ror", "govuk", "360giving")
# What a text is made into, and then a call that reads it: only the call is measured.
Reader = Callable[[str, Path], Callable[[], object]]


def _of_text(read: Callable[[str], object], begin: str = "") -> Reader:
    return lambda text, _: partial(read, begin + text)


def _of_bytes(read: Callable[[bytes], object], make: Callable[[str], bytes]) -> Reader:
    return lambda text, _: partial(read, make(text))


def _table(file: str, data: bytes) -> object:
    return read_table(file, data, LAYOUTS["organisations"])


def _of_register(format_: str, form: str) -> Reader:
    return lambda text, path: _register(format_, form, text, path)


# Name -> how it reads, and the characters of the largest text that it is given.
READERS: dict[str, tuple[Reader, int]] = {
    "document": (_of_text(lambda text: read_document("s", text.encode())), 120_000),
    "quotations": (_of_text(_quotations), 60_000),
    "prose": (_of_text(lambda text: propose(read_document("s", text.encode()), Known())), 32_000),
    "CSV as it is": (_of_text(lambda text: _table("t.csv", text.encode())), 80_000),
    "TSV as it is": (_of_text(lambda text: _table("t.tsv", text.encode())), 80_000),
    "CSV, one cell": (_of_text(lambda text: _table("t.csv", text.encode()), 'id,name\na,"'), 200_000),
    "CSV, cells": (_of_text(lambda text: _table("t.csv", b"id,name\n" + _rows(text, 2).encode())), 100_000),
    "not UTF-8": (_of_text(lambda text: read_sheets("t.csv", text.encode() + b"\xff\xfe\xff")), 80_000),
    "XLSX, one cell": (_of_bytes(partial(_sheets, "t.xlsx"), lambda text: _xlsx(text, "cell")), 100_000),
    "XLSX, cells": (_of_bytes(partial(_sheets, "t.xlsx"), lambda text: _xlsx(text, "cells")), 60_000),
    "XLSX, markup": (_of_bytes(partial(_sheets, "t.xlsx"), lambda text: _xlsx(text, "markup")), 200_000),
    "ODS, one cell": (_of_bytes(partial(_sheets, "t.ods"), lambda text: _ods(text, "cell")), 100_000),
    "ODS, markup": (_of_bytes(partial(_sheets, "t.ods"), lambda text: _ods(text, "markup")), 200_000),
    "TOML as it is": (_of_text(parse_toml), 60_000),
    "TOML in a text": (_of_text(parse_toml, "x = '''"), 60_000),
    "TOML in quotation marks": (_of_text(parse_toml, 'x = "'), 60_000),
    "list of names": (_listed, 30_000),
    "query as it is": (_of_text(examine), 40_000),
    "query in a string": (_of_text(examine, 'ASK { ?s ?p """'), 40_000),
    "query in a group": (_of_text(examine, "SELECT * { "), 40_000),
    **{
        f"{name}, {form}": (_of_register(name, form), 15_000 if form == "json" else 40_000)
        for name in FORMATS
        for form in (("json", "raw") if name in JSON else ("table", "raw"))
    },
}


def _work(read: Callable[[], object]) -> float:
    start = time.process_time()
    _quietly(read)
    return time.process_time() - start


@pytest.mark.parametrize("name", READERS)
def test_twice_the_input_takes_at_most_two_and_a_half_times_the_work(name: str, tmp_path: Path) -> None:
    reader, largest = READERS[name]
    (tmp_path / "part").mkdir()
    (tmp_path / "whole").mkdir()
    wrong = {}
    for kind, unit in UNITS.items():
        text = unit * (largest // len(unit))
        part, whole = reader(text[: len(text) // 4], tmp_path / "part"), reader(text, tmp_path / "whole")
        long = _work(whole)
        short = _work(part) if long >= SHORT else 0.0
        for _ in range(TRIES):
            if long < SHORT or long <= short * MOST:
                break
            # On a busy machine a time can be too long, but never too short.
            long = min(long, _work(whole))
        else:
            wrong[kind] = (round(short, 4), round(long, 4))
    assert not wrong, f"processor's seconds for a quarter and the whole of {largest} characters: {wrong}"
