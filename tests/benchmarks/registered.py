"""Made-up organisations as a register, and one build or one bare load in a process of its own, measured.

``python tests/benchmarks/registered.py build FOLDER OUTPUT``, or ``lines FOLDER FILE``, or ``bare FILE STORE``
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
FIRST = ("Northern", "Royal", "County", "Greater", "Saint", "New", "United", "Central", "National", "Old")
LAST = ("University", "College", "Hospital", "Council", "Trust", "School", "Foundation", "Institute", "Network")
PARTS = ("ka", "lo", "mir", "sten", "dor", "val", "ben", "tri", "os", "gar", "el", "win", "pra", "shu", "ted")
ENDS = ("bridge", "ford", "ham", "ton", "chester", "field", "mouth", "wick", "by", "stead")
TYPES = ("education", "company", "facility", "archive", "government", "healthcare", "nonprofit")
TABLES = {
    "sources": "id,title,publisher,kind\nror,ROR,ROR,register\nnote,A note,Us,page\n",
    "evidence": "id,source,basis,confidence,says\ne1,note,stated,high,It names the university.\n",
    "organisations": "id,name,form,type,evidence\nkeele,Keele University,formal,university,e1\n",
    "identifiers": "organisation,scheme,value,evidence\nkeele,ror,https://ror.org/00340yn33,e1\n",
}


def identifier(number: int) -> str:
    """One of ROR, with its check digits; the numbers are scattered, as those of ROR are."""
    scattered = number * 982_451_653 % 32**6
    letters = "".join(DIGITS[scattered >> 5 * place & 31] for place in range(5, -1, -1))
    return f"https://ror.org/0{letters}{98 - scattered * 100 % 97:02d}"


def records(number: int, related: int = 0) -> Iterator[str]:
    """So many records of ROR, schema 2, the same every time: one name or two, a type, a year, a town, some a parent;
    and to so many others each is `related`, most of them to the first ones, as in registers that are.
    """
    choose, link = random.Random(7), random.Random(8)
    for one in range(number):
        place = "".join(choose.choice(PARTS) for _ in range(3)).title() + choose.choice(ENDS)
        name = f"{choose.choice(FIRST)} {place} {choose.choice(LAST)} {one}"
        names = [{"value": name, "lang": "en", "types": ["ror_display", "label"]}]
        town = choose.randrange(2000)
        where = {"name": f"Town {town}", "country_code": "GB", "lat": town / 50, "lng": town / 100}
        if one % 4 == 0:
            names.append({"value": f"{place[0]}XU", "lang": "en", "types": ["acronym"]})
        links = [{"type": "parent", "id": identifier(one - 1), "label": "Parent"}] if one % 4 == 1 else []
        others = sorted({int(number * link.random() ** 3) for _ in range(related)} - {one, one - 1})
        links += [{"type": "related", "id": identifier(other), "label": "Related"} for other in others]
        record = {
            "id": identifier(one),
            "names": names,
            "types": [choose.choice(TYPES)],
            "status": "active",
            "established": 1850 + choose.randrange(170),
            "locations": [{"geonames_id": town + 1, "geonames_details": where}],
            "links": [],
            "external_ids": [],
            "relationships": links,
        }
        yield f"{json.dumps(record)}\n"


def folder(path: Path, register: int | Sequence[Path], related: int = 0) -> Path:
    """A graph folder that keeps whole registers: files of ROR, or one of so many made-up organisations."""
    (path / "tables").mkdir(parents=True)
    (path / "sources").mkdir()
    for name, text in TABLES.items():
        (path / "tables" / f"{name}.csv").write_text(text, "utf-8")
    if isinstance(register, int):
        files = [path / "sources" / "ror.jsonl"]
        with files[0].open("w", encoding="utf-8") as made:
            made.writelines(records(register, related))
    else:
        files = [Path(shutil.copy(file, path / "sources")) for file in register]
    entry = '[[register]]\nsource = "ror"\npath = "sources/{}"\nformat = "ror"\nkeep = "all"\n'
    config = ['id = "x"\ntitle = "X"\n', *(entry.format(file.name) for file in files)]
    (path / "partnergraph.toml").write_text("".join(config), "utf-8")
    return path


def lines(path: Path, file: Path) -> int:
    """Write the very quads that a build streams into its store, and their merge, as N-Quads; gives how many records."""
    from partnergraph.build.register_import import RegisterImport, import_register
    from partnergraph.graph_folder.folder import read_folder

    found = read_folder(path)
    taken = [RegisterImport(register) for register in found.registers]
    end = " <https://w3id.org/partnergraph/graph/register/ror> .\n"
    with file.open("w", encoding="utf-8") as out:
        for one in taken:
            for text in import_register(one.register, found.model, one):
                out.write(text + text.replace(end, " .\n"))
    return sum(one.tally.kept for one in taken)


def bare(file: Path, store: Path) -> tuple[int, float]:
    """Load a file with nothing but the engine: how many quads, and the seconds that tidying up takes beyond that."""
    import pyoxigraph as ox

    disk = ox.Store(str(store))
    disk.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
    disk.flush()
    start = time.perf_counter()
    disk.optimize()
    return len(disk), time.perf_counter() - start


def main(what: str, source: Path, target: Path) -> None:
    """Do it, and print the figures."""
    start = time.perf_counter()
    said: dict[str, float] = {}
    if what == "build":
        from partnergraph.build import build

        build(source, target)
        rows = json.loads((target / "report.json").read_text("utf-8"))["registers"]
        said = {"records": sum(row["kept"] for row in rows), "quads": 2 * sum(row["quads"] for row in rows)}
    elif what == "bare":
        said["quads"], said["optimize"] = bare(source, target)
    else:
        said["records"] = lines(source, target)
    used = resource.getrusage(resource.RUSAGE_SELF)
    said |= {"seconds": time.perf_counter() - start, "processor": used.ru_utime + used.ru_stime}
    print(json.dumps(said | {"megabytes": used.ru_maxrss / 1024}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
