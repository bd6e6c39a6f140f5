"""Codes: what the check catches, proved on every case, and what people may type."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.kernel import codes
from maillon.kernel.codes import ALPHABET, LENGTH, Misread, Reason

CODES = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1).map(codes.with_check)
# The check is a linear sum: a change is caught or not whatever the other symbols, so the zero code stands for all.
# `test_the_check_is_linear` proves that; the three proofs below then run over every place and every symbol.
ZERO = "0" * LENGTH


@given(CODES, CODES)
def test_the_check_is_linear(one, other):
    added = "".join(ALPHABET[ALPHABET.index(a) ^ ALPHABET.index(b)] for a, b in zip(one, other, strict=True))
    assert codes.parse(added) == added


def test_every_single_error_is_caught():
    for place, wrong in product(range(LENGTH), ALPHABET[1:]):
        assert codes.parse(ZERO[:place] + wrong + ZERO[place + 1 :]) == Misread(Reason.CHECK)


def test_every_exchange_of_two_symbols_is_caught():
    """Exchanging x and y adds x+y at both places: every sum but 0, at every two places."""
    for (first, second), added in product(combinations(range(LENGTH), 2), ALPHABET[1:]):
        changed = list(ZERO)
        changed[first] = changed[second] = added
        assert codes.parse("".join(changed)) == Misread(Reason.CHECK)


@given(CODES, st.data())
def test_errors_on_any_code_are_caught(code, data):
    place = data.draw(st.integers(0, LENGTH - 1))
    wrong = data.draw(st.sampled_from([symbol for symbol in ALPHABET if symbol != code[place]]))
    assert codes.parse(code[:place] + wrong + code[place + 1 :]) == Misread(Reason.CHECK)
    first = data.draw(st.integers(0, LENGTH - 2))
    swapped = code[:first] + code[first + 1] + code[first] + code[first + 2 :]
    assert codes.parse(swapped) == (code if swapped == code else Misread(Reason.CHECK))


@given(CODES, st.data())
def test_what_people_type_is_read(code, data):
    look_alikes = {"0": "0Oo", "1": "1IiLl"}
    typed = ""
    for symbol in code:
        typed += data.draw(st.sampled_from(look_alikes.get(symbol, symbol + symbol.lower())))
        typed += data.draw(st.sampled_from(["", " ", "-", "–", "\u00a0", ".", "\u200b", "_", "\t"]))
    assert codes.parse(typed) == code
    assert codes.parse(f"https://example.org/p/{code}/") == code
    assert codes.parse(codes.pretty(code)) == code


@given(st.text())
def test_any_text_is_answered(text):
    answer = codes.parse(text)
    assert isinstance(answer, Misread) or (len(answer) == LENGTH and set(answer) <= set(ALPHABET))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.LENGTH),
        ("000000", Reason.LENGTH),
        ("00000000", Reason.LENGTH),
        ("000U000", Reason.SYMBOL),
        ("000é000", Reason.SYMBOL),
        ("000*000", Reason.SYMBOL),
        ("0000001", Reason.CHECK),
    ],
)
def test_a_misread_code_says_why(text, reason):
    answer = codes.parse(text)
    assert answer == Misread(reason)
    assert str(answer.message)


def test_full_width_digits_are_digits():
    assert codes.parse("\uff10000000") == ZERO


def test_new_codes_are_right_and_use_the_whole_alphabet():
    drawn = [codes.new_code() for _ in range(1000)]
    assert all(codes.parse(code) == code for code in drawn)
    assert set("".join(drawn)) == set(ALPHABET)
    assert len(set(drawn)) > 990


def test_drawn_codes_are_free_and_different(monkeypatch):
    pool = iter(["A", "A", "B", "C", "A", "D", "E"])
    monkeypatch.setattr(codes, "new_code", lambda: next(pool))
    asked = []

    def taken(candidates):
        asked.append(candidates)
        return {"B"} & set(candidates)

    assert sorted(codes.draw(3, taken)) == ["A", "C", "D"]
    assert asked == [["A", "B", "C"], ["D"]]
