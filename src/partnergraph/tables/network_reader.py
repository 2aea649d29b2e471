"""Networks in JSON (Kumu, node-link, Cytoscape), GEXF and GraphML as sheets of nodes and edges, like those of tables.

A sheet is called after the file and its list ("map.json, connections"); its headings are row 0, so that its row 3 is
the third entry of the list. What a format holds besides, such as positions and colours, is a finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from partnergraph.tables.sheet import LAST_ROW, MAX_CELL_LENGTH, ErrorCell, FileRefused, ReadLimits, Sheet

__all__ = ["MAX_NETWORK_SIZE", "NETWORK_SUFFIXES", "read_network"]

NETWORK_SUFFIXES = (".json", ".gexf", ".graphml")
MAX_NETWORK_SIZE = 100_000_000  # bytes
_NODES, _EDGES = ("elements", "nodes", "vertices"), ("connections", "edges", "links")
_INNER = ("attributes", "data", "properties")  # under which JSON keeps further values of an entry
# Attributes by which an edge of our own export is known. Its spells are bounds of validity, not what a source states.
_OWN = {"said_by", "standing", "derived"}
_SAVE = "Export the network anew."
Entry = dict[str, str]


def read_network(file: str, suffix: str, data: bytes) -> list[Sheet]:
    """The sheets of a network file. One that cannot be read is one sheet that says why; never raises for bad content.

    `suffix` is one of `NETWORK_SUFFIXES`.
    """
    try:
        if suffix == ".json":
            return _json_sheets(file, data)
        reader: _XmlReader = _GexfReader(file) if suffix == ".gexf" else _GraphmlReader(file)
        reader.read(data)
        return reader.sheets()
    except FileRefused as refused:
        return [Sheet(file).unreadable(refused.rule, refused.message, refused.fix)]


@dataclass
class _Entries:
    """The entries of a list of nodes or edges, each a row of named values."""

    file: str
    limits: ReadLimits
    rows: list[Entry] = field(default_factory=list)

    def add(self, entry: Mapping[str, str]) -> None:
        if len(self.rows) >= LAST_ROW:
            raise FileRefused("too-large", f"{self.file} has more than {LAST_ROW:,} entries.", "Divide the network.")
        row = {name: _cell(text) for name, text in entry.items() if text.strip()}
        for text in row.values():
            self.limits.cell(text)
        self.rows.append(row)

    def sheet(self) -> Sheet:
        """The entries as a sheet; its columns are all names, in the order in which they first occur."""
        sheet = Sheet(self.file)
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        sheet.rows.append((0, names))
        for number, row in enumerate(self.rows, 1):
            self.limits.width(len(names))
            sheet.rows.append((number, [row.get(name, "") for name in names]))
        return sheet


def _cell(text: str) -> str:
    if len(text) > MAX_CELL_LENGTH:
        message = f"The value holds more than {MAX_CELL_LENGTH:,} characters."
        return ErrorCell(text[:40] + "…", "long-cell", message, "Look for a whole file in it.")
    return text


# JSON


class _RepeatedKey(ValueError):
    """An object of JSON that has one key twice."""


def _json_sheets(file: str, data: bytes) -> list[Sheet]:
    content = _json(data)
    if isinstance(content, dict) and ("@context" in content or "@graph" in content):
        message, fix = "The file is RDF (JSON-LD), not a network.", "Name it in partnergraph.toml, as [[rdf]]."
        raise FileRefused("network-form", message, fix)
    inner = content.get("elements") if isinstance(content, dict) else None
    if isinstance(inner, dict):  # Cytoscape
        content = {**content, **inner, "elements": None}
    lists: dict[str, list[Any]] = {}
    if isinstance(content, dict):
        lists = {name: content[name] for name in (*_NODES, *_EDGES) if isinstance(content.get(name), list)}
    if not lists:
        message = "The file has no list of nodes or edges (elements and connections, nodes and edges or links)."
        raise FileRefused("network-form", message, "From Kumu: Export, JSON.")
    limits = ReadLimits()
    sheets = []
    for name, entries in lists.items():
        rows = _Entries(f"{file}, {name}", limits)
        wrong = [number for number, entry in enumerate(entries, 1) if not isinstance(entry, dict)]
        for entry in entries:
            rows.add(dict(_pairs(entry)) if isinstance(entry, dict) else {})
        sheet = rows.sheet()
        if not rows.rows:
            continue
        for number in wrong[:20]:
            sheet.add_finding("error", "network-form", "The entry is no object with names and values.", _SAVE, number)
        sheets.append(sheet)
    others = [name for name in content if name not in (*lists, "elements", "directed", "multigraph") and content[name]]
    if others and sheets:
        message = f"Not taken over: {', '.join(printable_name(name) for name in others[:20])}."
        sheets[0].findings += _note(file, message)
    return sheets


def printable_name(name: str) -> str:
    """A name from a file, short and without control characters."""
    return "".join(sign if sign.isprintable() else " " for sign in name[:60])


def _note(file: str, message: str) -> list[Any]:
    sheet = Sheet(file)
    sheet.add_finding("info", "not-taken-over", message, "Add what matters to the tables by hand, with its evidence.")
    return list(sheet.findings)


def _json(data: bytes) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entry = dict(pairs)
        if len(entry) < len(pairs):
            names = [name for name, _ in pairs]
            raise _RepeatedKey(next(name for name in names if names.count(name) > 1))
        return entry

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=unique)
    except _RepeatedKey as error:
        message = f"An entry has the name '{printable_name(str(error))}' twice."
        raise FileRefused("duplicate-column", message, "Keep one of them.") from None
    except json.JSONDecodeError as error:
        message = f"The file is not whole JSON: {error.msg}, in line {error.lineno}, column {error.colno}."
        raise FileRefused("network-damaged", message, _SAVE) from None
    except UnicodeDecodeError:
        raise FileRefused("encoding", "The file is not UTF-8 text.", "Save it as UTF-8.") from None
    except (RecursionError, ValueError):
        message = "The file holds lists within lists without end, or a number that is too long."
        raise FileRefused("network-damaged", message, _SAVE) from None


def _pairs(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values of an entry as text; those of an object in it by their own names, where the entry has none such."""
    for name, value in entry.items():
        if isinstance(value, dict) and name in _INNER:
            for inner, text in _pairs(value):
                yield (inner if not entry.get(inner) or entry[inner] == text else f"{name} {inner}", text)
        else:
            yield name, _json_text(value)


