"""The registers of a graph folder: the [[register]] entries of its configuration, their readers, and what is filtered.

A reader gives entries, grants and findings, one record after another; nothing here holds more than one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from partnergraph.errors import DataError, Finding, Place
from partnergraph.model.records import Source
from partnergraph.model.register_records import Entry, Grant, RecordCounts
from partnergraph.reading import check_file, open_file
from partnergraph.registers.safe_streams import DataStream, open_stream
from partnergraph.tables.suggestions import nearest

__all__ = ["REGISTER_FORMATS", "RegisterConfig", "configured_registers", "read_register", "sha256"]

Reader = Callable[[DataStream, RecordCounts], Iterator[Entry | Grant | Finding]]
# Format -> module and function of its reader; only what a folder uses is imported.
REGISTER_FORMATS = {
    "ror": ("ror", "read"),
    "crossref-funder": ("crossref", "read"),
    "ods-trusts": ("nhs_ods", "read"),
    "ods-practices": ("nhs_ods", "read"),
    "ods-practice-links": ("nhs_ods", "read_practice_map"),
    "local-authorities": ("local_authorities", "read"),
    "local-authorities-ons": ("local_authorities", "read_hierarchy"),
    "govuk": ("govuk", "read"),
    "govuk-register": ("govuk", "read_register"),
    "360giving": ("grants360", "read"),
    "360giving-table": ("grants360", "read_table"),
    "gtr": ("gtr", "read"),
}
KEEP = ("mentioned", "all")
_TEXTS = ("source", "path", "format", "release", "keep")
_FILTERS = ("country", "type", "region")
_KEYS = (*_TEXTS, "steps", *_FILTERS)
MAX_STEPS = 5


@dataclass(frozen=True)
class RegisterConfig:
    """One file of a register, as the folder's configuration names it.

    `keep` is "mentioned" (what the graph mentions, and `steps` links around it) or "all". An entry passes a filter
    when any of its places or types is among those that are listed; an empty filter lets everything pass.
    """

    source: str
    path: Path
    file: str
    format: str
    release: str = ""
    keep: str = "mentioned"
    steps: int = 0
    country: frozenset[str] = frozenset()
    type: frozenset[str] = frozenset()
    region: frozenset[str] = frozenset()

    def passes(self, record: Entry | Grant) -> bool:
        """Whether the filters let a record pass. A grant has no type; its places are those of its recipient."""
        if self.country and not any((place.country or "").casefold() in self.country for place in record.places):
            return False
        if self.region and not any((place.region or "").casefold() in self.region for place in record.places):
            return False
        return not (self.type and isinstance(record, Entry)) or not self.type.isdisjoint(record.types)


def read_register(register: RegisterConfig, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The records that the filters let pass, and the findings. Raises `DataError` for a file that is of another form.

    What a filter takes out is counted as `filtered`.
    """
    module, function = REGISTER_FORMATS[register.format]
    reader = cast(Reader, getattr(import_module(f"partnergraph.registers.{module}"), function))
    with open_stream(register.path, register.file) as source:
        for record in reader(source, counts):
            if isinstance(record, Finding) or register.passes(record):
                yield record
            else:
                counts.kept -= 1
                counts.filtered += 1


def sha256(path: Path, inside: Path | None = None) -> str:
    """The hash of a file of any size. Raises `DataError` for what is no regular file (of the folder `inside`)."""
    with open_file(path, inside=inside) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def configured_registers(
    folder: Path,
    entries: list[Mapping[str, Any]],
    sources: Mapping[str, Source],
    findings: list[Finding],
    title: str = "sources.csv",
) -> Iterator[RegisterConfig]:
    """The registers whose entries are right; what is wrong with the others goes to the findings, all at once.

    `title` is what the table of sources is called.
    """
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(entries, 1):
        problems = list(_problems(folder, entry, sources, title))
        key = str(entry.get("source", "")), str(entry.get("path", ""))
        if key in seen:
            problems.append(("This file is named twice for the same source.", key[1], "Keep one of the two entries."))
        seen.add(key)
        place = Place("partnergraph.toml", None, f"register {number}")
        findings += [Finding("register", "error", message, place, value, fix) for message, value, fix in problems]
        if not problems:
            yield _register(folder, entry)


def _register(folder: Path, entry: Mapping[str, Any]) -> RegisterConfig:
    country, kind, region = (
        frozenset(text.casefold() for text in _as_list(entry.get(name, []))) for name in ("country", "type", "region")
    )
    return RegisterConfig(
        entry["source"],
        (folder / entry["path"]).resolve(),
        entry["path"],
        entry["format"],
        entry.get("release", ""),
        entry.get("keep", "mentioned"),
        entry.get("steps", 0),
        country,
        kind,
        region,
    )


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _problems(
    folder: Path, entry: Mapping[str, Any], sources: Mapping[str, Source], title: str
) -> Iterator[tuple[str, str | None, str]]:
    """What is wrong with one entry: message, value, fix."""
    for key in entry:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            hint = f"Did you mean '{near}'?" if near else f"Known keys: {', '.join(_KEYS)}."
            yield f"'{key}' is not a key of a register.", key, hint
    for key in _TEXTS:
        if not isinstance(value := entry.get(key, ""), str):
            yield f"{key} must be text.", str(value), "Put it in quotes."
    for key in _FILTERS:
        value = entry.get(key, [])
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            yield (
                f"{key} must be text or a list of texts.",
                str(value),
                f'Write {key} = "..." or {key} = ["...", "..."].',
            )
    steps = entry.get("steps", 0)
    if not isinstance(steps, int) or isinstance(steps, bool) or not 0 <= steps <= MAX_STEPS:
        yield f"steps must be a whole number from 0 to {MAX_STEPS}.", str(steps), "Write steps = 1, for example."
    for key, known in (("format", tuple(REGISTER_FORMATS)), ("keep", KEEP)):
        value = str(entry.get(key, "" if key == "format" else "mentioned"))
        if value not in known:
            near = nearest(value, known)
            hint = f"Did you mean '{near}'?" if near else f"Known: {', '.join(known)}."
            yield f"'{value}' is not a known {key} of registers.", value, hint
    yield from _where(folder, entry, sources, title)


def _where(
    folder: Path, entry: Mapping[str, Any], sources: Mapping[str, Source], title: str
) -> Iterator[tuple[str, str | None, str]]:
    source, path = str(entry.get("source", "")), str(entry.get("path", ""))
    if source not in sources:
        near = nearest(source, sources)
        yield f"'{source}' is not a source.", source, f"Did you mean '{near}'?" if near else f"Add it to {title}."
    elif (kind := sources[source].kind) and kind != "register":
        yield f"The source '{source}' is of the kind {kind}.", source, f"Write the kind register in {title}."
    try:
        target = (folder / path).resolve()
        if not target.is_relative_to((folder / "sources").resolve()):
            yield (
                "The file is not in the folder sources/ of the graph folder.",
                path,
                "Copy it there, and mend the path.",
            )
        elif not target.exists() or not path:
            message = f"There is no file {path}." if path else "The entry has no path."
            yield message, path, "Put the register's file there, or mend the path."
        else:
            check_file(target, path, folder)
    except DataError as error:
        yield error.findings[0].message, path, "Put the register's file there, or mend the path."
    except (OSError, RuntimeError, ValueError):
        yield f"{path[:200]!a} is not a path.", ascii(path)[1:-1], "Mend the path."
