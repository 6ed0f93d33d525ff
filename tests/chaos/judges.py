"""Judges that are paid: OpenAI's API on loopback, which knows every answer that was paid for.

A judge prefers the essay of greater strength, which each essay states, so that verdicts are the same whenever
they are asked for, and a run that was disturbed can be held against one that was not.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.contracts.prompt import essays_of
from tests.fakes.http_server import Reply, Request
from tests.fakes.provider_replies import Say
from tests.fakes.provider_server import KEYS, FakeProviders

THINKING_S = 0.03
STRENGTH = re.compile(r"strength (\d+)")


class PaidJudges(FakeProviders):
    """The fake providers, slow enough to be caught at work; batch jobs end as soon as they are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.decide = prefer_the_stronger
        self._answered: Counter[str] = Counter()

    def environment(self) -> dict[str, str]:
        """Return the settings of a gateway that asks these judges."""
        prefix = "LLM_PROVIDER_SERVICE_OPENAI"
        return {f"{prefix}_BASE_URL": self.base_url("openai"), f"{prefix}_API_KEY": KEYS["openai"]}

    def paid(self, mark: str) -> Counter[str]:
        """Return how often each prompt that has ``mark`` in it was paid for, by itself or in a job."""
        prompts = self._answered.copy()
        for job in self.jobs.values():
            prompts.update(str(body["input"]) for _, body in job.items)
        return Counter({prompt: count for prompt, count in prompts.items() if mark in prompt})

    async def _answer(self, request: Request) -> Reply:
        await asyncio.sleep(THINKING_S)
        answer = await super()._answer(request)
        if request.path.endswith("/responses") and answer.status == 200:
            self._answered[str(json.loads(request.body)["input"])] += 1
        for job in self.jobs.values():
            if job.ended is None:
                job.finish()
        return answer


def prefer_the_stronger(_provider: str, body: Mapping[str, Any]) -> Say:
    """Return the verdict on the two essays of a prompt."""
    found = essays_of(str(body["input"]))
    assert found is not None
    first, second = (int(match[1]) for essay in found if (match := STRENGTH.search(essay)))
    return Say("Essay A" if first > second else "Essay B")