def _json_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(not isinstance(item, (list, dict)) for item in value):
        return "; ".join(_json_text(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


# XML


class _XmlReader:
    """Walks a document of XML without document types, entities and whatever lies outside of it."""

    root = form = ""  # the first element, and what the format is called

    def __init__(self, file: str) -> None:
        limits = ReadLimits()
        self.file = file
        self.nodes, self.edges = _Entries(f"{file}, nodes", limits), _Entries(f"{file}, edges", limits)
        self.open: list[str] = []  # the elements around the present one
        self.text: list[str] = []
        self.entry: Entry = {}  # the present node or edge
        self.used: set[str] = set()  # its attributes that have a value
        self.left_out: dict[str, int] = {}

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text.append
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            message = f"The file is not whole XML, at line {error.lineno}: {expat.ErrorString(error.code)}."
            raise FileRefused("network-damaged", message, _SAVE) from None
        except (UnicodeError, LookupError) as error:
            message = f"The file has an encoding that cannot be read: {str(error)[:100]}."
            raise FileRefused("encoding", message, _SAVE) from None

    @staticmethod
    def _refuse(*_: Any) -> None:
        message = "The file declares a document type, through which other files and endless text can be drawn in."
        raise FileRefused("document-type", message, "Take the line with <!DOCTYPE out.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self.open and local != self.root:
            message = f"The file is no {self.form}: it begins with <{printable_name(local)}>."
            raise FileRefused("network-form", message, _SAVE)
        if len(self.open) > 200:
            raise FileRefused("network-damaged", "The file holds elements within elements without end.", _SAVE)
        self.open.append(local)
        self.text.clear()
        self.begin(local, attributes)

    def _end(self, name: str) -> None:
        self.open.pop()
        self.finish(name.rpartition(" ")[2], "".join(self.text).strip())
        self.text.clear()

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        raise NotImplementedError

    def finish(self, name: str, text: str) -> None:
        """An element ends; `text` is what stands in it, behind its last inner element."""
        raise NotImplementedError

    def add_defaults(self, class_: str) -> None:
        """Give the present entry, of the class node or edge, the declared values of attributes that it lacks."""
        raise NotImplementedError

    def _finish_node(self) -> None:
        if self.entry:
            self.add_defaults("node")
            self.nodes.add(self.entry)
            self.entry = {}

    def _finish_edge(self) -> None:
        self.add_defaults("edge")
        self.edges.add(self.entry)
        self.entry = {}

    def leave_out(self, what: str) -> None:
        """Count what is not taken over."""
        self.left_out[what] = self.left_out.get(what, 0) + 1

    def sheets(self) -> list[Sheet]:
        """The sheets of nodes and of edges; empty lists are none."""
        sheets = [entries.sheet() for entries in (self.nodes, self.edges) if entries.rows]
        if self.left_out and sheets:
            counts = ", ".join(f"{what} ({number})" for what, number in sorted(self.left_out.items()))
            sheets[0].findings += _note(self.file, f"Not taken over: {counts}.")
        return sheets


def put_value(entry: Entry, name: str, text: str) -> None:
    """Add a value to an entry; a second one of the same name gets a name of its own."""
    if text and entry.get(name, text) != text:
        name = f"{name} (second)"
    if text:
        entry[name] = text


class _GexfReader(_XmlReader):
    """GEXF (gexf.net), 1.1 to 1.3: attributes by their titles, the first spell of an edge as start and end."""

    root, form = "gexf", "GEXF"

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.titles: dict[tuple[str, str], str] = {}  # class and id of an attribute -> its title
        self.defaults: dict[tuple[str, str], str] = {}
        self.declared_class = self.attribute = ""
        self.edge_type = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "graph":
            self.edge_type = attributes.get("defaultedgetype", "")
        elif name == "attributes":
            self.declared_class = attributes.get("class", "")
        elif name == "attribute":
            self.attribute = attributes.get("id", "")
            self.titles[self.declared_class, self.attribute] = attributes.get("title") or self.attribute
        elif name in ("node", "edge"):
            self._finish_node()  # (a node may hold nodes)
            self.entry = {key: text for key, text in attributes.items() if " " not in key}
            self.used = set()
            if name == "edge" and self.edge_type:
                self.entry.setdefault("type", self.edge_type)
        elif name == "attvalue":
            self._value(attributes)
        elif name == "spell" and not self._is_own():
            if "spell" in self.used:
                self.leave_out("further spells")
            self.used.add("spell")
            for key in ("start", "end"):
                if text := attributes.get(key) or attributes.get(f"{key}open"):
                    self.entry.setdefault(key, text)
        elif name in ("color", "position", "size", "shape", "thickness"):
            self.leave_out("colours, positions and sizes")

    def _is_own(self) -> bool:
        return {title for (class_, _), title in self.titles.items() if class_ == "edge"} >= _OWN

    def _value(self, attributes: Mapping[str, str]) -> None:
        key = attributes.get("for") or attributes.get("id", "")  # (id: GEXF 1.1)
        class_ = "edge" if "edge" in self.open else "node"
        if key in self.used:
            self.leave_out("further values of an attribute in time")
            return
        self.used.add(key)
        put_value(self.entry, self.titles.get((class_, key), key), attributes.get("value", ""))

    def add_defaults(self, class_: str) -> None:
        for (of_class, key), text in self.defaults.items():
            if of_class == class_ and key not in self.used:
                put_value(self.entry, self.titles[class_, key], text)

    def finish(self, name: str, text: str) -> None:
        if name == "default":
            self.defaults[self.declared_class, self.attribute] = text
        elif name == "node":
            self._finish_node()
        elif name == "edge":
            self._finish_edge()


class _GraphmlReader(_XmlReader):
    """GraphML (graphml.graphdrawing.org), also that of yEd: data by the names of their keys."""

    root, form = "graphml", "GraphML"

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.names: dict[str, str] = {}  # id of a key -> its name
        self.key_classes: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        self.key = self.data_key = ""
        self.edge_default = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "key":
            self.key = attributes.get("id", "")
            self.names[self.key] = attributes.get("attr.name") or attributes.get("yfiles.type") or self.key
            self.key_classes[self.key] = attributes.get("for", "all")
        elif name == "graph":
            self.edge_default = attributes.get("edgedefault", "")
        elif name in ("node", "edge"):
            self._finish_node()
            self.entry, self.used = dict(attributes), set()
            if name == "edge":
                directed = {"true": "directed", "false": "undirected"}.get(self.entry.pop("directed", ""))
                self.entry["direction"] = directed or self.edge_default
        elif name == "data":
            self.data_key = attributes.get("key", "")
        elif name in ("hyperedge", "port"):
            self.leave_out(f"{name}s")

    def finish(self, name: str, text: str) -> None:
        if name == "default":
            self.defaults[self.key] = text
        elif name == "data" and self.entry:
            self.used.add(self.data_key)
            put_value(self.entry, self.names.get(self.data_key, self.data_key), text)
        elif name in ("NodeLabel", "EdgeLabel") and text:
            put_value(self.entry, "label", text)
        elif name in ("Fill", "Geometry", "LineStyle", "BorderStyle"):
            self.leave_out("colours, positions and sizes")
        elif name == "node":
            self._finish_node()
        elif name == "edge":
            self._finish_edge()

    def add_defaults(self, class_: str) -> None:
        for key, text in self.defaults.items():
            if key not in self.used and self.key_classes[key] in (class_, "all"):
                put_value(self.entry, self.names[key], text)
