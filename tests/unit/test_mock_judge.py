"""The mock and replay judges: what they answer, how they fail, and that every process agrees."""

import asyncio
import hashlib
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.contracts.identifiers import run_essay_id
from app.contracts.prompt import comparison_blocks, joined
from app.errors import InvalidInput, Misconfigured
from app.gateway.providers.base import Answer, FailureKind, JudgeFailed, Question
from app.gateway.providers.mock import DEFAULT_MODEL, MODELS, MockJudge
from app.gateway.providers.mock_options import MockOptions, for_request
from app.gateway.providers.profiles import KNOWN, PROFILES, by_hash, profile_of
from app.gateway.providers.quality import quality
from app.gateway.providers.replay import ReplayJudge
from app.roles.stack import ROOT
from app.settings import GatewaySettings

GOOD = "The argument is developed carefully. However, it considers several consequences and alternatives. " * 3
POOR = "i dont know. it is good becaus it is good. he have it. i like it. " * 3
QUICK = {"latency_ms": 0, "jitter_ms": 0}


def question(
    text: str = "x", model: str | None = None, *, essays: tuple[str, str] = ("", ""), **metadata: Any
) -> Question:
    return Question(text, *essays, model, metadata=metadata)


def pair(a: str, b: str, model: str | None = "latent", **metadata: Any) -> Question:
    blocks = comparison_blocks(None, a, b)
    return Question(joined(blocks), a, b, model, metadata=metadata, blocks=tuple(blocks))


def mock(**settings: Any) -> MockJudge:
    return MockJudge(GatewaySettings(**{f"mock_{key}": value for key, value in settings.items()}))


async def wins(judge: MockJudge, model: str, count: int, **wishes: Any) -> int:
    asked = [question(f"prompt {n}", model, mock=QUICK | wishes) for n in range(count)]
    return sum([(await judge.judge(item)).first_wins for item in asked])


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("default", "default"),
        ("cj_generic_batch", "cj-generic"),
        ("cj-generic-batch-api", "cj-generic-batch-api"),
        ("eng5_anchor_gpt51_low", "eng5-anchor"),
        ("eng5_lower5_gpt51_low", "eng5-lower5"),
        ("latent", "latent"),
    ],
)
def test_a_profile_is_reached_by_its_name_and_by_the_name_of_its_mode(mode: str, profile: str) -> None:
    assert profile_of(mode) == PROFILES[profile]
    assert mode in KNOWN


@pytest.mark.parametrize(
    ("model", "share"), [("default", 1 / 2), ("cj-generic", 1), ("eng5-anchor", 35 / 66), ("eng5-lower5", 0.4)]
)
async def test_a_profile_has_its_share_of_wins_for_essay_a(model: str, share: float) -> None:
    assert await wins(mock(), model, 3000) / 3000 == pytest.approx(share, abs=0.03)


def test_the_winner_is_what_the_first_8_digits_of_the_prompts_hash_say() -> None:
    for number in range(200):
        first = int(hashlib.sha256(f"p{number}".encode()).hexdigest()[:8], 16)
        assert by_hash(PROFILES["eng5-anchor"], f"p{number}")[0] == (first % 66 < 35)
        assert by_hash(PROFILES["eng5-lower5"], f"p{number}")[0] == (first % 10 < 4)
        assert by_hash(PROFILES["default"], f"p{number}")[0] == (first % 2 == 0)


async def test_the_mode_decides_for_models_without_a_profile_and_a_request_decides_for_itself() -> None:
    mode = ["cj-generic"]

    async def current() -> str:
        return mode[0]

    judge = MockJudge(GatewaySettings(), current)
    prompt = next(f"p{n}" for n in range(99) if not by_hash(PROFILES["default"], f"p{n}")[0])
    answer = await judge.judge(question(prompt, "gpt-5.1"))
    assert (answer.first_wins, answer.model) == (True, "gpt-5.1")
    assert (await judge.judge(question(prompt))).model == DEFAULT_MODEL
    mode[0] = "default"
    assert not (await judge.judge(question(prompt, "gpt-5.1"))).first_wins
    assert (await judge.judge(question(prompt, "cj-generic"))).first_wins
    assert (await judge.judge(question(prompt, "cj_generic_batch"))).first_wins
    assert (await judge.judge(question(prompt, "gpt-5.1", mock={"profile": "cj_generic_batch"}))).first_wins


