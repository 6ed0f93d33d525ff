"""Route that holds a run against people's verdicts on the same pairs."""

from collections.abc import Mapping
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.errors import NotFound
from app.runner.api.compare import Draws, Limit, Seed
from app.runner.api.compare_examples import AGREEMENT, AGREEMENT_TEXTS
from app.runner.api.documents import ELSEWHERE, Form, Rendering, Renderings, described, form_field
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, PENDING, Responses, refusals
from app.runner.comparing import gather
from app.runner.export.formats import NotAcceptable
from app.runner.finish.collected import announced
from app.runner.human import store as verdicts
from app.runner.human.matching import known_essays
from app.runner.reports.html.render import to_html
from app.runner.reports.layout.agreeing import agreement_layout
from app.runner.reports.md import to_markdown
from app.runner.reports.numbers.people import How, Laid, agreement, lay_out
from app.runner.reports.people_csv import pairs_csv
from app.runner.reports.shapes.people import RunAgreement
from app.runner.runs import essays, store

RENDERINGS: Mapping[Form, Rendering] = {
    Form.MARKDOWN: lambda found: to_markdown(agreement_layout(found), ELSEWHERE),
    Form.HTML: lambda found: to_html(agreement_layout(found)),
    Form.CSV: pairs_csv,
}
ANSWERS: Responses = described(RunAgreement, AGREEMENT, AGREEMENT_TEXTS) | PENDING | BAD | refusals(NotAcceptable)
MOST_SETS = 50
FormName = Annotated[str | None, WithJsonSchema({"type": "string", "enum": [*Form]})]


class AgreementQuery(BaseModel):
    """Which verdicts of people, and how they are compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdicts: list[Annotated[str, Field(max_length=64, json_schema_extra={"pattern": "^[0-9A-Za-z_]+$"})]] = Field(
        default=[], max_length=MOST_SETS, description="Ids of files of verdicts; without it all that the run has."
    )
    seed: Seed = 0
    draws: Draws = 1_000
    limit: Limit = 50
    form: FormName = form_field()


def routes(parts: Parts, comparing: CapacityLimiter) -> APIRouter:
    """Return the route; ``comparing`` says how many comparisons are made at once."""
    router = APIRouter(prefix="/v1/runs/{run_id}/agreement", tags=["comparisons"])
    renderings = Renderings(RENDERINGS)

    @router.get("", summary="How far people and a run agree", responses=ANSWERS, response_model=None)
    async def agreed(run_id: str, request: Request, query: Annotated[AgreementQuery, Query()]) -> Response:
        form = renderings.wanted(request.headers.get("accept"), query.form)
        async with comparing:
            how = How(query.seed, query.draws, query.limit)
            laid = await _laid_out(parts, run_id, list(dict.fromkeys(query.verdicts)))
            if form is Form.CSV:
                return await renderings.answer(form, laid, f"{run_id}_agreement")
            texts = await gather.texts(parts.database, {run_id: laid.wanted_texts(how.limit)})
            document = await to_thread.run_sync(agreement, laid, texts, how)
            return await renderings.answer(form, document, f"{run_id}_agreement")

    return router


async def _laid_out(parts: Parts, run_id: str, ids: list[str]) -> Laid:
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
        gather.check_ended([run])
        gather.check_size([run], parts.settings.comparing.most_verdicts)
        contents = await verdicts.contents(connection, run_id, ids)
        if not contents:
            raise NotFound("the run has no verdicts of people: send a file of them to its human-verdicts first")
        known = known_essays(await essays.of_run(connection, run_id), (await announced(connection, run_id)).result)
    judged = await gather.judged(parts.database, run)
    return await to_thread.run_sync(lay_out, judged, contents, known)
