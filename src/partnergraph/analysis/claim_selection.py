"""The claims that a projection counts: by their kind, standing, basis and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from partnergraph.claims.claim_columns import (
    DISPUTED,
    ENTITY_KINDS,
    INFERRED,
    RETRACTED,
    SUPERSEDED,
    ClaimColumns,
    Window,
    can_have_held,
)
from partnergraph.claims.date_window import date_window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int32]

# The kind of claims that a projection is made of; others are made of all kinds but two.
COUNTED_KIND = {"co-membership": "membership", "two-mode": "membership", "funding": "funding"}
_NEVER = ("location", "succession")
UNRELIABLE = DISPUTED | SUPERSEDED | RETRACTED


def days_of(text: str) -> Window:
    """The window of a year, month or day. Raises `UsageError` for another form."""
    first, last = map(date.fromisoformat, date_window(text))
    return first.toordinal(), last.toordinal()


def claims_of_kind(columns: ClaimColumns, kind: str) -> Flags:
    """Of each claim, whether it is of a kind."""
    import numpy as np

    return columns.kind == columns.kinds.index(kind) if kind in columns.kinds else np.zeros(len(columns.claims), bool)


def organisations(columns: ClaimColumns) -> Flags:
    """Of each entity, whether it is a named organisation."""
    named: Flags = columns.entity_kind == ENTITY_KINDS.index("organisation")
    return named


@dataclass(frozen=True, eq=False)
class ClaimSelection:
    """The claims that a projection counts, as ascending indices, and the numbers of those left out."""

    counted: Indices
    usable: Flags  # of all claims, of any kind and time: whether standing and basis let them count
    window: Window | None
    with_inferred: bool
    disputed: int
    superseded: int
    inferred: int
    eligible: int  # counted ones of any time


def selected_claims(columns: ClaimColumns, name: str, with_inferred: bool, window: Window | None) -> ClaimSelection:
    """The claims that a projection of this name counts, as the rule `01-direct`; of a window, if one is given, those
    that can have held in it.
    """
    import numpy as np

    wanted = [kind == COUNTED_KIND.get(name, kind) and kind not in _NEVER for kind in columns.kinds]
    of_kind = np.array(wanted, bool)[columns.kind] if wanted else np.zeros(len(columns.claims), bool)
    unreliable = columns.flags & UNRELIABLE != 0
    inferred = (columns.flags & INFERRED != 0) & ~unreliable
    usable = ~unreliable if with_inferred else ~(unreliable | inferred)
    eligible = counted = of_kind & usable
    if window is not None:
        counted = counted & can_have_held(columns, window)
    return ClaimSelection(
        counted=np.flatnonzero(counted).astype(np.int32),
        usable=usable,
        window=window,
        with_inferred=with_inferred,
        disputed=int(np.count_nonzero(of_kind & unreliable)),
        superseded=int(np.count_nonzero(of_kind & (columns.flags & (SUPERSEDED | RETRACTED) != 0))),
        inferred=0 if with_inferred else int(np.count_nonzero(of_kind & inferred)),
        eligible=int(np.count_nonzero(eligible)),
    )
