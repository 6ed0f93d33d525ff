"""What is going on when a process dies: a run of each kind, started, disturbed on purpose and followed to its end.

Fed with a stage; feeds the checks with the runs that were promised and the mark of their essays.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.edge.tokens import service_token
from app.settings import AuthSettings
from tests.chaos.stage import Json, Stage

COMPARISONS = 20


@dataclass(frozen=True)
class Played:
    """What a scene left: the runs that were answered 202, how they are to end, and the mark of their essays."""

    runs: tuple[str, ...]
    mark: str
    status: str = "completed"
    comparisons: int | None = COMPARISONS
    webhooks: tuple[str, ...] = ()


Scene = Callable[[Stage], Awaitable[Played]]


async def start(stage: Stage, package_id: str, **changes: Any) -> str:
    """Start a run as a client that sends its request again until it is answered; return the run's id."""
    label = f"scene-{uuid4()}"
    body = {
        "mode": "anchor-align-test",
        "batch_label": label,
        "assets": {"package_id": package_id},
        "llm": {"provider": "openai"},
        "budget": {"max_comparisons": COMPARISONS},
        "design": {"seed": 7, "stop": {"rule": "cap"}},
        "webhook": {"url": stage.receiver.url, "events": ["run.completed", "run.cancelled"]},
    } | changes
    answer = await stage.ask("POST", "/v1/runs", json=body, headers={"Idempotency-Key": label})
    assert answer.status_code == 202, answer.text
    run_id = str(answer.json()["id"])
    found = (await stage.ask("GET", "/v1/runs", params={"batch_label": label})).json()["items"]
    assert [run["id"] for run in found] == [run_id], "a request that was sent again started another run"
    return run_id


async def aligned(stage: Stage) -> Played:
    """The anchors are judged among themselves, one by one."""
    package_id, mark = await stage.package()
    run_id = await start(stage, package_id)
    await stage.until(run_id)
    return Played((run_id,), mark, webhooks=("run.completed",))


async def in_jobs(stage: Stage) -> Played:
    """The same in batch jobs of the provider."""
    package_id, mark = await stage.package()
    design = {"seed": 7, "stop": {"rule": "cap"}, "batching_mode": "provider_batch_api"}
    run_id = await start(stage, package_id, design=design)
    await stage.until(run_id)
    return Played((run_id,), mark, webhooks=("run.completed",))


async def executed(stage: Stage) -> Played:
    """Students' essays are judged against anchors that are registered with the engine."""
    package_id, mark = await stage.package()
    assignment_id = await _assignment(stage)
    run_id = await start(
        stage, package_id, mode="execute", assignment_id=assignment_id, course_id=str(UUID(int=0x52))
    )
    await stage.until(run_id)
    return Played((run_id,), mark, webhooks=("run.completed",))


async def cancelled(stage: Stage) -> Played:
    """A run is cancelled in the middle."""
    package_id, mark = await stage.package()
    run_id = await start(stage, package_id, budget={"max_comparisons": 56})
    await stage.until(run_id, received=4)
    answer = await stage.ask("POST", f"/v1/runs/{run_id}/cancel")
    assert answer.status_code in {200, 202}, answer.text
    await stage.until(run_id)
    return Played((run_id,), mark, status="cancelled", comparisons=None, webhooks=("run.cancelled",))


async def recollected(stage: Stage) -> Played:
    """The engine is asked what it has while a run goes on."""
    package_id, mark = await stage.package()
    run_id = await start(stage, package_id)
    await stage.until(run_id, received=4)
    answer = await stage.ask("POST", f"/v1/runs/{run_id}/recollect")
    assert answer.status_code in {200, 202}, answer.text
    await stage.until(run_id)
    return Played((run_id,), mark, webhooks=("run.completed",))


async def late(stage: Stage) -> Played:
    """A run is out of time, and its other verdicts come after its end."""
    package_id, mark = await stage.package()
    budget = {"max_comparisons": 56, "completion_timeout_s": 1.0}
    run_id = await start(stage, package_id, budget=budget)
    await stage.until(run_id)
    return Played((run_id,), mark, status="timed_out", comparisons=56)


async def deleted(stage: Stage) -> Played:
    """A run is deleted after its end."""
    played = await aligned(stage)
    [run_id] = played.runs
    await stage.at_rest()
    answer = await stage.ask("DELETE", f"/v1/runs/{run_id}")
    assert answer.status_code in {204, 410}, answer.text
    assert (await stage.ask("GET", f"/v1/runs/{run_id}")).status_code == 410
    await stage.until_gone(stage.files_dir / run_id)
    return Played((run_id,), played.mark, status="deleted", comparisons=None, webhooks=("run.completed",))


async def tried_out(stage: Stage) -> Played:
    """An experiment of four cells."""
    package_id, mark = await stage.package()
    name = str(uuid4())
    body = {
        "name": name,
        "assets": {"package_id": package_id},
        "factors": {"models": [{"provider": "openai"}], "rubrics": [{"name": "001_baseline"}], "repeats": 3},
        "max_cost_usd": 10,
        "budget": {"max_comparisons": 10},
        "design": {"seed": 7, "stop": {"rule": "cap"}},
    }
    answer = await stage.ask("POST", "/v1/experiments", json=body, headers={"Idempotency-Key": name})
    assert answer.status_code == 202, answer.text
    experiment_id = answer.json()["id"]
    found = await _over(stage, f"/v1/experiments/{experiment_id}")
    assert (found["status"], found["cells"]["completed"]) == ("completed", 3), found
    params = {"label": f"experiment={experiment_id}"}
    runs = (await stage.ask("GET", "/v1/runs", params=params)).json()["items"]
    assert sorted(run["labels"]["experiment_cell"] for run in runs) == ["1", "2", "3"]
    return Played(tuple(run["id"] for run in runs), mark, comparisons=10)


async def _over(stage: Stage, path: str) -> Json:
    for _ in range(2000):
        found: Json = (await stage.ask("GET", path, params={"wait": 1})).json()
        if found["status"] in {"completed", "completed_partial", "failed", "cancelled"}:
            return found
    raise AssertionError("the experiment does not end")


async def _assignment(stage: Stage) -> str:
    secret = (Path(stage.stack.plan.data_dir) / "jwt_secret").read_text()
    token = service_token(AuthSettings.model_validate({"jwt_secret_key": secret}), "tests")
    name = str(uuid4())
    headers = {"Authorization": f"Bearer {token}"}
    told = {
        "assignment_id": name,
        "instructions_text": "Weigh content and language.",
        "grade_scale": "eng5_np_legacy_9_step",
    }
    asked = {"assignment_id": name, "prompt_text": "Write about the sea."}
    async with httpx.AsyncClient(base_url=stage.stack.plan.url("cj"), headers=headers) as cj:
        for path, body in (("assessment-instructions", told), ("student-prompts", asked)):
            answer = await cj.post(f"/admin/v1/{path}", json=body)
            assert answer.status_code == 200, answer.text
    return name
