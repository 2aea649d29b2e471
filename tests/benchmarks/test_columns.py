"""The columns of the claims: a million of them from their file, and fifty thousand by scans.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_columns.py`` (half a minute)
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from partnergraph.claims.claim_columns import OPEN_END, OPEN_START, ClaimColumns, scan_columns
from partnergraph.claims.columns_file import columns_bytes
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, ORG, PG, RDF, SKOS, XSD
from tests.benchmarks.processor import taken
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark

ID = "https://w3id.org/partnergraph/id"
KINDS = ("collaboration", "funding", "membership", "part-of", "partnership")
# Reads a file and finds the claims that are counted, in a process of its own; says what that took.
READ = """import json, resource, sys
from pathlib import Path
import numpy as np
from partnergraph.claims.columns_file import read_columns
before = resource.getrusage(resource.RUSAGE_SELF)
columns = read_columns(Path(sys.argv[1]))
counted = int((columns.flags & 15 == 0).sum())
after = resource.getrusage(resource.RUSAGE_SELF)
# What the system says of usage counts the process that this one was forked from.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
seconds = [usage.ru_utime + usage.ru_stime for usage in (before, after)]
print(json.dumps({"claims": len(columns.claims), "counted": counted, "last": columns.claims[-1],
                  "read": seconds[1] - seconds[0], "all": seconds[1], "kilobytes": int(peak)}))
"""


def made_up_columns(number: int) -> ClaimColumns:
    """Columns of so many claims between an eighth as many organisations."""
    numbers, bodies = np.random.Generator(np.random.PCG64(7)), number // 8
    starts = numbers.integers(726_000, 739_000, number)
    dated = numbers.random(number) < 0.5
    bounds = np.empty((number, 4), np.int32)
    bounds[:] = (OPEN_START, OPEN_END, OPEN_START, OPEN_END)
    bounds[dated, 0], bounds[dated, 1] = starts[dated], starts[dated] + 364
    return ClaimColumns(
        entities=[f"{ID}/org/body-{body:07}" for body in range(bodies)],
        labels=[f"Organisation number {body}" for body in range(bodies)],
        entity_kind=np.zeros(bodies, np.uint8),
        types=["university"] * bodies,
        stated_count=np.zeros(bodies, np.int32),
        claims=[f"{ID}/relationship/body-{claim // 8:07}--{claim:07}" for claim in range(number)],
        kinds=KINDS,
        from_=numbers.integers(0, bodies, number).astype(np.int32),
        to=numbers.integers(0, bodies, number).astype(np.int32),
        kind=numbers.integers(0, len(KINDS), number).astype(np.uint8),
        flags=(numbers.random(number) < 0.2).astype(np.uint8),
        bounds=bounds,
        via=np.zeros((0, 2), np.int32),
        members=np.zeros((0, 2), np.int32),
        may_overlap=np.zeros((0, 2), np.int32),
        successions=np.zeros((0, 2), np.int32),
    )


def made_up_graph(number: int) -> Iterator[str]:
    """So many claims as N-Quads, half of them dated, each with a piece of evidence."""
    choose, bodies = random.Random(7), number // 8
    for body in range(bodies):
        iri = f"<{ID}/org/body-{body}>"
        yield f'{iri} <{RDF.type}> <{ORG.Organization}> .\n{iri} <{SKOS.prefLabel}> "Body {body}" .\n'
    for claim in range(number):
        iri, evidence = f"<{ID}/relationship/r{claim}>", f"<{ID}/evidence/e{claim}>"
        first, second = (f"<{ID}/org/body-{choose.randrange(bodies)}>" for _ in range(2))
        basis = CODE.inferred if claim % 5 == 0 else CODE.stated
        yield f"{iri} <{RDF.type}> <{PG.Relationship}> .\n{iri} <{PG.kind}> <{CODE[choose.choice(KINDS)]}> .\n"
        yield f"{iri} <{PG['from']}> {first} .\n{iri} <{PG.to}> {second} .\n{iri} <{PG.evidence}> {evidence} .\n"
        yield f"{evidence} <{RDF.type}> <{PG.Evidence}> .\n{evidence} <{PG.basis}> <{basis}> .\n"
        if claim % 2:
            year = choose.randrange(1990, 2024)
            yield f'{iri} <{PG.start}> "{year}" .\n'
            for name, day in (("Earliest", "01-01"), ("Latest", "12-31")):
                for bound in ("start", "validFrom"):
                    yield f'{iri} <{PG[bound + name]}> "{year}-{day}"^^<{XSD.date}> .\n'


def test_a_million_claims_from_their_file(tmp_path: Path) -> None:
    """Read and looked at in under a second of the processor and 200 MB."""
    file = tmp_path / "network.npz"
    file.write_bytes(columns_bytes(made_up_columns(1_000_000)))
    done = subprocess.run(
        [sys.executable, "-c", READ, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout)
    print(f"\n{file.stat().st_size / 1e6:.0f} MB: read in {found['read']:.2f} s of the processor")
    print(f"with the start of Python and numpy {found['all']:.2f} s, peak {found['kilobytes'] / 1e3:.0f} MB")
    assert found["claims"] == 1_000_000
    assert found["counted"] > 700_000
    assert found["last"] == f"{ID}/relationship/body-0124999--0999999"
    assert found["all"] < 1
    assert found["kilobytes"] < 200_000


def test_fifty_thousand_claims_by_scans() -> None:
    reader = Reader.nquads_lines(made_up_graph(50_000))
    seconds = taken(lambda: scan_columns(reader), 3) / 1000
    print(f"\n50,000 claims by scans of {len(reader):,} quads: {seconds:.2f} s of the processor")
    columns = scan_columns(reader)
    assert len(columns.claims) == 50_000
    assert (columns.flags & 1).sum() == 10_000
    assert seconds < 2
