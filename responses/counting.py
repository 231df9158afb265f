"""How long a text is, as the platform on which it is published counts."""

import re
import unicodedata

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
LINK_COUNTS = 23  # X shortens every link to 23 characters, and Mastodon counts as if it did
_COUNTS_LINKS_SHORT = {"x", "mastodon"}
_ZWJ, _REGIONAL = "\u200d", range(0x1F1E6, 0x1F200)


def _extends(char: str) -> bool:
    """Belongs to the character before it: accents, variation selectors, skin tones, tags."""
    code = ord(char)
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0020 <= code <= 0xE007F
        or char in (_ZWJ, "\u0e33", "\u0eb3")  # the Thai and Lao vowel "am" sticks to its consonant
    )


def characters(text: str) -> list[str]:
    """The characters that a person sees: a flag, a family emoji or an accented letter is one."""
    found: list[str] = []
    pending_flag = False
    for char in text:
        regional = ord(char) in _REGIONAL
        if found and (_extends(char) or found[-1].endswith(_ZWJ) or (regional and pending_flag)):
            found[-1] += char
            pending_flag = False
        elif found and char == "\n" and found[-1] == "\r":
            found[-1] += char
        else:
            found.append(char)
            pending_flag = regional
    return found


def _weight_on_x(character: str) -> int:
    """Latin and most alphabets weigh 1, everything else (Chinese, emoji) 2: X's published weights, version 3."""
    code = ord(character[0])
    narrow = code <= 4351 or 8192 <= code <= 8205 or 8208 <= code <= 8223 or 8242 <= code <= 8247
    return 1 if narrow and len(character) == 1 else 2 if not narrow else len(character)


def length(text: str, platform: str) -> int:
    """Characters of `text` as `platform` counts them."""
    text = text.replace("\r\n", "\n")
    links = 0
    if platform in _COUNTS_LINKS_SHORT:
        text, links = _LINK.subn("", text)
    if platform == "x":
        text = unicodedata.normalize("NFC", text)
        return sum(_weight_on_x(character) for character in characters(text)) + links * LINK_COUNTS
    return len(characters(text)) + links * LINK_COUNTS
