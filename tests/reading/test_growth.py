"""Every reader of what others made takes time that grows with the size of its input, whatever the input is made of."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest

from partnergraph.errors import PartnerGraphError, Place
from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.extraction.proposals import propose_rows as propose
from partnergraph.graph_folder.documents import LocationError, locate, match_typography, read_document
from partnergraph.graph_folder.folder import read_folder
from partnergraph.match.inputs import read_list
from partnergraph.match.record_index import RecordIndex
from partnergraph.match.scoring import best_match
from partnergraph.model.register_records import Entry, EntryName, RecordCounts
from partnergraph.reading.toml import parse_toml
from partnergraph.registers.register_config import REGISTER_FORMATS, read_register
from partnergraph.registers.register_config import RegisterConfig as File
from partnergraph.sparql.guard import examine_query
from partnergraph.tables.table import read_sheet, read_table
from partnergraph.tables.table_files import read_sheets
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.network_import import import_network
from tests.tables.spreadsheets import ods, ods_cell, ods_rows, packed, parts, rows

# Twice the input, at most 2.5 times the work: over two doublings, which tells more surely.
MAX_COUNT = 2.5**2
SHORT = 0.04  # seconds of a processor under which nothing is judged
TRIES = 12  # on a busy machine a time can be too long, and of several the shortest is the truest
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
    except (PartnerGraphError, LocationError, ValueError, LookupError):
        pass


def _quotations(text: str) -> None:
    document = read_document("s", text.encode())
    for words in (text[:300], text[len(text) // 2 :] + "!", "The School pays for it", text[:40] + "x" + text[:40]):
        for sentence in (None, 1):
            _quietly(lambda words=words, sentence=sentence: locate(document, words, sentence))
        match_typography(document, words)


def _listed(text: str, path: Path) -> Callable[[], object]:
    file = _file(path / "list.csv", ("name,country,type\n" + _rows(text, 3)).encode())
    return lambda: [best_match(sought, REGISTER) for _, sought in read_list(file).rows if sought is not None]


REGISTER = RecordIndex(
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
    return lambda: [*read_register(File("r", file, file.name, format_), RecordCounts())]


def _sheets(file: str, data: bytes) -> None:
    for sheet in read_sheets(file, data):
        read_sheet(sheet, TABLE_SCHEMAS["organisations"])


JSON = ("ror", "govuk", "360giving")
# What a text is made into, and then a call that reads it: only the call is measured.
Reader = Callable[[str, Path], Callable[[], object]]


def _of_text(read: Callable[[str], object], begin: str = "") -> Reader:
    return lambda text, _: partial(read, begin + text)


def _of_bytes(read: Callable[[bytes], object], make: Callable[[str], bytes]) -> Reader:
    return lambda text, _: partial(read, make(text))


def _table(file: str, data: bytes) -> object:
    return read_table(file, data, TABLE_SCHEMAS["organisations"])


def _of_register(format_: str, form: str) -> Reader:
    return lambda text, path: _register(format_, form, text, path)


# Name -> how it reads, and the characters of the largest text that it is given.
READERS: dict[str, tuple[Reader, int]] = {
    "document": (_of_text(lambda text: read_document("s", text.encode())), 120_000),
    "quotations": (_of_text(_quotations), 60_000),
    "prose": (_of_text(lambda text: propose(read_document("s", text.encode()), Gazetteer())), 32_000),
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
    "query as it is": (_of_text(examine_query), 40_000),
    "query in a string": (_of_text(examine_query, 'ASK { ?s ?p """'), 40_000),
    "query in a group": (_of_text(examine_query, "SELECT * { "), 40_000),
    **{
        f"{name}, {form}": (_of_register(name, form), 15_000 if form == "json" else 40_000)
        for name in REGISTER_FORMATS
        for form in (("json", "raw") if name in JSON else ("table", "raw"))
    },
}


# Many things of one sort: rows, entries, cells that are merged. Name -> what reads so many of them, and the most.
def _folder(path: Path, settings: str = "", **tables: str) -> Callable[[], object]:
    """A graph folder with a few right rows, and these."""
    path.mkdir(exist_ok=True)
    (path / "tables").mkdir(exist_ok=True)
    (path / "documents").mkdir(exist_ok=True)
    (path / "documents" / "text.txt").write_text(tables.pop("text", "The School pays for it."), "utf-8")
    _file(path / "partnergraph.toml", f'id = "a"\ntitle = "A"\n{DOCUMENT}{settings}'.encode())
    if story := tables.pop("story", ""):
        _file(path / "story.toml", story.encode())
    for name, rows_ in (TABLES | {name: TABLES.get(name, "") + more for name, more in tables.items()}).items():
        _file(path / "tables" / f"{name}.csv", rows_.encode())
    return partial(read_folder, path)


DOCUMENT = '[[document]]\nsource = "s"\npath = "documents/text.txt"\n'
TABLES = {
    "sources": "id,title,publisher,kind\ns,S,P,report\n",
    "evidence": "id,source,basis,confidence,words,locator\ne,s,stated,high,School,\n",
    "organisations": "id,name,form,type\na,A,formal,charity\n",
    "relationships": "id,kind,from,to,evidence,start,end,note\n",
    "positions": "body,view,x,y\n",
    "matches": "organisation,source,record,decision\n",
}
Many = Callable[[int, Path], Callable[[], object]]


