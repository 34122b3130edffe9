"""Search in memory: BM25 over folded words and word pairs, so diacritics, case and order of typing do not matter. Pure.

    index = Index([("A02", [("Phiên toàn thể", 3.0), ("Công nghệ số …", 1.0)]), …])
    [hit.key for hit in index.search("phien toan")]

The last word may be unfinished. Texts that hold every word come alone; only when none does, those with most of the
words come instead. Equal scores keep the order in which the texts were given, so both databases answer alike.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from app.kernel.text import fold

Key = TypeVar("Key", bound=Hashable)

_K1, _B = 1.2, 0.6  # saturation of repeats; how much long texts are held against them
_PAIR = 1.5  # what two words side by side count more than apart
_UNFINISHED = 0.6  # what a word counts that the last typed word only begins
_MOST_WORDS = 12
_MOST_ENDINGS = 200
_WORD = re.compile(r"[^\W_]+")


class Hit(NamedTuple, Generic[Key]):
    """One text that answers, and how well."""

    key: Key
    score: float


def words(text: str) -> list[str]:
    """The folded words of a text: letters and digits, nothing else."""
    return _WORD.findall(fold(text))


class Index(Generic[Key]):
    """All texts of one kind. Each is a key and its fields: (text, weight), a title weighing more than a description."""

    def __init__(self, texts: Iterable[tuple[Key, Sequence[tuple[str, float]]]]) -> None:
        self.keys: list[Key] = []
        self._found: dict[str, dict[int, float]] = defaultdict(dict)  # word or pair -> text -> weighted count
        lengths: list[float] = []
        for key, fields in texts:
            nth = len(self.keys)
            self.keys.append(key)
            counts: dict[str, float] = defaultdict(float)
            length = 0.0
            for text, weight in fields:
                found = words(text)
                length += len(found) * weight
                for word in found:
                    counts[word] += weight
                for pair in pairwise(found):
                    counts[" ".join(pair)] += weight
            lengths.append(length)
            for term, count in counts.items():
                self._found[term][nth] = count
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._norms = [_K1 * (1 - _B + _B * length / (mean or 1.0)) for length in lengths]
        self._vocabulary = sorted(term for term in self._found if " " not in term)

    def __len__(self) -> int:
        return len(self.keys)

    def search(self, query: str, *, limit: int | None = None) -> list[Hit[Key]]:
        """The texts that answer `query`, best first; all of them without a limit. No words, no hits."""
        asked = list(dict.fromkeys(words(query)))[:_MOST_WORDS]
        if not asked:
            return []
        typed = words(query)[:_MOST_WORDS]
        unfinished = not query[-1:].isspace()
        scores: dict[int, float] = defaultdict(float)
        covered: Counter[int] = Counter()
        for word in asked:
            for nth, score in self._word(word, begins=unfinished and word == typed[-1]).items():
                scores[nth] += score
                covered[nth] += 1
        for pair in dict.fromkeys(pairwise(typed)):
            for nth, score in self._term(" ".join(pair)).items():
                if nth in scores:
                    scores[nth] += _PAIR * score
        if not scores:
            return []
        best = max(covered.values())
        if best * 2 < len(asked):
            return []
        ranked = sorted((nth for nth in scores if covered[nth] == best), key=lambda nth: (-round(scores[nth], 9), nth))
        return [Hit(self.keys[nth], scores[nth]) for nth in ranked[:limit]]

    def _word(self, word: str, *, begins: bool) -> dict[int, float]:
        scores = self._term(word)
        if not begins:
            return scores
        scores = dict(scores)
        start = bisect_left(self._vocabulary, word)
        for longer in self._vocabulary[start : start + _MOST_ENDINGS]:
            if not longer.startswith(word):
                break
            if longer == word:
                continue
            for nth, score in self._term(longer).items():
                scores[nth] = max(scores.get(nth, 0.0), _UNFINISHED * score)
        return scores

    def _term(self, term: str) -> dict[int, float]:
        found = self._found.get(term)
        if not found:
            return {}
        rarity = math.log(1 + (len(self.keys) - len(found) + 0.5) / (len(found) + 0.5))
        return {nth: rarity * count * (_K1 + 1) / (count + self._norms[nth]) for nth, count in found.items()}
