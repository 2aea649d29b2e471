"""The claims of a graph as columns of numbers: what projections and measures of the network read.

A build writes them into each generation as `FILE`, beside the index of names; any other source gives the same columns
by scans of its predicates. Evidence, words and identifiers stay in the store and are read for what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "network.npz"
# Raise it when the columns change; columns of another version are not used.
FORMAT = 1
ENTITY_KINDS = ("organisation", "group", "undertaking", "place", "other")

# Flags of a claim. A claim with none of the first four is counted by the rule `01-direct`.
INFERRED, DISPUTED, SUPERSEDED, RETRACTED = 1, 2, 4, 8
START_STATED, END_STATED = 16, 32  # the claim itself gives a start, an end; neither: it is undated

# Days are proleptic Gregorian ordinals (`datetime.date.toordinal`); what is open is before or after all of them.
OPEN_START, OPEN_END = 0, 4_000_000


@dataclass(frozen=True, eq=False)
class ClaimColumns:
    """All relationships that no rule derived, sorted by IRI, and what they are between, sorted by IRI.

    Of n claims and m entities: `from_`, `to` (int32, n) are indices of entities, `kind` (uint8, n) of `kinds` (codes),
    `flags` (uint8, n) see above. `bounds` (int32, n x 4) are the effective bounds in days: start earliest and latest,
    end earliest and latest (`Claim.valid_from`, `Claim.valid_until`); an open bound is `OPEN_START` for the first and
    third, `OPEN_END` for the second and fourth, so that comparisons need no special case. `entity_kind` (uint8, m) is
    an index of `ENTITY_KINDS`; `types` the code of the first type of each, or ``""``; `stated_count` (int32, m) what a
    source states as the number of members, 0 where none does. The remaining arrays are pairs (int32, k x 2): `via`
    (claim, entity), `members` (group, member), `may_overlap` (entity, entity), `successions` (body before, body after).
    """

    entities: list[str]
    labels: list[str]
    entity_kind: NDArray[np.uint8]
    types: list[str]
    stated_count: NDArray[np.int32]
    claims: list[str]
    kinds: tuple[str, ...]
    from_: NDArray[np.int32]
    to: NDArray[np.int32]
    kind: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    bounds: NDArray[np.int32]
    via: NDArray[np.int32]
    members: NDArray[np.int32]
    may_overlap: NDArray[np.int32]
    successions: NDArray[np.int32]
