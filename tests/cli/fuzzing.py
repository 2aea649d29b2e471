"""Commands with damaged files and hostile arguments: each case follows from its number alone.

A case has a working folder with whole files of every format that is read, spoils some of them, and runs one command.
"""

# ruff: noqa: E501  (lists of values, and rows of files)
from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.extraction.input import open_document
from partnergraph.extraction.output import save
from partnergraph.extraction.proposals import propose_rows as propose
from partnergraph.graph import PartnerGraph
from partnergraph.registers.register_config import REGISTER_FORMATS
from partnergraph.workbook.template import create_folder

__all__ = ["Case", "case", "prepare"]

RDF = {"ttl": "turtle", "trig": "trig", "nt": "ntriples", "nq": "nquads", "rdf": "rdfxml", "jsonld": "jsonld"}
REGISTERS = {
    "ror": ("ror.json", '[{"id": "https://ror.org/00340yn33", "names": [{"value": "Keele University", "types": ["label",'
            ' "ror_display"], "lang": "en"}], "types": ["education"], "status": "active", "established": 1962,'
            ' "links": [{"type": "website", "value": "https://keele.ac.uk"}], "relationships": [], "external_ids":'
            ' [{"type": "grid", "all": ["grid.9757.c"], "preferred": null}], "locations": [{"geonames_id": 1,'
            ' "geonames_details": {"name": "Keele", "country_code": "GB", "lat": 53.0, "lng": -2.3}}]}]'),
    "crossref-funder": ("fr.csv", "Funder ID,ROR ID\n501100005044,https://ror.org/00340yn33\n"),
    "ods-trusts": ("etr.csv", 'RRE,"A TRUST",Y60,QNC,"A ROAD",,,TOWN,,ST1 1AA,20010401,,,,,,,,,,,,,,,,\n'),
    "ods-practices": ("epraccur.csv", "M83012,A SURGERY,Y60,QNC,A ROAD,,,,,ST5 5AA,19740401,,A,0,05W,,,,,,,,05W,,4,,\n"),
    "ods-practice-links": (
        "map.csv",
        "EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,CCG_CODE,CCG_NAME,"
        "ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME\n"
        "31MAR22,M83012,A SURGERY,ST5 5AA,U12345,A PCN,E38000126,05W,A CCG,E54000010,QNC,AN STP,E40000011,Y60,MIDLANDS\n",
    ),
    "local-authorities": (
        "la.csv",
        "local-authority-code,official-name,nice-name,gss-code,start-date,end-date,replaced-by,nation,region,"
        "local-authority-type,local-authority-type-name,county-la,combined-authority,alt-names,current-authority\n"
        "NEW,Newcastle-under-Lyme Borough Council,Newcastle,E07000195,1974-04-01,,,England,West Midlands,NMD,District,"
        'STS,,"Newcastle",True\n',
    ),
    "local-authorities-ons": (
        "ons.csv",
        "CODE,NAME,PARENT\nE07000195,Newcastle-under-Lyme,E10000028\n",
    ),
    "govuk": ("govuk.json", '{"results": [{"id": "https://www.gov.uk/a", "title": "A body", "format": "Executive agency",'
              ' "details": {"abbreviation": "AB", "govuk_status": "live", "closed_at": null}, "analytics_identifier":'
              ' "EA1", "parent_organisations": [{"id": "https://www.gov.uk/b"}], "child_organisations": []}]}'),
    "govuk-register": ("gr.csv", "government-organisation,name,start-date,end-date\nD1,A Department,2001,\n"),
    "360giving": ("grants.json", '{"grants": [{"id": "360G-a-1", "title": "A grant", "currency": "GBP",'
                  ' "amountAwarded": 1000.50, "awardDate": "2019-04-05", "recipientOrganization": [{"id":'
                  ' "GB-CHC-207711", "name": "Example Trust"}], "fundingOrganization": [{"id": "GB-CHC-1",'
                  ' "name": "A Funder"}], "plannedDates": [{"startDate": "2019-01-01", "endDate": "2020"}]}]}'),
    "360giving-table": (
        "grants.csv",
        "Identifier,Title,Currency,Amount Awarded,Award Date,Funding Org:Name,Funding Org:Identifier,"
        "Recipient Org:Identifier,Recipient Org:Name,Recipient Org:1:Name\n"
        "360G-a-1,A grant,GBP,1000,2019-04-05,A Funder,GB-CHC-1,GB-CHC-207711,Example Trust,\n",
    ),
    "gtr": (
        "gtr.csv",
        "FundingOrgName,ProjectReference,LeadROName,ProjectCategory,Title,StartDate,EndDate,AwardPounds,Region,"
        "FundingOrgId,LeadROId\nAHRC,AH/1,Keele University,Grant,A title,2018-01-09,2019-01-09,15000.0,London,"
        "1291772D-DFCE-493A-AEE7-24F7EEAFE0E9,ec177b1f-35ee-4b74-981d-e8382ee3d18c\n",
    ),
}  # fmt: skip
LISTS = {
    "list.csv": "name,country,place,ror\nExample Trust,GB,Keele,https://ror.org/00340yn33\nKeele University,UK,,\n",
    "addresses.csv": 'affiliation\n"School of Medicine, Keele University, Keele, UK; Univ Bristol, UK"\n',
    "edges.csv": "From,To,Type,Description\nExample Trust,Keele University,funds,since 2009\nA,B,x,\n",
    "nodes.csv": "Label,Id,Type,Description\nExample Trust,e,charity,x\nKeele University,k,university,\n",
    "query.rq": "# a question\nSELECT ?a (COUNT(?b) AS ?n) { ?a pg:from ?b FILTER(?a != 'x') } GROUP BY ?a LIMIT 5\n",
    "text.txt": "The Example Trust funds Keele University (KU).\n\n“Elm Council” and Keele and Bristol Universities "
    "founded in May 2009 the Elm Network. We lead it with NHS trusts, three schools and Dr Ann Lee of Elm Trust.\n",
}  # fmt: skip
# Pieces that are put into files.
PIECES = [
    b"", b" " * 3000, b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\n" * 300, b'"', b"'", b"\\",
    b",", b";" * 200, b"[" * 200, b"{" * 200, b"(" * 400, b"]", b"}", b"<", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;",
    b"\\u0000", b"\\ud800", b"\\U0010ffff", b"9" * 5000, b"-1", b"1e999", b"NaN", b"null", b"true", b"2014-13-45",
    b"0000-00-00", b"\xe2\x80\xae", b"\xcc\x81" * 50, b"=1+1", b"../../x", b"a" * 3000, b"#", b"\x1b[31m", b"\x7f",
    b"\xc2\xa0", b"\xf0\x9f\x98\x80", b"%00", b"a.b.c.d." * 100, b"_x0000_", b"_xD800_", b"0x" + b"f" * 4000,
    b"9999999999999999999", b"00:00:00Z", b"a = 1\n", b"[[step]]\n", b"[[document]]\nsource = 'x'\npath = ''\n",
    b"\nfocus = 3\n", b"[[rdf]]\nsource='our-own-knowledge'\npath='x.ttl'\n", b"<http://a b>", b"@prefix a: <b> .",
    b"_:a <b> _:c .", b"<< <a> <b> <c> >> <d> <e> .", b"SERVICE", b"ABS(1/0)", b"?", b"yes", b"no", b"; ", b"org:",
    b"\xe2\x80\xa8", b"\xd9\xa1\xd9\xa2", b"inf", b"1979-05-27T07:32:00Z", b"s999999", b"\t", b"x" * 130_000,
]  # fmt: skip
# Arguments; nothing that names a file of the machine.
VALUES = [
    "", " ", "a", "a" * 300, "a" * 9000, "\x01", "\x1b[2J", "\udcff", "caf\udce9", "é", "Ж", "\u202e", "-", "--", "-x",
    "2014", "2014-13", "2014-02-30", "2014/2015", "2015/2014", "0000", "99999", "30/06/2012", "２０１４", "=1+1", "nan",
    "inf", "-1", "0", "1", "1e400", "9" * 5000, "../x", "x/../..", "~", "a\nb", "a\tb", "'", '"', "`", "{", "}", "<", "%s",
    "%00", "org-type", "all", "funding", "Example Trust", "example-trust", "https://x.org/", "https://x.org/a b/", "keele",
    "ror", "gtr", "who-leads", "body-at-a-glance", "SELECT * {?s ?p ?o} LIMIT 1", "ASK {}", "ASK {" * 60, "DESCRIBE <a>",
    "CONSTRUCT WHERE {?s ?p ?o} LIMIT 3", "SELECT ?x {", "\\u0000", "SELECT ('\\u0000' AS ?x) {}", "SELECT(1/0 AS ?x){}",
    "SELECT ('\\Uffffffff' AS ?x) {}", "SELECT ?from ?to {?x pg:from ?from; pg:to ?to}", "INSERT DATA {}", "NULL", "\x85",
]  # fmt: skip
Case = tuple[list[str], bytes]