async def test_a_generic_answer_has_the_recorded_tokens_and_confidence() -> None:
    answers = [await mock().judge(question(f"pair {n}", "cj-generic")) for n in range(50)]
    assert {(a.usage.prompt_tokens, a.usage.completion_tokens) for a in answers} == {(5, 17)}
    assert all(4.36 <= a.confidence <= 4.84 for a in answers)
    assert len({a.justification for a in answers}) == 5


@pytest.mark.parametrize(("model", "floors"), [("eng5-anchor", (1100, 40)), ("eng5-lower5", (1000, 30))])
async def test_tokens_never_fall_below_the_floors_and_grow_with_the_prompt(
    model: str, floors: tuple[int, int]
) -> None:
    small = await mock(latency_ms=0).judge(question("few words", model))
    large = await mock(latency_ms=0).judge(question("word " * 4000, model))
    assert (small.usage.prompt_tokens, small.usage.completion_tokens) == floors
    assert large.usage.prompt_tokens == 3000


@pytest.mark.parametrize(("model", "low", "high"), [("eng5-anchor", 1.2, 2.0), ("eng5-lower5", 1.0, 2.0)])
async def test_a_profile_takes_its_own_time_unless_another_is_configured(
    model: str, low: float, high: float, slept: list[float]
) -> None:
    for number in range(40):
        await mock().judge(question(f"p{number}", model))
    assert low <= min(slept) < max(slept) <= high
    assert max(slept) - min(slept) > 0.5 * (high - low)
    slept.clear()
    await mock(latency_ms=0).judge(question("p", model))
    await mock().judge(question("p", model, mock={"latency_ms": 0}))
    assert slept == []
    await mock(jitter_ms=100).judge(question("p", model))
    assert 0 < slept[0] <= 0.1


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that judges wished to wait, without waiting."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return found


async def test_latent_prefers_the_better_text_and_less_surely_with_more_noise() -> None:
    assert (await mock().judge(pair(GOOD, POOR))).first_wins
    assert not (await mock().judge(pair(POOR, GOOD))).first_wins
    noisy = [
        (await mock().judge(pair(GOOD, POOR, comparison_repeat=n, mock={"noise": 50}))).first_wins
        for n in range(400)
    ]
    assert 0.4 < sum(noisy) / 400 < 0.7


async def latent_share(**wishes: Any) -> float:
    ids = {"essay_a_id": "student::ESSAY_1_0A1B2C3D", "essay_b_id": "essay 2"}
    asked = [pair("a " * 20, "b " * 10, comparison_repeat=n, **ids, mock=wishes) for n in range(600)]
    return sum([(await mock().judge(item)).first_wins for item in asked]) / 600


async def test_given_qualities_position_and_length_bias_move_the_chance_as_the_logit_says() -> None:
    even = {"essay_1": 1.0, "ESSAY_2": 1.0}
    assert await latent_share(qualities=even) == pytest.approx(0.5, abs=0.06)
    assert await latent_share(qualities={"essay-1": 2.0, "ESSAY_2": 1.0}, noise=1) == pytest.approx(
        0.731, abs=0.06
    )
    assert await latent_share(qualities=even, position_bias=1) == pytest.approx(0.731, abs=0.06)
    assert await latent_share(qualities=even, length_bias=-1) == pytest.approx(1 / 3, abs=0.06)


async def test_qualities_can_be_given_by_the_settings_and_a_missing_essay_is_named() -> None:
    judge = mock(qualities={"one": 9.0, "two": 0.0}, noise=0.1)
    assert (await judge.judge(pair("", "", essay_a_id="one", essay_b_id="two"))).first_wins
    with pytest.raises(JudgeFailed, match="three"):
        await judge.judge(pair("x", "y", essay_a_id="one", essay_b_id="three"))


async def test_latent_refuses_a_prompt_without_marked_essays_instead_of_guessing() -> None:
    with pytest.raises(JudgeFailed) as caught:
        await mock().judge(question("no essays", "latent"))
    assert (caught.value.code, caught.value.kind) == ("LLM_INVALID_PROMPT", FailureKind.REFUSED)


