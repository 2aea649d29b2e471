"""`story.toml`: the steps in which an editor tells the map. Each problem is a finding with its step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from partnergraph.errors import DataError, Finding, Place
from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.model.records import StoryStep
from partnergraph.reading.toml import read_toml
from partnergraph.tables.suggestions import nearest
from partnergraph.tables.table import TableRow
from partnergraph.tables.table_schemas import BODIES

STORY = "story.toml"
MAX_STEPS = 40
KEYS = ("title", "text", "focus", "date")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class _StepEntry(TableRow):
    """A [[step]]: its plain values as cells. It stands where its number says."""

    def place(self, column: str | None = None) -> Place:
        return Place(self.file, None, f"step {self.number}" + (f", {column}" if column else ""))


def read_story(folder: Path, cells: CellParser) -> tuple[StoryStep, ...]:
    """The steps of the story file of a folder; none when there is no file. Findings go to the resolver."""
    path = folder / STORY
    if not path.exists() and not path.is_symlink():
        return ()
    try:
        raw = read_toml(path, STORY, folder)
    except DataError as error:
        cells.findings += error.findings
        return ()
    except ValueError as error:
        fix = "Mend it there; every step begins with [[step]], and text stands in quotes."
        _whole(cells, "story-file", f"The story cannot be read: {error}.", None, fix)
        return ()
    for key in raw:
        if key != "step":
            _whole(cells, "story-key", f"'{key}' is not a key.", key, "A story has only [[step]] entries.")
    entries = raw.get("step", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        _whole(cells, "story-key", "'step' is not a list of entries.", "step", "Write [[step]] with two brackets.")
        return ()
    if len(entries) > MAX_STEPS:
        message = f"The story has {len(entries)} steps; at most {MAX_STEPS} are told."
        _whole(cells, "story-length", message, str(len(entries)), "Leave some out, or tell several in one.")
    return tuple(_step(number, entry, cells) for number, entry in enumerate(entries, 1))


def _whole(cells: CellParser, rule: str, message: str, value: str | None, fix: str) -> None:
    cells.findings.append(Finding(rule, "error", message, Place(STORY), value, fix))


def _step(number: int, raw: dict[str, Any], cells: CellParser) -> StoryStep:
    day = raw.get("date")
    if type(day) in (int, date):  # 2014 and 2014-06-30 without quotes are fine
        raw = raw | {"date": str(day)}
    row = _StepEntry(STORY, number, {key: value.strip() for key, value in raw.items() if isinstance(value, str)})
    for key, value in raw.items():
        if key not in KEYS:
            near = nearest(key, KEYS)
            hint = f"Did you mean '{near}'?" if near else f"Known keys: {', '.join(KEYS)}."
            cells.error(row, None, "story-key", f"'{key}' is not a key of a step.", key, hint)
        elif key != "focus" and not isinstance(value, str):
            text = value.isoformat() if isinstance(value, datetime) else str(value)
            cells.error(row, key, "story-text", f"{key} must be text.", text, "Put it in quotes.")
    for key in ("title", "text"):
        value = row.get(key)
        if key not in raw or value == "":
            cells.error(row, key, "missing-value", f"The step has no {key}.", None, f'Write {key} = "...".')
        elif value and _CONTROL.search(value):
            fix = "Delete it; it does not show on the screen."
            cells.error(row, key, "control-character", f"The {key} holds a control character.", ascii(value)[1:-1], fix)
    return StoryStep(number, row.get("title") or "", row.get("text") or "", _focus(row, raw, cells), _date(row, cells))


def _focus(row: TableRow, raw: dict[str, Any], cells: CellParser) -> tuple[str, ...]:
    """The bodies that a step shows: none (the whole map), one (selected) or two (the route between them)."""
    names = raw.get("focus", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        fix = 'Write focus = ["keele-university"], with one or two ids.'
        cells.error(row, "focus", "story-focus", "focus is not a list of ids.", str(names), fix)
        return ()
    if len(names) > 2:
        message = f"focus names {len(names)} bodies; a step shows one, or the route between two."
        cells.error(row, "focus", "story-focus", message, ", ".join(names), "Keep one or two of them.")
        return ()
    iris = tuple(iri for name in names if (iri := cells.reference(row, "focus", BODIES, name)) is not None)
    if len(set(iris)) < len(iris):
        fix = "Keep one of them, or name the body at the other end."
        cells.error(row, "focus", "story-focus", "focus names the same body twice.", names[0], fix)
    return iris


def _date(row: TableRow, cells: CellParser) -> Any:
    day = cells.date(row, "date")
    if day is not None and day.literal is None:
        fix = "Write one date: 2014, 2014-06 or 2014-06-30."
        cells.error(row, "date", "date-form", f"'{day.text}' is a span of time.", day.text, fix)
    return day
