"""Questions for judges in tests: two short essays in the prompt's own blocks."""

from typing import Any

from app.contracts.prompt import comparison_blocks, context_block, joined
from app.gateway.providers.base import Question

ESSAY_A = "Dogs are loyal, and they notice when we are sad."
ESSAY_B = "Cats keep their own counsel, which teaches patience."


def question(**settings: Any) -> Question:
    """Return a question with the given settings."""
    context = context_block(student_assignment="Write about pets.", criteria=None, rubric="Weigh the language.")
    blocks = comparison_blocks(context, ESSAY_A, ESSAY_B)
    values: dict[str, Any] = {
        "prompt": joined(blocks),
        "essay_a": ESSAY_A,
        "essay_b": ESSAY_B,
        "model": None,
        "system_prompt": "You compare two essays.",
        "blocks": tuple(blocks),
    }
    return Question(**(values | settings))
