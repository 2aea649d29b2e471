"""The columns of the table partnerships, in which one row is one partnership, in the words of whoever fills it in.

`graph_folder.partnerships` makes rows of the other tables of it; so no column has a predicate.
"""

from __future__ import annotations

from partnergraph.tables.column_types import Column

__all__ = ["PARTNERSHIP_COLUMNS", "PARTNERSHIP_FIXES"]

PARTNERSHIP_COLUMNS: tuple[Column, ...] = (
    Column("partner", "text", "The name of the other organisation, as it calls itself.", required=True),
    Column(
        "how",
        "text",
        "How it reads: PARTNER how WITH WHOM. funds us, is a member of, hosts, is funded by, collaborates with, "
        "we fund, became, merged into. Choose from the list, or write it in other words.",
        required=True,
    ),
    Column("with_whom", "text", "The name of the organisation that it is connected with. Empty: us."),
    Column("since", "date", "Since when: 2021, 2021-06 or 2021-06-30, as exactly as the source says."),
    Column("until", "date", "Until when, in the same form. Empty: it goes on, or nobody says."),
    Column(
        "source",
        "string",
        "Where this is written: the title of a report or page, a web address, or the name of a text in the folder "
        "documents.",
        required=True,
    ),
    Column("where", "string", "Where in the source: p. 4, item 36, row 12."),
    Column(
        "what_it_says",
        "text",
        "In one line of your own, what the source says. Of a text in the folder documents: the exact words.",
    ),
    Column("type", "text", "What the partner is: charity, university, council. Only where you know it."),
    Column("note", "text", "Anything a reader should know, in one line."),
)
# What to do about an empty cell that is needed.
PARTNERSHIP_FIXES = {
    "partner": "Write the name of the other organisation.",
    "how": "Write how you are connected: funds us, is a member of, collaborates with.",
    "source": "Write where this is written: a title, a web address, or the name of a text in the folder documents. "
    "No partnership is drawn that nothing supports.",
}