async def test_an_unknown_model_or_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(JudgeFailed, match="eng5-anchor"):
        await mock().judge(question("p", "eng5-ancor"))
    with pytest.raises(Misconfigured, match="eng5_anchor_gpt51_low"):
        mock(mode="eng5")
    stand_in = MockJudge(GatewaySettings(), any_model=True)
    assert (await stand_in.judge(question("p", "whatever-9"))).model == "whatever-9"
    assert set(PROFILES) < set(MODELS)


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ("latent", "metadata.mock"),
        ({"profile": "eng6"}, "metadata.mock.profile"),
        ({"noise": 0}, "metadata.mock.noise"),
        ({"noise": float("nan")}, "metadata.mock.noise"),
        ({"error_rate": 1.5}, "metadata.mock.error_rate"),
        ({"error_codes": [200]}, "metadata.mock.error_codes.0"),
        ({"error_codes": []}, "metadata.mock.error_codes"),
        ({"latency_ms": -1}, "metadata.mock.latency_ms"),
        ({"qualities": {"a": "good"}}, "metadata.mock.qualities.a"),
        ({"nose": 1}, "metadata.mock.nose"),
    ],
)
async def test_a_wish_that_cannot_be_followed_names_its_field(wishes: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        for_request(MockOptions(), {"mock": wishes})
    assert [problem.field for problem in caught.value.problems] == [field]
    with pytest.raises(JudgeFailed, match=field):
        await mock().judge(question("p", mock=wishes))


async def fails(count: int, **wishes: Any) -> list[JudgeFailed | None]:
    async def one(number: int) -> JudgeFailed | None:
        try:
            await mock().judge(question(f"p{number}", "coin", comparison_number=number, mock=wishes))
        except JudgeFailed as failure:
            return failure
        return None

    return [await one(number) for number in range(count)]


async def test_errors_come_at_their_rate_with_their_codes_and_the_same_ones_again() -> None:
    found = await fails(1000, error_rate=0.3, error_codes=[429, 503, 401])
    failed = [failure for failure in found if failure is not None]
    assert len(failed) / 1000 == pytest.approx(0.3, abs=0.05)
    kinds = {(f.http_status, f.code, f.kind) for f in failed}
    assert kinds == {
        (429, "RATE_LIMIT", FailureKind.RATE_LIMITED),
        (503, "EXTERNAL_SERVICE_ERROR", FailureKind.RETRY_AFTER),
        (401, "INVALID_API_KEY", FailureKind.BROKEN),
    }
    again = await fails(1000, error_rate=0.3, error_codes=[429, 503, 401])
    assert [f and f.http_status for f in again] == [f and f.http_status for f in found]


async def test_what_failed_may_pass_at_the_next_attempt() -> None:
    async def passes(attempt: int) -> bool:
        asked = question("p", "coin", mock={"error_rate": 0.5, "error_codes": [503]})
        try:
            await mock().judge(replace(asked, attempt=attempt))
        except JudgeFailed as failed:
            return not failed.retryable
        return True

    first = [await passes(attempt) for attempt in range(1, 21)]
    assert set(first) == {True, False}
    assert first == [await passes(attempt) for attempt in range(1, 21)]


async def test_a_burst_takes_a_whole_stretch_of_comparisons() -> None:
    found = [failure is not None for failure in await fails(400, error_burst_rate=0.2, error_burst_length=8)]
    stretches = Counter(sum(found[start : start + 8]) for start in range(0, 400, 8))
    assert set(stretches) == {0, 8}
    assert stretches[8] / 50 == pytest.approx(0.2, abs=0.15)


async def test_cache_tokens_are_those_of_cacheable_blocks_read_or_written() -> None:
    asked = [pair(GOOD, f"{POOR} {n}", mock={"cache_hit_rate": 0.5}) for n in range(100)]
    usages = [(await mock().judge(item)).usage for item in asked]
    assert 30 < sum(usage.cached_tokens > 0 for usage in usages) < 70
    assert all((usage.cached_tokens > 0) != (usage.cache_write_tokens > 0) for usage in usages)
    assert all(usage.cached_tokens + usage.cache_write_tokens < usage.prompt_tokens for usage in usages)
    off = (await mock(cache_enabled=False).judge(asked[0])).usage
    assert (off.cached_tokens, off.cache_write_tokens) == (0, 0)


SCRIPT = """
import asyncio
from app.gateway.providers.base import JudgeFailed, Question
from app.gateway.providers.mock import MockJudge
from app.settings import GatewaySettings

async def said(judge, profile, number):
    wishes = {"latency_ms": 0, "error_rate": 0.1, "profile": profile}
    try:
        return repr(await judge.judge(Question(f"p{number}", f"a{number}", "b", None, metadata={"mock": wishes})))
    except JudgeFailed as failure:
        return f"{failure.code} {failure.message}"

async def main():
    judge = MockJudge(GatewaySettings())
    for profile in ("default", "cj-generic", "eng5-anchor", "eng5-lower5", "latent", "coin"):
        order = ORDER
        found = {number: await said(judge, profile, number) for number in order}
        print(*(found[number] for number in sorted(found)), sep="\\n")

asyncio.run(main())
"""


def test_another_process_in_another_order_gives_byte_identical_answers() -> None:
    def output(order: str, hash_seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT.replace("ORDER", order)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout

    forwards = output("range(60)", "1")
    assert forwards == output("reversed(range(60))", "2")
    assert len(forwards.splitlines()) == 360


LAYOUTS = {
    "winner": "judge,winner,loser\nj1,essay one,essay two\nj2,essay two,essay one\nj3,essay one,essay two\n",
    "choice": "judge,a,b,choice,reason\nj1,essay one,essay two,a,clear\nj2,essay two,essay one,tie,none\n",
    "semicolon": '\ufeffjudge;winner;loser;reason\nj1;essay one;essay two;"two\nlines"\n',
}


def replay(folder: Path, model: str | None, a: str = "essay one", b: str = "essay two", repeat: int = 0) -> Answer:
    judge = ReplayJudge(GatewaySettings(replay_votes_dir=folder))
    ids = {"essay_a_id": a, "essay_b_id": b, "comparison_repeat": repeat}
    return asyncio.run(judge.judge(Question("p", "a", "b", model, metadata=ids)))


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    for name, text in LAYOUTS.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "panel").mkdir()
    (tmp_path / "panel" / "votes.csv").write_text(LAYOUTS["choice"], encoding="utf-8")
    return tmp_path


def test_votes_in_each_layout_are_replayed_by_the_name_of_their_file_or_folder(votes: Path) -> None:
    judge = ReplayJudge(GatewaySettings(replay_votes_dir=votes))
    assert judge.models() == ("choice", "panel", "semicolon", "winner")
    drawn = {replay(votes, "winner", repeat=n).first_wins for n in range(30)}
    assert drawn == {True, False}
    for name in ("choice", "panel"):
        assert replay(votes, name).justification == "clear"
        assert not replay(votes, name, "student::ESSAY_TWO_0A1B2C3D", "anchor::ESSAY_ONE_0A1B2C3D").first_wins
    assert replay(votes, "semicolon").justification == "two\nlines"
    assert replay(votes, None).model == "choice"


def test_a_repeated_pair_gets_every_recorded_vote_in_turn_before_any_of_them_again(tmp_path: Path) -> None:
    rows = "".join(f"j{n},one,two,{'a' if n % 3 else 'b'},reason {n}\n" for n in range(7))
    (tmp_path / "v.csv").write_text(f"judge,a,b,choice,reason\n{rows}")
    given = [replay(tmp_path, "v", "one", "two", n).justification for n in range(14)]
    assert set(given[:7]) == {f"reason {n}" for n in range(7)}
    assert given[:7] == given[7:]
    turned = replay(tmp_path, "v", "two", "one", 3)
    assert turned.justification == given[3]
    assert turned.first_wins is not replay(tmp_path, "v", "one", "two", 3).first_wins


def test_an_id_that_was_cut_on_its_way_stands_for_the_only_recorded_one_that_it_starts(tmp_path: Path) -> None:
    long = "a very long name of an essay file, first"
    (tmp_path / "v.csv").write_text(f'judge,winner,loser\nj,"{long}",short\n')
    for prefix in ("", "student::"):
        assert replay(tmp_path, "v", run_essay_id(long, "batch", prefix=prefix), "short").first_wins


def test_a_broken_file_names_its_line_and_a_changed_one_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "v.csv"
    file.write_text("judge,a,b,choice\nj,x,y,a\nj,x,y,perhaps\n")
    with pytest.raises(JudgeFailed, match=r"v\.csv.*line 3"):
        replay(tmp_path, "v", "x", "y")
    file.write_text("judge,a,b,choice\nj,x,y,b\n")
    assert not replay(tmp_path, "v", "x", "y").first_wins
    with pytest.raises(JudgeFailed, match="nobody decided"):
        replay(tmp_path, "v", "x", "z")
    with pytest.raises(JudgeFailed, match="there are v"):
        replay(tmp_path, "w", "x", "y")


def test_a_text_of_a_million_full_stops_is_read_once() -> None:
    text = "Well" + "." * 1_000_000 + "x"
    assert quality(text).linking == quality("Well x").linking


def test_a_sentence_ends_once_however_many_signs_end_it() -> None:
    assert quality("Although it rains! Really?!! Yes...\n").linking == 2.0 / 3
