"""Callers of a soak: each keeps one run in flight, of a mode that it draws; some cancel, some try again.

They talk to the API by HTTP only, through a door that may misbehave, and send a request again under the same
``Idempotency-Key`` until it is answered. What they were promised is kept: ids that were answered 202, and the
final states that they saw.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.cli.demo_data import folder_archive
from app.edge.tokens import service_token
from app.roles.stack import ROOT
from app.runner.runs.states import FINAL
from app.settings import AuthSettings

Json = dict[str, Any]
ENG5 = ROOT / "data" / "eng5-demo"
COURSE = str(UUID(int=0x52))
ENDS = frozenset(str(state) for state in FINAL)
PATIENCE_S = 600
"""Seconds after which a run ends by itself with what it has; longer than a soak gives it to converge."""


@dataclass
class Promises:
    """What callers were told."""

    accepted: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    cancels: int = 0
    retries: int = 0
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """What runs are made of."""

    package_id: str
    assignment_id: str


def prepare(api_url: str, cj_url: str, folder: Path) -> Inputs:
    """Upload the package and register an assignment, before anything misbehaves."""
    with httpx.Client(timeout=30) as http:
        archive = folder_archive(ENG5)
        answer = http.post(f"{api_url}/v1/asset-packages", files={"file": ("eng5.zip", archive)})
        answer.raise_for_status()
        secret = (folder / "jwt_secret").read_text()
        token = service_token(AuthSettings(jwt_secret_key=secret, admin_token=None), "soak")
        assignment_id, headers = str(uuid4()), {"Authorization": f"Bearer {token}"}
        rules = (ENG5 / "llm_prompt_cj_assessment_eng5.md").read_text(encoding="utf-8")
        scale = "eng5_np_legacy_9_step"
        body = {"assignment_id": assignment_id, "instructions_text": rules, "grade_scale": scale}
        http.post(f"{cj_url}/admin/v1/assessment-instructions", json=body, headers=headers).raise_for_status()
        task = (ENG5 / "eng5_np_vt_2017_essay_instruction.md").read_text(encoding="utf-8")
        body = {"assignment_id": assignment_id, "prompt_text": task}
        http.post(f"{cj_url}/admin/v1/student-prompts", json=body, headers=headers).raise_for_status()
    return Inputs(answer.json()["id"], assignment_id)


MODES = ("anchor-align-test", "execute", "boundary-test", "dry-run", "plan")
SHARES = (40, 20, 15, 10, 15)


def request(inputs: Inputs, draw: random.Random) -> Json:
    """Return the request of one run, of a mode and a seed that are drawn."""
    [mode] = draw.choices(MODES, SHARES)
    body: Json = {
        "mode": mode,
        "batch_label": "soak",
        "assets": {"package_id": inputs.package_id},
        "llm": {"provider": "mock", "model": "latent"},
        "budget": {"completion_timeout_s": PATIENCE_S},
    }
    if mode == "boundary-test":
        return body | {"boundary": {"boundaries": ["A/B"], "iterations": draw.choice([1, 2])}}
    body["design"] = {"seed": draw.randrange(3), "stop": {"rule": "cap"}}
    if mode in {"anchor-align-test", "execute"}:
        body["budget"]["max_comparisons"] = 24 if mode == "anchor-align-test" else 40
    if mode == "execute":
        body |= {"assignment_id": inputs.assignment_id, "course_id": COURSE}
    return body


class Caller:
    """One caller with one run in flight at a time."""

    def __init__(self, http: httpx.AsyncClient, inputs: Inputs, promises: Promises, draw: random.Random) -> None:
        self._http, self._inputs, self._promises, self._draw = http, inputs, promises, draw

    async def call(self, until: float) -> None:
        """Start one run after the other until this time of the loop; each is followed to its end."""
        clock = asyncio.get_running_loop().time
        while clock() < until:
            body = request(self._inputs, self._draw)
            run_id = await self._ask("/v1/runs", body, until)
            if run_id is None:
                return
            self._promises.kinds[run_id] = f"{body['mode']} {body.get('design')} {body.get('boundary')}"
            wish = self._draw.random()
            await self._follow(run_id, until, cancel=wish < 0.08)
            if wish > 0.92 and clock() < until and run_id in self._promises.ended:
                again = await self._ask(f"/v1/runs/{run_id}/retry", None, until)
                if again is not None:
                    self._promises.retries += 1
                    await self._follow(again, until)

    async def _ask(self, path: str, body: Json | None, until: float) -> str | None:
        """Send a request until it is answered; return the id of the run that was promised."""
        key = {"Idempotency-Key": str(UUID(int=self._draw.getrandbits(128)))}
        while asyncio.get_running_loop().time() < until:
            answer = await self._try("POST", path, json=body, headers=key)
            if answer is None or answer.status_code in {409, 429} or answer.status_code >= 500:
                await asyncio.sleep(0.3)
                continue
            if answer.status_code != 202:
                told = f"{path.rpartition('/')[2]} {answer.status_code} {answer.json().get('code')}"
                self._promises.refused[told] = self._promises.refused.get(told, 0) + 1
                await asyncio.sleep(0.3)
                return None
            run_id = str(answer.json()["id"])
            self._promises.accepted.append(run_id)
            return run_id
        return None

    async def _follow(self, run_id: str, until: float, *, cancel: bool = False) -> None:
        clock = asyncio.get_running_loop().time
        cancel_at = clock() + self._draw.uniform(0.2, 6.0) if cancel else None
        while clock() < until:
            answer = await self._try("GET", f"/v1/runs/{run_id}", params={"wait": 2})
            if answer is not None and answer.status_code == 200 and answer.json()["status"] in ENDS:
                self._promises.ended[run_id] = answer.json()["status"]
                return
            if answer is None or answer.status_code != 200:
                await asyncio.sleep(0.3)
            if cancel_at is not None and clock() >= cancel_at:
                cancel_at = None
                asked = await self._try("POST", f"/v1/runs/{run_id}/cancel")
                self._promises.cancels += asked is not None and asked.status_code == 202

    async def _try(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        try:
            answer = await self._http.request(method, path, **more)
            answer.read()
        except httpx.HTTPError:
            return None
        return answer


async def call_all(url: str, inputs: Inputs, many: int, seed: int, until: float) -> Promises:
    """Keep ``many`` runs in flight until this time of the loop; return what was promised."""
    promises = Promises()
    limits = httpx.Limits(max_connections=many + 10, max_keepalive_connections=many)
    async with httpx.AsyncClient(base_url=url, timeout=15, limits=limits) as http:
        callers = [Caller(http, inputs, promises, random.Random(f"caller/{seed}/{n}")) for n in range(many)]
        await asyncio.gather(*(caller.call(until) for caller in callers))
    return promises


def changed_ends(seen: Mapping[str, str], now: Mapping[str, str]) -> Sequence[str]:
    """Return runs whose final state, once seen by a caller, is another one now."""
    return [f"{run_id}: {status}, then {now[run_id]}" for run_id, status in seen.items() if now[run_id] != status]
