"""What people type, made fit to be kept and shown. Pure."""

import re
import unicodedata

import regex

# Control characters but tab and newline; bidirectional controls can make text lie about itself; two signs that are none
# and may not stand in XML.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
# More marks on one letter than any script needs climb over the lines around it.
MOST_MARKS = 6
MANY_MARKS = regex.compile(rf"([\p{{Mn}}\p{{Me}}]{{{MOST_MARKS}}})[\p{{Mn}}\p{{Me}}]++")
MANY_LINES = re.compile(r"\n{3,}")
# Blanks, controls and marks without a letter to stand on.
BLANK_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me"})
# The blank Braille pattern and the Hangul fillers: letters by name, nothing to the eye.
BLANK_LETTERS = frozenset("\u2800\u3164\u115f\u1160\uffa0")


def clean(content: str) -> str:
    """NFC, without control characters or towers of marks, without blanks around it or more than one empty line.

    The same again changes nothing more. What turns the direction of writing is left out, so no text can leave it turned
    for the words behind it.
    """
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    # Surrogates cannot be stored or sent; they only come from broken clients.
    content = "".join(char for char in content if not 0xD800 <= ord(char) <= 0xDFFF)
    # First, as letters and marks may come together by it.
    content = unicodedata.normalize("NFC", FORBIDDEN.sub("", content))
    content = MANY_MARKS.sub(r"\1", content)
    return MANY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in content.split("\n"))).strip()


def is_blank(content: str) -> bool:
    """Whether nothing of it can be seen."""
    return all(char in BLANK_LETTERS or unicodedata.category(char) in BLANK_CATEGORIES for char in content)
