"""A rough quality of a learner's text, seen on its surface: what the mock judge goes by. PURE.

It rewards a wide vocabulary, longer words, linked sentences and paragraphs, and punishes the slips
that mark weak learner English. It is a stand-in for a judge, not a way to grade people.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[A-Za-zÀ-ÿ']+")
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)")
_LINKS = frozenset(
    re.findall(
        r"\w+",
        "although however therefore moreover whereas because while since unless despite furthermore nevertheless "
        "instead thus consequently which whose until though rather besides",
    )
)
_SLIPS = re.compile(
    r"\bi\b|\b(?:dont|cant|wont|didnt|doesnt|isnt|wasnt|im|ive|thats|becaus|becouse|beacuse|becuse|wich|whit|alot|"
    r"peopel|pepole|freind|frend|freinds|thing's|allways|somthing|realy|shuld|wuld|cud|coud|belive|thier|thay|"
    r"diffrent|intresting|exemple|langage|lern|skool|scool|wen|wat|wont|to much|more better|more easy|"
    r"he have|she have|it have|they is|they was|we was|you was|peoples|childrens|informations|he dont|she dont|"
    r"have went|is was|did went|can to|must to|should to|want that|is many|there is many|dident|wanna|gonna)\b"
)


@dataclass(frozen=True)
class Quality:
    """The parts of the score, in rough logits; ``score`` is their sum."""

    range: float
    linking: float
    accuracy: float
    development: float

    @property
    def score(self) -> float:
        """The sum of the parts."""
        return self.range + self.linking + self.accuracy + self.development

    def against(self, other: "Quality") -> str:
        """Return one sentence that says where this text is ahead of ``other`` the most."""
        leads = {
            "a wider range of vocabulary": self.range - other.range,
            "clearer links between its sentences": self.linking - other.linking,
            "fewer errors in spelling and grammar": self.accuracy - other.accuracy,
            "ideas that are developed further": self.development - other.development,
        }
        best = max(leads, key=lambda name: leads[name])
        if leads[best] <= 0:
            return "The two texts are close; the overall impression of this one is slightly better."
        return f"The better text shows {best}."


@lru_cache(maxsize=8192)
def quality(text: str) -> Quality:
    """Return the surface quality of ``text``."""
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        return Quality(-4.0, -2.0, -4.0, -4.0)
    count = len(words)
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    types_per_root = len(set(words)) / math.sqrt(count)
    mean_length = sum(map(len, words)) / count
    slips = len(_SLIPS.findall(text)) + len(re.findall(r"[.!?]\s+[a-z]|\s,|,[A-Za-z]|\bi\s", text))
    links = sum(word in _LINKS for word in words) / sentences
    return Quality(
        range=1.1 * (types_per_root - 7.5) + 2.6 * (mean_length - 4.2),
        linking=2.0 * min(1.0, links),
        accuracy=-3.0 * min(1.5, 12 * slips / count),
        development=1.4 * math.log(max(20, count) / 200) + 0.25 * min(5, text.count("\n\n")),
    )
