"""One check in a process of its own, so that its memory is its own: ``python -m tests.benchmarks.checked WHO FILE``.

WHO is ours, pyshacl, or prepared (pySHACL with each query text parsed once). Prints the CPU seconds of loading and of
checking, the greatest resident memory in MB, and how many results there are.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from tests.check.oracle import SHAPES, Prepared


def main(who: str, file: str) -> dict[str, float]:
    """Load the file and check it."""
    start = time.process_time()
    if who == "ours":
        from pathlib import Path

        from partnergraph.check import check
        from partnergraph.store import Reader

        reader = Reader.files([Path(file)])
        loaded = time.process_time()
        found = len(check(reader))
    else:
        import pyshacl
        import rdflib

        data = (Prepared if who == "prepared" else rdflib.Graph)().parse(file, format="nt")
        rules = rdflib.Graph().parse(SHAPES)
        loaded = time.process_time()
        _, report, _ = pyshacl.validate(data, shacl_graph=rules, inference="none")
        assert isinstance(report, rdflib.Graph)
        found = len(list(report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)))
    ended = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"load": loaded - start, "check": ended - loaded, "peak": peak, "found": found}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
