"""Characters that texts of requests may contain."""

import re
import unicodedata
from typing import Final

#: Control and format characters (directions, zero widths), surrogates, line separators.
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Characters of other categories that show nothing.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

#: Punctuation of names: ASCII, then other apostrophes, hyphens, middle dots and the two signs of
#: Hebrew abbreviations.
_OTHER_IN_NAMES: Final = frozenset(
    " .,-'&()/`\u00b4\u2018\u2019\u2010\u2011\u2013\u00b7\u30fb\u05f3\u05f4"
)
_MAX_DIGITS_IN_NAMES: Final = 4
#: Mail programs turn such a text into a link. Initials such as J.R.R. are none.
_WEB_ADDRESS: Final = re.compile(r"\w{2,}\.\w{2,}")


def is_visible(text: str) -> bool:
    """Whether a text has no control, direction or invisible characters."""
    return not any(
        character in _BLANK or unicodedata.category(character) in _REFUSED_CATEGORIES
        for character in text
    )


def is_name(text: str) -> bool:
    """Whether a text can be the name of a person or a company.

    Emails greet with it, so it must not carry a message of its own to a stranger.
    """
    digits = sum(character.isdigit() for character in text)
    has_link = _WEB_ADDRESS.search(text) is not None
    return all(map(_is_in_names, text)) and digits <= _MAX_DIGITS_IN_NAMES and not has_link


def _is_in_names(character: str) -> bool:
    return character in _OTHER_IN_NAMES or unicodedata.category(character)[0] in "LMN"
