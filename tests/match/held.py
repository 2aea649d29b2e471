"""The records of ROR that are held beside the project, as entries."""

from __future__ import annotations

from pathlib import Path

from partnergraph.model.register_records import Entry, RecordCounts
from partnergraph.registers.register_config import RegisterConfig, read_register


def entries(registers: Path, *names: str) -> list[Entry]:
    """Every record of these files of ROR."""
    found: list[Entry] = []
    for name in names or ("ror_v2_latest", "ror_v1_only"):
        file = f"{name}.jsonl.gz"
        register = RegisterConfig("ror", registers / "ror" / file, file, "ror", keep="all")
        found += [entry for entry in read_register(register, RecordCounts()) if isinstance(entry, Entry)]
    return found
