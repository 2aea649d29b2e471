"""partnership-ids.csv: the ids of what the rows of Partnerships become, made once and never made anew.

A line for each organisation and source with its name, for each former name, and for each row with what it says. Rows
are known again by these: those that are the same first; then a name that is new in rows that are otherwise the same as
those of a name that is gone is its new name; then a row of the same parties and kind is the same, mended. What is gone
keeps its id, which nothing else gets.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from partnergraph.errors import Finding
from partnergraph.tables.column_types import TableSchema
from partnergraph.tables.table import TableRow, read_sheet
from partnergraph.tables.table_files import sheets_of
from partnergraph.vocabulary.name_folding import reference_key
from partnergraph.vocabulary.slug import ascii_slug

__all__ = [
    "IDS",
    "MAX_STEM",
    "Assignment",
    "IdentifiedRow",
    "PartnershipIds",
    "PartnershipKey",
    "assign_ids",
    "digest",
    "fold_name",
    "fold_text",
    "ids_csv",
    "read_ids",
]

IDS = "partnership-ids.csv"
_COLUMNS = ("record", "id", "name", "evidence", "kind", "from", "to", "since", "until", "source", "digest")
_SCHEMA = TableSchema(_COLUMNS, ("record", "id"), prose=frozenset(("name",)))
_RECORDS = ("organisation", "former name", "source", "partnership", "former partnership")
_ID = re.compile(r"[A-Za-z0-9]+(?:[-_]+[A-Za-z0-9]+)*")
MAX_STEM = 60  # characters of a name that become part of an id
_MAX_ALIKE = 20  # rows that differ in a name alone, among which a new name is looked for
_MAX_GROUP = 200  # rows of the same kind and parties that are compared with each other
_MIN_SIMILARITY = 0.6
_MAX_COMPARED = 200  # characters of names
_ALIKE = str.maketrans("‘’“”‐‑‒–—\u00a0", "''\"\"-----" + " ")
UNKNOWN = "?"  # begins what stands for a name that has no id yet; then a prefix, and the folded name


def fold_text(text: str) -> str:
    """A text without case, doubled spaces, and typographic quotation marks and dashes.

    >>> fold_text(" The  Children’s TRUST ")
    "the children's trust"
    """
    return " ".join(text.translate(_ALIKE).casefold().split())


def fold_name(name: str) -> str:
    """The name of an organisation as names are looked up; of one without letters, its folded text.

    >>> fold_name("The Arts & Health Trust"), fold_name("?!")
    ('arts and health trust', '?!')
    """
    return reference_key(name) or fold_text(name)


def digest(where: str, says: str) -> str:
    """What stands for place and words of a row in its line; "" for neither."""
    texts = [" ".join(text.split()) for text in (where, says)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12] if any(texts) else ""


class PartnershipKey(NamedTuple):
    """What a row says. Parties are references (a prefix and an id), the source is an id, dates are texts; `digest`
    stands for place and words. Before ids are assigned, parties and source may be `UNKNOWN` with a folded name.
    """

    kind: str
    from_: str
    to: str
    since: str
    until: str
    source: str
    digest: str


class IdentifiedRow(NamedTuple):
    """A row with the ids of its claim (a relationship or event) and of its evidence."""

    key: PartnershipKey
    claim: str
    evidence: str


@dataclass
class PartnershipIds:
    """What partnership-ids.csv holds: names by the id of their organisation, ids by folded former name, ids and names
    of sources, the rows of the last build, and those of builds before.
    """

    names: dict[str, str] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    sources: list[tuple[str, str]] = field(default_factory=list)
    rows: list[IdentifiedRow] = field(default_factory=list)
    former_rows: list[IdentifiedRow] = field(default_factory=list)

    def organisations(self) -> dict[str, str]:
        """Ids by folded name, former names included."""
        return {**self.former, **{fold_name(name): slug for slug, name in sorted(self.names.items(), reverse=True)}}

    def all_ids(self) -> tuple[set[str], set[str]]:
        """The ids that are taken: of organisations, sources and claims; of evidence."""
        rows = [*self.rows, *self.former_rows]
        ids = {*self.names, *self.former.values(), *(slug for slug, _ in self.sources), *(row.claim for row in rows)}
        return ids, {row.evidence for row in rows}


@dataclass
class Assignment:
    """The ids of rows, in their order; the ids of names that had none; the old names of what has a new one, by the
    reference or `UNKNOWN` name of it; the names of which a new one may be that of, where it is not clear; the reference
    of a name that stands where a new one stands now, and elsewhere still, by the latter; and what the file holds now.
    """

    rows: list[IdentifiedRow]
    ids: dict[str, str]
    old_names: dict[str, str]
    doubtful: dict[str, list[str]]
    renamed_in_part: dict[str, str]
    file: PartnershipIds


def read_ids(folder: Path, findings: list[Finding]) -> PartnershipIds:
    """The ids of a folder; none where there is no file. What cannot be read is a finding."""
    ids = PartnershipIds()
    path = folder / IDS
    if not path.exists() and not path.is_symlink():
        return ids
    [sheet] = sheets_of(path, IDS, folder)
    table = read_sheet(sheet, _SCHEMA)
    for row in table.rows:
        if (row.get("record") not in _RECORDS or not _ID.fullmatch(row.get("id") or "")) and not table.findings:
            message = "The line is not what a build writes."
            table.add_error("partnership-ids", message, "", row.number, "record", row.get("record"))
        _add_row(ids, row)
    fix = "Take the file as it was from your last copy. Without it, ids are made anew from the names."
    findings += [replace(finding, fix=fix) for finding in table.findings if finding.severity == "error"]
    return ids


def _add_row(ids: PartnershipIds, row: TableRow) -> None:
    record, slug, name = row.get("record"), row.get("id") or "", row.get("name") or ""
    if record == "organisation":
        ids.names.setdefault(slug, name)
    elif record == "former name":
        ids.former.setdefault(fold_name(name), slug)
    elif record == "source":
        ids.sources.append((slug, name))
    elif record in ("partnership", "former partnership") and _ID.fullmatch(row.get("evidence") or ""):
        key = PartnershipKey(*(row.get(column) or "" for column in _COLUMNS[4:]))
        rows = ids.rows if record == "partnership" else ids.former_rows
        rows.append(IdentifiedRow(key, slug, row.get("evidence") or ""))


def ids_csv(ids: PartnershipIds) -> bytes:
    """The file: lines in one order, so that a change of the rows is a change of few lines."""
    blank = ("",) * 8
    lines = [("organisation", slug, name, *blank) for slug, name in sorted(ids.names.items())]
    lines += sorted(("former name", slug, name, *blank) for name, slug in ids.former.items())
    lines += sorted(("source", slug, name, *blank) for slug, name in {*ids.sources})
    for record, rows in (("partnership", ids.rows), ("former partnership", ids.former_rows)):
        lines += sorted((record, row.claim, "", row.evidence, *row.key) for row in {*rows})
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([_COLUMNS, *lines])
    return out.getvalue().encode()


def assign_ids(
    ids: PartnershipIds,
    keys: Sequence[PartnershipKey],
    intervals: Sequence[tuple[str, str]],
    names: Mapping[str, str],
    titles: Mapping[str, Sequence[str]],
    used: Collection[str],
    used_evidence: Collection[str],
) -> Assignment:
    """The ids of rows. `intervals`: start and end of the claim that each of them supports. `names` and `titles`: how
    everything that is named in them is called now, by reference or by `UNKNOWN` name (sources by all that they are
    called). `used`: ids of rows of the full tables.
    """
    own_ids, own_evidence = ids.all_ids()
    minter = _Minter({*used, *own_ids}, {*used_evidence, *own_evidence})
    new_ids, doubtful = _match_names(ids, keys, names, titles, used)
    renamed_in_part = _renamed_in_part(ids, [_with_ids(key, new_ids) for key in keys], names)
    titles_of = dict(reversed(ids.sources))
    renamed = {token: titles_of[slug] for token, slug in new_ids.items() if token in titles}
    for token, name in names.items():
        slug = new_ids.get(token, token).partition(":")[2]
        if slug not in used and fold_name(ids.names.get(slug, name)) != fold_name(name):
            renamed[token] = ids.names[slug]
    for token in sorted(name for name in names if name.startswith(UNKNOWN) and name not in new_ids):
        new_ids[token] = f"org:{minter.new_id(names[token], 'organisation')}"
    for token in sorted(name for name in titles if name.startswith(UNKNOWN) and name not in new_ids):
        new_ids[token] = minter.new_id(re.sub(r"\Ahttps?://(?:www\.)?", "", titles[token][0]), "source")
    complete = [_with_ids(key, new_ids) for key in keys]
    rows = _identify_rows(ids, dict(zip(complete, intervals, strict=True)), complete, minter)
    return Assignment(rows, new_ids, renamed, doubtful, renamed_in_part, _updated(ids, rows, new_ids, names, titles))


def _with_ids(key: PartnershipKey, new_ids: Mapping[str, str]) -> PartnershipKey:
    parties = {"from_": new_ids.get(key.from_, key.from_), "to": new_ids.get(key.to, key.to)}
    return key._replace(**parties, source=new_ids.get(key.source, key.source))


class _Minter:
    """Makes ids that nothing else has."""

    def __init__(self, used: set[str], used_evidence: set[str]) -> None:
        self.used, self.used_evidence = used, used_evidence
        self._numbers: dict[str, int] = {}  # the last one of each stem, which may be that of thousands of names

    def new_id(self, text: str, default: str) -> str:
        """An id made of a name."""
        stem = ascii_slug(text[: 4 * MAX_STEM])[:MAX_STEM].strip("-") or default
        return self._unused(stem, self.used)

    def claim(self, key: PartnershipKey) -> str:
        """The id of a relationship or event; the year tells two of the same parties and kind apart."""
        stem = "--".join((key.kind, *(party.partition(":")[2] for party in (key.from_, key.to))))
        if stem in self.used and key.since:
            stem += f"--{key.since[:4]}"
        return self._unused(stem, self.used)

    def evidence(self, claim: str) -> str:
        """The id of a piece of evidence."""
        return self._unused(claim, self.used_evidence)

    def _unused(self, stem: str, used: set[str]) -> str:
        slug, number = stem, self._numbers.get(stem, 1)
        while slug in used:
            number += 1
            slug = f"{stem}-{number}"
        self._numbers[stem] = number
        used.add(slug)
        return slug


# Names


def _match_names(
    ids: PartnershipIds,
    keys: Sequence[PartnershipKey],
    names: Mapping[str, str],
    titles: Mapping[str, Sequence[str]],
    used: Collection[str],
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The references of names and sources that are new in rows which are otherwise those of one that is gone; and the
    names that each of the others may be a new one of.
    """
    gone = {f"org:{slug}": name for slug, name in ids.names.items() if slug not in used}
    gone |= {slug: title for slug, title in reversed(ids.sources) if slug not in used}
    gone = {reference: name for reference, name in gone.items() if reference not in names and reference not in titles}
    new_names = {**names, **{token: titles[token][0] for token in titles}}
    rows, matched = list(keys), dict[str, str]()
    while pairs := _best_pairs(_scores(ids.rows, rows, gone), new_names, gone):
        matched |= pairs
        gone = {reference: name for reference, name in gone.items() if reference not in pairs.values()}
        rows = [_with_ids(key, pairs) for key in rows]
    doubtful: dict[str, list[str]] = defaultdict(list)
    for token, reference in sorted(_scores(ids.rows, rows, gone)):
        doubtful[token].append(gone[reference])
    return matched, dict(doubtful)


