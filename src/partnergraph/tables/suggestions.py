"""The nearest of many ids to a misspelt one, quickly: only those that share letters with it are compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from difflib import get_close_matches

# So few are compared one by one.
_FEW = 300
_COMPARED = 60
_MAX_LENGTH = 200


def nearest(text: str, names: Collection[str], cutoff: float = 0.6) -> str | None:
    """The name that is written most like a text, when one is at all; long ones are not compared.

    (difflib's time grows with the product of the lengths.)

    >>> nearest("fundin", ["funding", "membership"])
    'funding'
    """
    if len(text) > _MAX_LENGTH:
        return None
    near = get_close_matches(text, [name for name in names if len(name) <= _MAX_LENGTH], n=1, cutoff=cutoff)
    return near[0] if near else None


class SuggestionIndex:
    """A set of ids to search.

    >>> SuggestionIndex(["nice", "nhs-england"]).nearest("niece")
    'nice'
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = sorted(names)
        self._pieces: dict[str, list[int]] = defaultdict(list)
        if len(self._names) > _FEW:
            for number, name in enumerate(self._names):
                for piece in _pieces(name):
                    self._pieces[piece].append(number)

    def nearest(self, text: str) -> str | None:
        """The nearest id, when one is near at all."""
        text = text[:_MAX_LENGTH]
        names = self._names
        if self._pieces:
            shared: Counter[int] = Counter()
            # The rarest pieces tell most; those that half of all ids have tell nothing.
            for piece in sorted(_pieces(text), key=lambda p: len(self._pieces.get(p, ())))[:40]:
                numbers = self._pieces.get(piece, [])
                if len(shared) < _COMPARED or len(numbers) < len(names) // 10:
                    shared.update(numbers)
            names = [names[number] for number, _ in shared.most_common(_COMPARED)]
        return nearest(text, names)


def _pieces(text: str) -> set[str]:
    padded = f"^{text}$"
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
