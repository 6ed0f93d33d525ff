"""What a run that ended holds by now, and how cj is asked again, as values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.contracts.cj_batches import Pair
from app.runner.finish.readiness import Seen, contents
from app.runner.recollect.told import Source, Tally, has_callback, verdict
from app.runner.runs import recollection
from app.runner.runs.recollection import Failure, Found, Recollection, told_id
from app.runner.runs.states import RunState

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WHOLE = Seen(
    received=3,
    failed=0,
    completion=True,
    completion_failed=False,
    result=True,
    failure=None,
    expected=3,
    essays_missing=0,
    too_few_essays=False,
    first_announced_at=NOW,
    deadline_passed=True,
)
AWAY = Failure(code="unavailable", detail="cj does not answer")
PAIR = Pair(
    number=3,
    correlation_id="9f0c1e9e-4f0e-4a57-9f6c-1b1f0f7e3a10",
    wave=2,
    attempt=0,
    repeat=0,
    essay_a_id="one",
    essay_b_id="other",
    state="succeeded",
    winner="essay_b",
    winner_id="other",
    confidence=4.0,
    justification="clearer",
    provider="mock",
    model="latent",
    error_code=None,
    error_message=None,
    sent_at=NOW,
    answered_at=NOW + timedelta(seconds=2),
    cost_usd=0.25,
)
SOURCE = Source("6f0c1e9e-4f0e-4a57-9f6c-1b1f0f7e3a10", UUID(int=1), NOW)


def test_a_run_that_has_everything_by_now_misses_nothing() -> None:
    assert contents(WHOLE).state is RunState.COMPLETED


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(WHOLE, received=2), "comparisons_missing"),
        (replace(WHOLE, result=False), "no_rich_result"),
        (replace(WHOLE, completion=False), "no_completion"),
        (replace(WHOLE, essays_missing=1), "essays_missing"),
        (replace(WHOLE, completion=False, result=False, first_announced_at=None), "no_completion"),
        (replace(WHOLE, failure="cancelled", cancelled=True), "cj_cancelled"),
        (replace(WHOLE, failure="low_success_rate"), "cj_failed"),
    ],
)
def test_what_is_still_missing_is_named(seen: Seen, reason: str) -> None:
    found = contents(seen)
    assert found.state is not RunState.COMPLETED
    assert found.reason == reason


def test_a_verdict_that_cj_tells_says_what_the_callback_would_have_said() -> None:
    envelope = verdict(SOURCE, PAIR)
    said = envelope.data
    assert (said.winner, said.confidence, said.cost_estimate) == ("Essay B", 4.0, 0.25)
    assert (said.meta("essay_a_id"), said.meta("essay_b_id")) == ("one", "other")
    assert (said.meta("comparison_number"), said.meta("comparison_iteration")) == ("3", "2")
    assert said.request_id == told_id(said.correlation_id)
    assert verdict(SOURCE, PAIR).event_id == envelope.event_id


def test_a_failure_that_cj_tells_keeps_its_code() -> None:
    changes = {"state": "failed", "winner": "error", "error_code": "TIMEOUT", "confidence": None}
    said = verdict(SOURCE, PAIR.model_copy(update=changes)).data
    assert said.winner is None
    assert said.error_detail is not None
    assert said.error_detail.error_code == "TIMEOUT"


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"state": "failed", "winner": "error"}, True),
        ({"state": "failed", "winner": "error", "provider": None}, False),
        ({"state": "sent", "winner": None, "answered_at": None}, False),
        ({"state": "given_up", "winner": None}, False),
        ({"state": "cancelled", "winner": None}, False),
        ({"winner": "nobody"}, False),
    ],
)
def test_only_answers_of_a_judge_are_taken_from_cj(changes: dict[str, object], counts: bool) -> None:
    assert has_callback(PAIR.model_copy(update=changes)) is counts


def test_the_judge_of_most_verdicts_is_named_and_failures_do_not_vote() -> None:
    tally = Tally()
    assert tally.judge == ("unknown", "unknown")
    failed = PAIR.model_copy(update={"state": "failed", "model": "another"})
    for pair in (PAIR, failed, failed):
        tally.add(pair)
    assert (tally.callbacks, tally.judge) == (3, ("mock", "latent"))


def test_an_asking_is_tried_again_after_growing_pauses_and_then_given_up() -> None:
    asking = Recollection().wanted("request", NOW)
    pauses = []
    while asking.pending:
        assert asking.due(NOW + timedelta(hours=1))
        asking = asking.unanswered(AWAY, NOW, 4)
        pauses.append(None if asking.next_at is None else (asking.next_at - NOW).total_seconds())
    assert pauses == [5.0, 10.0, 20.0, None]
    assert (asking.tries, asking.error, asking.finished_at) == (4, AWAY, NOW)


def test_an_asking_is_read_back_as_it_was_kept() -> None:
    asking = Recollection().wanted("silence", NOW).with_found(Found(comparisons=2)).unanswered(AWAY, NOW, 9)
    assert recollection.of(asking.stored()) == asking
    assert not asking.due(NOW)
    assert recollection.of(None).requested_at is None


def test_what_was_found_adds_up_and_silence_is_counted_over_all_askings() -> None:
    asking = Recollection().wanted("silence", NOW).with_found(Found(comparisons=2, results=1))
    asking = asking.with_found(Found(comparisons=3))
    assert asking.found == Found(comparisons=5, results=1)
    again = asking.over(None, NOW).wanted("silence", NOW).wanted("request", NOW)
    assert (again.automatic, again.found) == (2, Found())
