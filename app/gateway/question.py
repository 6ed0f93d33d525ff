"""A comparison of the queue as judges see it, and a result that says what was really sent.

Fed by the queue; feeds ``ask``, ``permits`` and the batch jobs.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.contracts.llm_http import PromptBlock
from app.contracts.prompt import essays_of, sha256
from app.gateway.providers.base import Answer, JudgeFailed, Question, Sending
from app.gateway.queue import Queued


def question(item: Queued) -> Question:
    """Return the question as judges see it; the essays by themselves where the prompt marks them."""
    settings = item.settings
    essay_a, essay_b = essays_of(item.user_prompt) or ("", "")
    temperature, tokens = settings.get("temperature_override"), settings.get("max_tokens_override")
    return Question(
        item.user_prompt,
        essay_a,
        essay_b,
        model=item.model,
        temperature=float(temperature) if isinstance(temperature, int | float) else None,
        max_tokens=tokens if isinstance(tokens, int) else None,
        system_prompt=_text(settings, "system_prompt_override"),
        metadata=item.metadata,
        blocks=tuple(PromptBlock.model_validate(block) for block in item.prompt_blocks or ()),
        reasoning_effort=_text(settings, "reasoning_effort"),
        output_verbosity=_text(settings, "output_verbosity"),
        attempt=item.attempts,
    )


def described(judge: object, item: Queued, result: Answer | JudgeFailed) -> Answer | JudgeFailed:
    """Return a result that says what was really sent, where it does not yet and the judge can tell without asking.

    What the result itself shows counts before what would be sent.
    """
    describe = getattr(judge, "describe", None)
    told = "max_tokens" in result.effective if isinstance(result, Answer) else result.sent is not None
    if describe is None or told:
        return result
    try:
        sent: Sending = describe(question(item))
    except JudgeFailed:
        return result
    if isinstance(result, Answer):
        effective = {**sent.effective(), **result.effective}
        return replace(result, effective=effective, prompt_sha256=result.prompt_sha256 or sha256(sent.prompt))
    result.sent = sent
    return result


def _text(settings: Mapping[str, object], key: str) -> str | None:
    value = settings.get(key)
    return value if isinstance(value, str) else None