def _renamed_in_part(ids: PartnershipIds, keys: Sequence[PartnershipKey], names: Mapping[str, str]) -> dict[str, str]:
    """The reference of a name that stood where a new one stands in a row that is otherwise the same, and that stands in
    other rows still: by the new name.
    """
    current = {*keys}
    gone_rows = [row for row in ids.rows if row.key not in current]
    present = {reference: name for reference, name in names.items() if not reference.startswith(UNKNOWN)}
    scores = {pair: score for pair, score in _scores(gone_rows, keys, present).items() if pair[0] in names}
    return _best_pairs(scores, names, present)


_NAMED = ("from_", "to", "source")


def _scores(
    old_rows: Iterable[IdentifiedRow], rows: Iterable[PartnershipKey], gone: Collection[str]
) -> Counter[tuple[str, str]]:
    """How many rows would be the same if a new name were that of one that is gone."""
    old: dict[tuple[str, PartnershipKey], set[str]] = defaultdict(set)
    new: dict[tuple[str, PartnershipKey], set[str]] = defaultdict(set)
    for key in {row.key for row in old_rows}:
        for column in _NAMED:
            if (name := getattr(key, column)) in gone:
                old[column, key._replace(**{column: ""})].add(name)
    for key in {*rows}:
        for column in _NAMED:
            if (name := getattr(key, column)).startswith(UNKNOWN):
                new[column, key._replace(**{column: ""})].add(name)
    scores = Counter[tuple[str, str]]()
    for blank in old.keys() & new.keys():
        if max(len(old[blank]), len(new[blank])) <= _MAX_ALIKE:
            scores.update((token, reference) for token in new[blank] for reference in old[blank])
    return scores


