"""In which language is a short post written? eldc answers where it has a wheel, py3langid elsewhere.

A post without enough words of its own gets no language: an address, a name, "ok" and "hahaha" are no language. Where
two languages are about as likely, none is said. Figures: docs/language-and-sentiment.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

LONGEST = 2_000  # characters that are looked at
FEWEST_LETTERS = 6
FEWEST_DIFFERENT = 4  # "hahaha" has two, "jajaja!!" two
ADDRESS_OR_NAME = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+|[@＠]\w+|[#＃]|[\ud800-\udfff\0]")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
LETTER = re.compile(r"[^\W\d_]")
# As other parts of the product call them; Cantonese and Wu are written with the same characters.
CODES = {"tl": "fil", "yue": "zh", "wuu": "zh"}
NONE = ("", "und", "zxx")

# The likeliest language, and whether it is likelier than the next by enough.
Detector = Callable[[str], tuple[str, bool]]


def language_of(text: str, detect: Detector | None = None) -> str:
    """A code as `Post.lang` keeps it ("en", "zh"); "" where the text does not say."""
    words = ADDRESS_OR_NAME.sub(" ", text[:LONGEST])
    letters = LETTER.findall(words)
    is_chinese = len(HAN.findall(words)) >= 2
    if not is_chinese and (len(letters) < FEWEST_LETTERS or len(set(letters)) < FEWEST_DIFFERENT):
        return ""
    found, is_clear = (detect or detector())(words)
    code = CODES.get(found, found)
    if code in NONE or not (is_clear or (code == "zh" and is_chinese)):
        return ""
    return code


@cache
def detector() -> Detector:
    return eldc_detector() if find_spec("eldc") else py3langid_detector()


def eldc_detector() -> Detector:
    import eldc

    eldc.init()

    def detect(text: str) -> tuple[str, bool]:
        result = eldc.detect_details(text)
        scores = [*result.scores.values(), 0.0, 0.0]
        # Its own `reliable` flag would drop four of ten short posts.
        return result.language, scores[0] - scores[1] >= 0.05

    return detect


def py3langid_detector() -> Detector:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def detect(text: str) -> tuple[str, bool]:
        (language, probability), (_next, next_probability), *_others = identifier.rank(text)
        return language, probability - next_probability >= 0.05

    return detect