def _each(line: str) -> Callable[[int], str]:
    return lambda number: "".join(line.replace("#", str(one)) for one in range(number))


def _merged(number: int, path: Path) -> Callable[[], object]:
    body = rows(["id", "name"], *([f"a{one}", "b"] for one in range(number)))
    areas = "".join(f'<mergeCell ref="A{one + 2}:A{number + 2}"/>' for one in range(number))
    hidden = "".join('<col min="1" max="16384" hidden="1"/>' for _ in range(number))
    before, after = f"<cols>{hidden}</cols>", f"<mergeCells>{areas}</mergeCells>"
    return partial(_sheets, "t.xlsx", packed(parts(body, before=before, after=after), stored=True))


def _import(line: str) -> Many:
    return lambda number, path: partial(
        import_network, [_file(path / "edges.csv", f"From,To,Type\n{_each(line)(number)}".encode())], "map"
    )


MANY: dict[str, tuple[Many, int]] = {
    "wrong references": (lambda n, path: _folder(path, relationships=_each("r#,funding,x#,y#,z#,,,\n")(n)), 8_000),
    "references in one cell": (lambda n, path: _folder(path, relationships=f"r,funding,a,a,{'x; ' * n},,,\n"), 16_000),
    "wrong dates": (lambda n, path: _folder(path, relationships=_each("r#,funding,a,a,e,20#x,3/4/2#,\n")(n)), 8_000),
    "one id": (lambda n, path: _folder(path, organisations=_each("b,B,formal,charity\n")(n)), 16_000),
    "wrong codes": (lambda n, path: _folder(path, organisations=_each("b#,B,form#,char#\n")(n)), 8_000),
    "wrong quotations": (lambda n, path: _folder(path, evidence=_each("q#,s,stated,high,words of # us,\n")(n)), 4_000),
    "quotations in many sentences": (
        lambda n, path: _folder(
            path, evidence=_each("q#,s,stated,high,number # is,s#\n")(n), text=_each("The number # is here.\n")(n)
        ),
        3_000,
    ),
    "positions": (lambda n, path: _folder(path, positions=_each("a,whole,#,#\nb#,whole,1,1\n")(n)), 8_000),
    "decisions": (lambda n, path: _folder(path, matches=_each("a,s,r#,same\na,s,r,same\n")(n)), 8_000),
    "documents": (lambda n, path: _folder(path, settings=DOCUMENT * n), 4_000),
    "documents of no source": (
        lambda n, path: _folder(path, settings=_each('[[document]]\nsource = "x#"\npath = "p#"\n')(n)),
        4_000,
    ),
    "unknown settings": (lambda n, path: _folder(path, settings=_each("\n[titel#]\n")(n)), 6_000),
    "steps of a story": (
        lambda n, path: _folder(path, story=_each('[[step]]\ntitle = "#"\ntext = "x"\nfocus = ["x#"]\n')(n)),
        4_000,
    ),
    "merged and hidden cells": (_merged, 12_000),
    "nodes of one name": (_import("Alpha Beta!#,Alpha Beta?#,x\n"), 6_000),
    "nodes of one long name": (_import(f"{'Alpha ' * 30}#,{'Beta ' * 30}#,x\n"), 6_000),
    "names in a text": (
        lambda n, _: partial(lambda text: propose(read_document("s", text.encode()), Gazetteer()), _each(
            "Alpha# University funds Beta# Trust, and the School of Gamma# is led by Delta# College. ")(n)),
        1_000,
    ),
    "names without an end": (
        lambda n, _: partial(lambda text: propose(read_document("s", text.encode()), Gazetteer()), _each(
            "Alpha# University, ")(n)),
        1_000,
    ),
    "headings": (lambda n, _: partial(_table, "t.csv", f"id,{'x,' * n}name\n".encode()), 100_000),
}  # fmt: skip


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
            if long < SHORT or long <= short * MAX_COUNT:
                break
            # On a busy machine a time can be too long, but never too short.
            long = min(long, _work(whole))
        else:
            wrong[kind] = (round(short, 4), round(long, 4))
    assert not wrong, f"processor's seconds for a quarter and the whole of {largest} characters: {wrong}"


@pytest.mark.parametrize("name", MANY)
def test_twice_as_many_take_at_most_two_and_a_half_times_the_work(name: str, tmp_path: Path) -> None:
    make, most = MANY[name]
    (tmp_path / "part").mkdir()
    (tmp_path / "whole").mkdir()
    part, whole = make(most // 4, tmp_path / "part"), make(most, tmp_path / "whole")
    times = [(_work(part), _work(whole)) for _ in range(2)]
    while len(times) < TRIES and min(t[1] for t in times) > max(SHORT, min(t[0] for t in times) * MAX_COUNT):
        times.append((_work(part), _work(whole)))
    short, long = min(t[0] for t in times), min(t[1] for t in times)
    print(f"{name}: {short:.3f} {long:.3f}")
    assert long <= max(SHORT, short * MAX_COUNT)