def _best_pairs(
    scores: Mapping[tuple[str, str], int], new_names: Mapping[str, str], old_names: Mapping[str, str]
) -> dict[str, str]:
    """The pairs of a new name and one that is gone that have no equal; of equals, the one whose names are alike."""
    ranks = {pair: (score, _similarity(new_names[pair[0]], old_names[pair[1]])) for pair, score in scores.items()}
    rivals: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in ranks:
        for name in pair:
            rivals[name].append(pair)
    pairs: dict[str, str] = {}
    for pair in sorted(ranks, key=lambda pair: (-ranks[pair][0], -ranks[pair][1], pair)):
        others = [ranks[other] for name in pair for other in rivals[name] if other != pair]
        best = max(others, default=(0, 0.0))
        score, similarity = ranks[pair]
        is_clear = score > best[0] or ((score, similarity) > best and similarity >= _MIN_SIMILARITY)
        if is_clear and not {pair[0], pair[1]} & {*pairs, *pairs.values()}:
            pairs[pair[0]] = pair[1]
    return pairs


def _similarity(first: str, second: str) -> float:
    return SequenceMatcher(None, fold_name(first)[:_MAX_COMPARED], fold_name(second)[:_MAX_COMPARED]).ratio()


# Rows


_Interval = tuple[str, str]  # start and end of a claim


