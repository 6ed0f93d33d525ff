"""From a model's words to a verdict, or to a reason; never to a default winner."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.parsing import UnusableAnswer, Verdict, verdict_in, verdict_of

GOOD = '{"winner": "Essay B", "justification": "It argues.", "confidence": 4}'
B4 = Verdict(first_wins=False, confidence=4.0, justification="It argues.")


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here is my verdict:\n{GOOD}\nI hope that helps.",
        f"In set notation {{a, b}} both are fine, but: {GOOD}",
        f"{GOOD}\n{GOOD}",
        f'{{"note": 1}} {GOOD}',
        json.dumps(json.loads(GOOD), indent=4),
    ],
)
def test_one_object_is_found_in_fences_and_prose(text: str) -> None:
    assert verdict_in(text) == B4


@pytest.mark.parametrize(
    "winner", ["Essay A", "A", "a", "essay_a", "essay a", "ESSAY-A", " Essay A ", "**Essay A**", "A."]
)
def test_the_winner_may_be_written_in_many_ways(winner: str) -> None:
    assert verdict_of({"winner": winner, "confidence": 3}).first_wins


@pytest.mark.parametrize(
    ("confidence", "read"), [(1, 1.0), (5, 5.0), (2.5, 2.5), ("4", 4.0), (" 3.5 ", 3.5), (1.0, 1.0)]
)
def test_confidence_is_kept_as_given(confidence: object, read: float) -> None:
    assert verdict_of({"winner": "B", "confidence": confidence}).confidence == read


@pytest.mark.parametrize("confidence", [0, 0.8, 5.1, -1, "high", "", True, [], float("nan"), float("inf"), None])
def test_a_confidence_outside_of_1_to_5_is_no_verdict(confidence: object) -> None:
    with pytest.raises(UnusableAnswer, match="confidence"):
        verdict_of({"winner": "A", "confidence": confidence})


@pytest.mark.parametrize("winner", ["", "Essay C", "both", "tie", "Essay A or B", 1, True, ["A"], None, "AB"])
def test_another_winner_is_no_verdict(winner: object) -> None:
    with pytest.raises(UnusableAnswer, match="winner"):
        verdict_of({"winner": winner, "confidence": 3})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("Both are good.", "no JSON object"),
        ("{not json", "breaks off"),
        ('{"winner": "Essay A", "justif', "breaks off"),
        ('{"justification": "x", "confidence": 3}', "no winner"),
        (GOOD + GOOD.replace("Essay B", "Essay A"), "different winners"),
        (GOOD + ' {"winner": "Essay A", "conf', "breaks off"),
        ('{"winner": "Essay A", "winner": "Essay B", "confidence": 3}', "two different values of winner"),
        ('{"result": {"winner": "Essay A", "confidence": 3}}', "no winner"),
        ("[1, 2]", "no JSON object"),
        ('{"all": [{"winner": "Essay A", "confidence": 3}, {"win', "breaks off"),
        ('{"winner":' * 5_000, "malformed"),
        ('{"winner": "Essay A", "confidence": 1' + "0" * 5_000 + "}", "breaks off"),
        ('{"winner": "Essay A", "confidence": 1' + "0" * 400 + "}", "confidence"),
        ('{"winner": "Essay A", "confidence": 3, "justification": 5}', "justification"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why(text: str, reason: str) -> None:
    with pytest.raises(UnusableAnswer, match=reason):
        verdict_in(text)


def test_the_reason_never_quotes_the_answer() -> None:
    with pytest.raises(UnusableAnswer) as caught:
        verdict_in('{"winner": "the pupil called Kim", "confidence": 3}')
    assert "Kim" not in str(caught.value)


@given(st.text())
def test_any_text_gives_a_verdict_or_a_reason(text: str) -> None:
    with suppress(UnusableAnswer):
        assert 1 <= verdict_in(text).confidence <= 5


@given(st.integers(min_value=1, max_value=len(GOOD) - 1))
def test_an_answer_that_breaks_off_anywhere_is_never_a_verdict(length: int) -> None:
    with pytest.raises(UnusableAnswer):
        verdict_in(GOOD[:length])


@given(st.booleans(), st.floats(1, 5), st.text(), st.text(alphabet="abc \n.", max_size=20))
def test_what_was_written_is_read_whatever_stands_around_it(
    first: bool, confidence: float, why: str, prose: str
) -> None:
    written = {"winner": "Essay A" if first else "Essay B", "confidence": confidence, "justification": why}
    assert verdict_in(prose + json.dumps(written) + prose) == Verdict(first, confidence, why.strip())
