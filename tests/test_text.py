"""What people type, as it is kept: cleaned once, and the same again changes nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsite.text import MOST_MARKS, clean

SIGNS = st.text(
    st.one_of(st.characters(), st.sampled_from("a\u0301\u0489\u202e\u2066\ufeff\r\n\t \u00e9\u05e9")), max_size=60
)


@given(SIGNS)
def test_cleaning_twice_is_cleaning_once(typed):
    kept = clean(typed)
    assert clean(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    kept.encode()  # no half characters


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\u202e", "\u2066", "\ufeff", "\ud83d"])
def test_signs_that_nobody_types_are_left_out(sign):
    assert clean(f"a{sign}b") == "ab"


def test_a_letter_carries_as_many_marks_as_a_script_needs_and_no_tower():
    assert clean("x" + "\u0489" * 500 + "y") == "x" + "\u0489" * MOST_MARKS + "y"
    assert clean("\u05e9\u05c1\u05b8") == unicodedata.normalize("NFC", "\u05e9\u05c1\u05b8")
    assert clean("e\u0301") == "\u00e9"