def _identify_rows(
    ids: PartnershipIds, intervals: Mapping[PartnershipKey, _Interval], keys: Sequence[PartnershipKey], minter: _Minter
) -> list[IdentifiedRow]:
    known = {row.key: row for row in (*ids.former_rows, *ids.rows)}
    exact = {key: known[key] for key in keys if key in known}
    free = [row for row in ids.rows if row.key not in exact]
    mended = _mended_rows([key for key in sorted({*keys}) if key not in exact], free)
    claims = _claims(intervals, exact, mended, minter)
    rows: dict[PartnershipKey, IdentifiedRow] = {}
    assigned = set[str]()
    for key in sorted({*keys}):
        old = exact.get(key) or mended.get(key)
        is_free = old is not None and old.evidence not in assigned
        evidence = old.evidence if old and is_free else minter.evidence(claims[key])
        assigned.add(evidence)
        rows[key] = IdentifiedRow(key, claims[key], evidence)
    return [rows[key] for key in keys]


def _mended_rows(
    keys: Sequence[PartnershipKey], old_rows: Sequence[IdentifiedRow]
) -> dict[PartnershipKey, IdentifiedRow]:
    """The old row that a new one is: of the same kind and parties, with the most in common; or of another kind with
    everything else the same.
    """
    mended: dict[PartnershipKey, IdentifiedRow] = {}
    groups: dict[tuple[str, ...], tuple[list[PartnershipKey], list[IdentifiedRow]]] = defaultdict(lambda: ([], []))
    for key in keys:
        groups[key[:3]][0].append(key)
    for row in old_rows:
        groups[row.key[:3]][1].append(row)
    for new, old in groups.values():
        if max(len(new), len(old)) > _MAX_GROUP:
            continue
        pairs = [(_in_common(key, row.key), key, row) for key in new for row in old]
        taken = set[IdentifiedRow]()
        for score, key, row in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:])):
            if score and key not in mended and row not in taken:
                mended[key] = row
                taken.add(row)
    taken = {*mended.values()}
    others: dict[tuple[object, ...], list[IdentifiedRow]] = defaultdict(list)
    for row in old_rows:
        if row not in taken:
            others[_without_kind(row.key)].append(row)
    rest = Counter(_without_kind(key) for key in keys if key not in mended)
    for key in keys:
        rows = others.get(_without_kind(key), [])
        if key not in mended and len(rows) == 1 == rest[_without_kind(key)]:
            mended[key] = rows[0]
    return mended


