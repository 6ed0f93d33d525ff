"""What a run would cost, and how that was reckoned: tokens by the lengths of texts, times a price. PURE.

Fed by the inventory and by the gateway's price; feeds the plan. Without a price, costs are unknown, never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from app.contracts.prompt import comparison_blocks, context_block, joined
from app.runner.plan.expected import ALL_AT_ONCE, Expected
from app.runner.runs.spec import RunRequest

USUAL_CHARACTERS_PER_TOKEN = 4.0
FEWEST_CHARACTERS_PER_TOKEN = 3.0
USUAL_ANSWER_TOKENS = 120
MOST_ANSWER_TOKENS = 500
SYSTEM_PROMPT_CHARACTERS = 1_500
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """USD per million tokens of one model; ``batch_factor`` is what a job at the provider costs of that."""

    provider: str
    model: str
    input: float
    output: float
    batch_factor: float | None
    source: str


@dataclass(frozen=True)
class NoPrice:
    """Why there is no price."""

    reason: str


@dataclass(frozen=True)
class Tokens:
    """Tokens of one comparison."""

    prompt: int
    answer: int


@dataclass(frozen=True)
class Costs:
    """USD; all None where there is no price, and ``reason`` says why. ``assumptions`` say how it was reckoned."""

    usual: Tokens
    most: Tokens
    usd_per_comparison: float | None
    usd_expected: float | None
    usd_at_most: float | None
    reason: str | None
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Texts:
    """What a judge is sent: essays that may meet, and what repeats from pair to pair, where it is known."""

    essays: Sequence[str]
    task: str | None
    criteria: str | None


def costs_of(request: RunRequest, texts: Texts, expected: Expected, price: Price | NoPrice) -> Costs:
    """Return the estimate: of a usual comparison, and of the dearest one times the most that are asked."""
    usual, most = tokens_of(request, texts)
    if isinstance(price, NoPrice):
        return Costs(usual, most, None, None, None, price.reason, tuple(_assumptions(request)))
    factor = _factor(request, price)
    each, dearest = _usd(usual, price) * factor, _usd(most, price) * factor
    return Costs(
        usual,
        most,
        usd_per_comparison=_rounded(each),
        usd_expected=None if expected.at_most is None else _capped(request, each * expected.at_most),
        usd_at_most=_at_most(request, dearest, expected.at_most),
        reason=None,
        assumptions=(*_said_of(price, factor), *_assumptions(request)),
    )


def tokens_of(request: RunRequest, texts: Texts) -> tuple[Tokens, Tokens]:
    """Return the tokens of a usual comparison, and of the longest one."""
    lengths = sorted(len(text) for text in texts.essays)
    frame = _frame(request, texts)
    usual = frame + 2 * fmean(lengths or [0])
    longest = frame + sum(lengths[-2:])
    limit = request.llm.max_tokens or MOST_ANSWER_TOKENS
    return (
        Tokens(round(usual / USUAL_CHARACTERS_PER_TOKEN), min(USUAL_ANSWER_TOKENS, limit)),
        Tokens(round(longest / FEWEST_CHARACTERS_PER_TOKEN), limit),
    )


def _frame(request: RunRequest, texts: Texts) -> int:
    """Return the characters of a prompt without its two essays."""
    llm = request.llm
    rubric = None if llm.rubric is None else llm.rubric.text
    system = None if llm.system_prompt is None else llm.system_prompt.text
    context = context_block(student_assignment=texts.task, criteria=texts.criteria, rubric=rubric)
    return len(joined(comparison_blocks(context, "", ""))) + (
        SYSTEM_PROMPT_CHARACTERS if system is None else len(system)
    )


def _usd(tokens: Tokens, price: Price) -> float:
    return (tokens.prompt * price.input + tokens.answer * price.output) / MILLION


def _factor(request: RunRequest, price: Price) -> float:
    at_provider = request.design.batching_mode == ALL_AT_ONCE
    return price.batch_factor if at_provider and price.batch_factor is not None else 1.0


def _said_of(price: Price, factor: float) -> list[str]:
    rates = f"{price.input:g} USD per million tokens of the prompt, {price.output:g} of the answer"
    said = [f"price of {price.provider} {price.model}: {rates}, by {price.source}"]
    return said if factor == 1 else [*said, f"a job at the provider costs {factor:g} of that"]


def _at_most(request: RunRequest, dearest: float, comparisons: int | None) -> float | None:
    if comparisons is None:
        return request.budget.max_cost_usd
    return _capped(request, dearest * comparisons)


def _capped(request: RunRequest, usd: float) -> float:
    cap = request.budget.max_cost_usd
    return _rounded(usd if cap is None else min(usd, cap))


def _rounded(usd: float) -> float:
    return round(usd, 6)


def _assumptions(request: RunRequest) -> list[str]:
    longest_answer = request.llm.max_tokens or MOST_ANSWER_TOKENS
    lengths = (
        f"usual: two essays of mean length, {USUAL_CHARACTERS_PER_TOKEN:g} characters a token, an answer of "
        f"{USUAL_ANSWER_TOKENS} tokens; at most: the two longest, {FEWEST_CHARACTERS_PER_TOKEN:g} characters a "
        f"token, an answer of {longest_answer} tokens"
    )
    said = [
        lengths,
        "nothing is read from a provider's cache, and no comparison is asked twice",
    ]
    if request.llm.system_prompt is None:
        said.append(f"the engine's own system prompt has about {SYSTEM_PROMPT_CHARACTERS} characters")
    if request.llm.reasoning_effort not in {None, "none"}:
        said.append("tokens of reasoning are not counted: nobody knows them beforehand")
    if request.assignment_id is not None:
        said.append("the assignment's task and rubric lie with cj and are not counted")
    if request.budget.max_cost_usd is not None:
        said.append(f"asking stops at budget.max_cost_usd, {request.budget.max_cost_usd:g} USD")
    return said
