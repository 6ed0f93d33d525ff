"""What a boundary test says to a reader: the answer first, open matters named, no markup of strangers."""

from collections.abc import Sequence
from dataclasses import replace

import html5lib
import pytest

from app.runner.reports.boundary_sentences import of_boundaries
from app.runner.reports.compose import compose
from app.runner.reports.numbers.boundary import boundary_test
from app.runner.reports.renderings import Form, rendering
from app.runner.reports.shapes.boundary import AskedPair
from app.runner.reports.shapes.document import Setting
from app.runner.results.answers import Answer
from tests.unit.reports.subjects import boundary

HOSTILE = (
    '</svg><script>alert("x")</script>',
    "| cell | `code` [a](javascript:x)",
    "<img src=x onerror=y>",
    "{{7*7}}",
    "\u202e",
)


def pair(number: int, boundary_name: str = "A/B") -> AskedPair:
    better, worse = f"a{number}", f"b{number}"
    return AskedPair(
        better=better,
        worse=worse,
        better_name=better,
        worse_name=worse,
        better_grade="A",
        worse_grade="B",
        boundary=boundary_name,
    )


def judged(asked: AskedPair, wins: int, of: int, *, first: float = 0.5) -> list[Answer]:
    """Return verdicts, so many for the better essay, of which a share was shown first."""
    shown_first = round(of * first)
    return [
        Answer(n, asked.better, asked.worse, "a" if n < wins else "b")
        if n < shown_first
        else Answer(n, asked.worse, asked.better, "b" if n < wins else "a")
        for n in range(of)
    ]


def said(pairs: Sequence[AskedPair], answers: Sequence[Answer], iterations: int = 5) -> list[tuple[str, str]]:
    found = boundary_test(pairs, answers, iterations=iterations, least_win_rate=0.7)
    return [(item.tone, item.text) for item in of_boundaries(found)]


def test_the_first_sentence_answers_for_the_best_boundary() -> None:
    tone, text = said([pair(1)], judged(pair(1), 10, 10))[0]
    assert tone == "good"
    assert text == (
        "A from B: the judge can tell; the A essay won 10 of 10 comparisons (100%, interval 72% to 100%), at "
        "least 70% is wanted. It is about this one pair; other essays with these grades may differ."
    )


def test_a_boundary_that_does_not_hold_is_said_plainly() -> None:
    tone, text = said([pair(1)], judged(pair(1), 2, 10))[0]
    assert tone == "bad"
    assert "the judge cannot tell them apart well enough; the A essay won 2 of 10" in text


def test_an_open_boundary_says_what_would_decide_it() -> None:
    tone, text = said([pair(1)], judged(pair(1), 9, 10))[0]
    assert tone == "unknown"
    assert text.endswith("on either side of the wanted 70%; some 11 iterations may decide it.")
    assert said([pair(1)], [])[0] == ("unknown", "A from B: cannot tell, since no verdict came in.")
    hopeless = said([pair(1)], judged(pair(1), 7, 10))[0][1]
    assert "more iterations alone would hardly decide it" in hopeless


def test_pairs_that_contradict_each_other_are_pointed_at() -> None:
    pairs = [pair(n) for n in range(4)]
    answers = [one for item in pairs[:3] for one in judged(item, 40, 40)] + judged(pairs[3], 16, 40)
    assert "the pairs contradict each other" in said(pairs, answers, 20)[0][1]


def test_many_pairs_that_agree_speak_for_other_essays() -> None:
    pairs = [pair(n) for n in range(6)]
    answers = [one for item in pairs for one in judged(item, 10, 10)]
    assert "The 6 pairs agree enough to expect it of other essays" in said(pairs, answers)[0][1]


def test_boundaries_are_summed_up_by_name() -> None:
    pairs = [pair(1), pair(2, "B/C"), pair(3, "C/D")]
    answers = [*judged(pairs[0], 10, 10), *judged(pairs[1], 2, 10), *judged(pairs[2], 7, 10)]
    texts = [text for _, text in said(pairs, answers)]
    assert any(text.startswith("Of 3 boundaries hold: A/B; do not hold: B/C; are open: C/D.") for text in texts)


@pytest.mark.parametrize(
    ("answers", "tone", "words"),
    [
        (judged(pair(1), 20, 40, first=0.5), "bad", "favours the essay shown first"),
        (
            [replace(one, winner={"a": "b", "b": "a"}[one.winner or "a"]) for one in judged(pair(1), 20, 40)],
            "bad",
            "second",
        ),
        (judged(pair(1), 20, 20), "unknown", "nor ruled out"),
        (judged(pair(1), 200, 200), "good", "No bias by position was found"),
    ],
)
def test_a_bias_by_position_is_found_ruled_out_or_left_open(answers: list[Answer], tone: str, words: str) -> None:
    [found] = [one for one in said([pair(1)], answers, 100) if "shown first won" in one[1] or "favours" in one[1]]
    assert found[0] == tone
    assert words in found[1]


def test_what_is_missing_invalid_or_strange_is_counted() -> None:
    stranger = Answer(1, "x", "y", "a")
    texts = [text for _, text in said([pair(1)], [*judged(pair(1), 4, 4), Answer(9, "a1", "b1", None), stranger])]
    assert "6 of 10 verdicts are missing; nothing was put in their place." in texts
    assert "1 answer named no winner." in texts
    assert "1 answers were on pairs that nobody asked for, and are left out." in texts


def test_repetitions_at_temperature_0_are_marked_as_saying_little() -> None:
    warmer = (Setting(name="temperature", asked="0.7", effective=None),)
    assert any("temperature 0" in item.text for item in compose(boundary()).summary)
    assert not any("temperature 0" in item.text for item in compose(boundary(settings=warmer)).summary)


def test_hostile_names_are_words_in_the_page_and_one_line_in_a_table() -> None:
    report = compose(boundary(HOSTILE))
    page = rendering(report, Form.HTML).body.decode()
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
    tags = {item.tag for item in parser.parse(page).iter() if isinstance(item.tag, str)}
    assert not tags & {"script", "img", "a:img"}
    assert "49" not in {cell.strip() for cell in page.split("<td>")}
    text = rendering(report, Form.MARKDOWN).body.decode()
    lines = [line for line in text.splitlines() if line.startswith("| ") and "alert" in line]
    assert lines
    assert not any("<script>" in line for line in lines)


def test_two_hundred_pairs_are_drawn_as_their_boundaries() -> None:
    pairs = [pair(n, f"A/{n % 3}") for n in range(200)]
    answers = [one for item in pairs for one in judged(item, 4, 4)]
    found = boundary_test(pairs, answers, iterations=2, least_win_rate=0.7)
    page = rendering(compose(boundary(boundary=found)), Form.HTML).body.decode()
    assert page.count('<g class="anchor">') >= 3
    assert "a199 / b199" not in page