def _without_kind(key: PartnershipKey) -> tuple[object, ...]:
    return (frozenset(key[1:3]), *key[3:])


def _in_common(first: PartnershipKey, second: PartnershipKey) -> int:
    """How many of start, end, source and words two rows of the same kind and parties have in common."""
    return sum(
        (first.since == second.since, first.until == second.until != "", first.source == second.source,
         first.digest == second.digest != "")
    )  # fmt: skip


def _claims(
    intervals: Mapping[PartnershipKey, _Interval],
    exact: Mapping[PartnershipKey, IdentifiedRow],
    mended: Mapping[PartnershipKey, IdentifiedRow],
    minter: _Minter,
) -> dict[PartnershipKey, str]:
    """The id of the claim of each row: that of its rows as they were, unless another claim has it."""
    by_claim: dict[PartnershipKey, list[PartnershipKey]] = defaultdict(list)
    for key in sorted(intervals):
        since, until = intervals[key]
        by_claim[key._replace(since=since, until=until, source="", digest="")].append(key)
    candidates = {
        claim: [rows[key].claim for rows in (exact, mended) for key in members if key in rows]
        for claim, members in by_claim.items()
    }
    is_mended = {claim: not any(key in exact for key in members) for claim, members in by_claim.items()}
    ids: dict[PartnershipKey, str] = {}
    assigned = set[str]()
    # Of claims that were one, the one with most dates is what it was.
    for claim in sorted(by_claim, key=lambda claim: (is_mended[claim], not claim.since, not claim.until, claim)):
        slug = next((slug for slug in candidates[claim] if slug not in assigned), "")
        if slug:
            ids[claim] = slug
            assigned.add(slug)
    for claim in by_claim:  # in order
        if claim not in ids:
            ids[claim] = minter.claim(claim)
    return {key: ids[claim] for claim, members in by_claim.items() for key in members}


def _updated(
    ids: PartnershipIds,
    rows: Iterable[IdentifiedRow],
    new_ids: Mapping[str, str],
    names: Mapping[str, str],
    titles: Mapping[str, Sequence[str]],
) -> PartnershipIds:
    """What the file holds after these rows."""
    now = PartnershipIds(dict(ids.names), dict(ids.former), [*ids.sources])
    for token, name in names.items():
        reference = new_ids.get(token, token)
        slug = reference.partition(":")[2]
        if token in new_ids or slug in ids.names:
            old = now.names.get(slug)
            if old is not None and fold_name(old) != fold_name(name):
                now.former[fold_name(old)] = slug
            now.former.pop(fold_name(name), None)
            now.names[slug] = name
    for token, texts in titles.items():
        slug = new_ids.get(token, token)
        now.sources += [(slug, text) for text in texts]
    now.sources = sorted({*now.sources})
    now.rows = sorted({*rows})
    current = {row.key for row in now.rows} | {row.evidence for row in now.rows}
    gone = {*ids.rows, *ids.former_rows}
    now.former_rows = sorted(row for row in gone if row.key not in current and row.evidence not in current)
    return now