def prepare(folder: Path) -> None:
    """Whole files of every format in a folder: a graph as CSV and as a workbook, its build, RDF, registers, lists."""
    from partnergraph.build import build

    create_folder(folder / "graph", "Example Trust", None, csv_tables=True, full=True)
    create_folder(folder / "book", "Example Trust", None, full=True)
    (folder / "graph" / "story.toml").write_text('[[step]]\ntitle = "One"\ntext = "Two."\ndate = 2014\n', "utf-8")
    (folder / "graph" / "sources").mkdir()
    (folder / "graph" / "more.ttl").write_text("<https://x.org/a> <https://x.org/b> 'c' .\n", "utf-8")
    for name, text in LISTS.items():
        (folder / name).write_text(text, "utf-8")
    for name, text in REGISTERS.values():
        (folder / name).write_text(text, "utf-8")
        (folder / "graph" / "sources" / name).write_text(text, "utf-8")
    sources = folder / "graph" / "tables" / "sources.csv"
    rows = sources.read_text("utf-8")
    head = rows.splitlines()[0].split(",")
    row = {"id": "reg", "title": "Register", "publisher": "R", "kind": "register"}
    sources.write_text(rows + ",".join(row.get(name, "") for name in head) + "\n", "utf-8")
    with (folder / "graph" / "partnergraph.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[rdf]]\nsource = "our-own-knowledge"\npath = "more.ttl"\n')
    build(folder / "graph", folder / "build")
    graph = PartnerGraph.open(folder / "build")
    for suffix, form in RDF.items():
        graph.export(form, folder / f"graph.{suffix}")
    graph.export("trig", folder / "other.trig")
    reading = propose(open_document(folder / "text.txt", "text"), Gazetteer())
    for row in reading.proposals:
        row["accept"] = "yes"
    save(reading, folder / "proposed.xlsx")
    save(reading, folder / "proposed")


def spoil(data: bytes, random: Random) -> bytes:
    """The bytes with one to three changes."""
    for _ in range(random.randint(1, 3)):
        at, length = random.randint(0, len(data)), random.choice([1, 1, 2, 8, 60, 500])
        match random.randint(0, 9):
            case 0 | 1 | 2:
                data = data[:at] + random.choice(PIECES) + data[at:]
            case 3 | 4:
                data = data[:at] + random.choice(PIECES) + data[at + length :]
            case 5:
                data = data[:at] + data[at + length :]
            case 6:
                data = data[:at] + data[at : at + length] * random.choice([2, 3, 50]) + data[at + length :]
            case 7:
                data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
            case 8:
                data = data[: random.choice([0, at, len(data) - 1, len(data) // 2])]
            case _:
                with_ = random.choice(["utf-16", "utf-16-le", "latin-1", "cp1252", "utf-8-sig"])
                data = data.decode("utf-8", "replace").encode(with_, "replace")
    return data


def spoil_file(path: Path, random: Random) -> None:
    """Spoil a file: of an archive now the bytes, now a part."""
    data = path.read_bytes()
    if data.startswith(b"PK") and random.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        name = random.choice(sorted(parts))
        parts[name] = spoil(parts[name], random)
        if random.random() < 0.1:
            del parts[name]
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
            for name, part in parts.items():
                new.writestr(name, part)
        path.write_bytes(output.getvalue())
    else:
        path.write_bytes(spoil(data, random))


def replace_file(path: Path, random: Random, work: Path) -> None:
    """Something that is no file in the place of one."""
    import os

    path.unlink()
    match random.randint(0, 5):
        case 0 if path.parent != work:  # (a pipe that a command names itself is waited for, as by every program)
            os.mkfifo(path)
        case 1:
            path.symlink_to("/dev/zero")
        case 2:
            path.symlink_to(path.name)
        case 3:
            path.mkdir()
        case 4:
            path.symlink_to("nowhere")
        case _:
            path.write_bytes(b"")


def case(number: int, whole: Path, work: Path) -> Case:
    """The arguments and the standard input of a case, in a fresh copy of the whole files."""
    random = Random(number)
    shutil.copytree(whole, work, symlinks=True)
    name = random.choice(sorted(COMMANDS, key=lambda name: name))
    arguments = COMMANDS[name](random, work)
    if random.random() < 0.12:  # a hostile argument somewhere
        arguments.insert(random.randint(1, len(arguments)), random.choice(VALUES))
    typed = random.choice([b"", b"s\n", b"s\nd\nu\nn\nq\n" * 20, b"\xff\n", b"\x00", b"ASK {}", b"SELECT * {"])
    return arguments, typed


def _damage(random: Random, work: Path, *names: str, rate: float = 0.85) -> None:
    """Spoil one of these files, or of the files in these folders."""
    if random.random() > rate:
        return
    files = [
        path for name in names for path in ([work / name] if (work / name).is_file() else (work / name).rglob("*"))
    ]
    files = sorted(path for path in files if path.is_file() and not path.is_symlink())
    chosen = random.choice(files)
    if random.random() < 0.06 and not {"build"} & {*names}:
        replace_file(chosen, random, work)
    elif random.random() < 0.03:
        import os

        os.rename(chosen, os.fsencode(chosen.parent) + b"/n\xff" + os.fsencode(chosen.name))  # noqa: PTH104
    else:
        spoil_file(chosen, random)


def _value(random: Random, *good: str) -> str:
    return random.choice(VALUES) if random.random() < 0.3 or not good else random.choice(good)


def _register(random: Random, work: Path) -> tuple[str, str]:
    form = random.choice(sorted(REGISTER_FORMATS))
    name = REGISTERS[form][0]
    _damage(random, work, name)
    return name, form if random.random() < 0.9 else random.choice(VALUES)


def _folder(random: Random, work: Path) -> str:
    """A graph folder with something spoilt in it, perhaps with a register that is named in its settings."""
    name = random.choice(["graph", "graph", "book"])
    if name == "graph" and random.random() < 0.4:
        form = random.choice(sorted(REGISTER_FORMATS))
        file = f"sources/{REGISTERS[form][0]}"
        with (work / name / "partnergraph.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[[register]]\nsource = "reg"\npath = "{file}"\nformat = "{form}"\nrelease = "1"\n')
            settings.write(random.choice(['keep = "all"\n', "steps = 1\n", 'country = "GB"\n', ""]))
        _damage(random, work, f"{name}/{file}")
    _damage(random, work, name)
    return name


def _graph(random: Random, work: Path) -> str:
    """Something to ask: a build (perhaps spoilt), an RDF file, a graph folder."""
    match random.randint(0, 5):
        case 0 | 1:
            return "build"
        case 2:
            _damage(random, work, "build")
            return random.choice(["build", "build/current/store"])
        case 3 | 4:
            name = f"graph.{random.choice([*RDF])}"
            _damage(random, work, name)
            return name
        case _:
            return random.choice(["graph", "book", ".", "text.txt", "proposed", "nowhere"])


def _check(random: Random, work: Path) -> list[str]:
    marked = ["--marked", "marked.xlsx"] if random.random() < 0.3 else []
    form = ["--format", random.choice(["csv", "json", "html", "table"])]
    if random.random() < 0.2:
        name = f"graph.{random.choice([*RDF])}"
        _damage(random, work, name)
        return ["check", name, *form]
    return ["check", _folder(random, work), *form, *marked]


def _query(random: Random, work: Path) -> list[str]:
    _damage(random, work, "query.rq")
    question = _value(random, "query.rq", "query.rq", "who-leads", "graphs", "-", "body-at-a-glance")
    more = [["-f", random.choice(["csv", "json", "xml", "xlsx", "tsv", "turtle", "html"])], ["--as-of", _value(random)]]
    more += [["-p", f"body={_value(random)}"], ["-p", _value(random)], ["--limit", _value(random, "3")], ["--iris"], []]
    more += [["--draw", "drawn.html"], ["-o", "answer.csv"], ["--timeout", "5"], ["--size", _value(random, "0.01")]]
    return ["query", question, "-g", _graph(random, work), *random.choice(more)]


def _match(random: Random, work: Path) -> list[str]:
    name, form = _register(random, work)
    if random.random() < 0.5:
        _damage(random, work, "list.csv", "addresses.csv")
        against = random.choice([["--file", name, "--as", form], ["-g", _graph(random, work)]])
        column = ["--column", _value(random, "name")] if random.random() < 0.3 else []
        return ["match", random.choice(["list.csv", "addresses.csv"]), *against, *column]
    more: list[list[str]] = [[], ["--review", "--who", _value(random, "A")], ["-r", _value(random, "reg")]]
    more += [
        ["--accept", "certain", "--who", _value(random, "A"), "--register", "reg", "--date", _value(random, "2020")]
    ]
    return ["match", _folder(random, work), "--file", name, "--as", form, *random.choice(more)]


def _read(random: Random, work: Path) -> list[str]:
    if random.random() < 0.4:
        _damage(random, work, "proposed.xlsx", "proposed", "text.txt", "graph/tables", "graph/partnergraph.toml")
        return ["read", "text.txt", "--accept", random.choice(["proposed.xlsx", "proposed"]), "--into", "graph"]
    _damage(random, work, "text.txt")
    name, form = _register(random, work)
    more = [["--register", name, "--as", form], ["-g", _graph(random, work)], ["--speaker", _value(random)], []]
    out = random.choice(["out.xlsx", "out", "graph", "nowhere/x.xlsx"])
    return ["read", "text.txt", "--source", _value(random, "text", "text"), "-o", out, *random.choice(more)]


def _import(random: Random, work: Path) -> list[str]:
    files = random.choice([["edges.csv"], ["edges.csv", "nodes.csv"], ["book/tables/example-trust.xlsx"]])
    files = [name for name in files if (work / name).is_file()] or ["edges.csv"]
    _damage(random, work, *files)
    return ["import", *files, "-o", random.choice(["new", "graph"]), "--source", _value(random, "map", "map", "map")]


def _diff(random: Random, work: Path) -> list[str]:
    a, b = _graph(random, work), random.choice(["other.trig", "graph", "build", "build@previous"])
    more = [["-f", "html"], ["-f", "json"], ["-f", "patch"], ["--draw", "diff.html"], ["-o", "x.md"], ["--exit-code"]]
    return ["diff", a, b, *random.choice(more)]


def _draw(random: Random, work: Path) -> list[str]:
    more: list[list[str]] = [["--as-of", _value(random)], ["--svg", "map.svg"], ["--keep", _folder(random, work)]]
    return ["draw", "-g", _graph(random, work), "-o", "map.html", *random.choice([*more, ["--places", "--derived"]])]


def _export(random: Random, work: Path) -> list[str]:
    forms = [
        ["-f", form, "-o", f"out.{form}"] for form in ("trig", "rdfxml", "org", "csv", "graphml", "gexf", "jsonld")
    ]
    return ["export", "-g", _graph(random, work), *random.choice([*forms, ["--tables", "t.xlsx"], ["--tables", "t"]])]


COMMANDS: dict[str, Callable[[Random, Path], list[str]]] = {
    **dict.fromkeys(["check", "check 2", "check 3", "check 4", "check 5", "check 6"], _check),
    **dict.fromkeys(["query", "query 2"], _query),
    **dict.fromkeys(["match", "match 2"], _match),
    **dict.fromkeys(["read", "read 2"], _read),
    "build": lambda random, work: ["build", _folder(random, work), "-o", random.choice(["build", "new"]), "--no-page"],
    "build with page": lambda random, work: ["build", _folder(random, work), "-o", "new", "--only", _value(random, "reg")],
    "import": _import,
    "diff": _diff,
    "draw": _draw,
    "export": _export,
    "init": lambda random, _: ["init", _value(random, "new"), "--name", _value(random, "A"), "--base", _value(random)],
    "why": lambda random, work: [
        *("why", _value(random, "Example Trust"), _value(random, "Keele"), "-g", _graph(random, work)),
        *random.choice([["--as-of", _value(random)], ["-f", "json"], []]),
    ],
    "duplicates": lambda random, work: ["duplicates", "-g", _graph(random, work), "-f", random.choice(["csv", "json"])],
    "conflicts": lambda random, work: ["conflicts", "-g", _graph(random, work), "-f", random.choice(["csv", "json"])],
    "queries": lambda random, work: random.choice([["queries", "ask", _value(random)], ["queries", _value(random)]]),
    "kinds": lambda random, work: ["kinds", "--list", _value(random), "-f", random.choice(["table", "json"])],
    "serve": lambda random, work: [
        *("serve", "-g", _graph(random, work), "--port", random.choice(["-1", "x", "70000", ""])),
        *("--host", _value(random)),
    ],
}  # fmt: skip
