"""The sheet *To do*: the claims that somebody has to look at, with columns for what was found out.

`partnergraph stale -o todo.xlsx` writes it, and a build reads its filled rows wherever it lies in the folder `tables`.
It is no table of records: a filled row adds evidence to the claim that it names (`graph_folder.todo_rows`).
"""

from __future__ import annotations

from partnergraph.tables.column_types import Column, TableSchema
from partnergraph.vocabulary.iri import last_segment

__all__ = [
    "ANSWERS",
    "ENDED",
    "FILLED",
    "HOLDS",
    "TODO",
    "TODO_COLUMNS",
    "TODO_SCHEMA",
    "TODO_SHEET",
    "UNKNOWN",
    "kind_and_parties",
    "statement_title",
]

TODO, TODO_SHEET = "todo", "To do"  # what the sheet is called without spaces, and as people see it
ANSWERS = HOLDS, ENDED, UNKNOWN = ("yes", "ended", "no longer known")

TODO_COLUMNS = (
    Column("in_words", "text", "What the graph says. Nothing is read from this column."),
    Column("last_confirmed", "text", "The newest date for which a source says it. Nothing is read from this column."),
    Column("to_be_done", "text", "Why it stands in this list. Nothing is read from this column."),
    Column(
        "still_holds",
        "choice",
        "yes: a source says that it holds. ended: it is over. no longer known: you looked, and nothing says it. "
        "Empty: the row changes nothing.",
    ),
    Column("when_ended", "date", "Only for what ended: 2027, 2027-06 or 2027-06-30; 2025/2027 is somewhere between."),
    Column("source", "string", "What says so: the title or the address of a source; those of the graph are offered."),
    Column(
        "source_date",
        "date",
        "Only for a source that is new: when it was published, 2027, 2027-06 or 2027-06-30. "
        "Of what you know yourself: the day, if it is not that of the list.",
    ),
    Column("where", "string", "Where in the source: page 3, item 36."),
    Column("what_it_says", "text", "In one line of your own: what the source says. Never a copied sentence."),
    Column("note", "text", "Anything a reader should know, in one line."),
    Column("claim", "token", "The id of the claim. Leave it as it is.", required=True),
    Column("list_date", "token", "The day for which the list was made. Leave it as it is."),
    Column("kind_and_parties", "token", "What the claim was when the list was made. Leave it as it is."),
)
# The columns that a person fills; a row in which all of them are empty changes nothing.
FILLED = ("still_holds", "when_ended", "source", "source_date", "where", "what_it_says", "note")
_PROSE = frozenset(column.name for column in TODO_COLUMNS if column.type in ("text", "string"))
TODO_SCHEMA = TableSchema(tuple(column.name for column in TODO_COLUMNS), ("claim",), prose=_PROSE)


def kind_and_parties(kind: str, from_: str, to: str) -> str:
    """What a claim is, whatever its parties are called today: the code of its kind, and the ids of its parties (IRIs).

    >>> kind_and_parties("funding", "https://example.org/id/org/fund", "https://example.org/id/group/report/councils")
    'funding: fund, councils'
    """
    return f"{kind}: {last_segment(from_)}, {last_segment(to)}"


def statement_title(title: str, day: str) -> str:
    """The title of what editors say they know on a day, by the title of their source.

    >>> statement_title("What we know ourselves", "2027-11-30")
    'What we know ourselves (2027-11-30)'
    """
    return f"{title} ({day})"
