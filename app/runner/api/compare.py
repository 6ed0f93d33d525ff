"""Route that holds runs against each other: numbers side by side, what differs, and how sure the difference is."""

from collections.abc import Mapping
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.edge.access import Known
from app.errors import InvalidInput
from app.runner.access.owners import Owners
from app.runner.api.compare_examples import COMPARISON, TEXTS
from app.runner.api.documents import ELSEWHERE, Form, FormName, Rendering, Renderings, described, form_field
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, PENDING, Responses, refusals
from app.runner.comparing import gather
from app.runner.export.formats import NotAcceptable
from app.runner.reports.html.render import to_html
from app.runner.reports.layout.comparing import comparison_layout
from app.runner.reports.md import to_markdown
from app.runner.reports.numbers.comparing import How, compare, lay_out
from app.runner.reports.numbers.judged import FIELD, LETTERS
from app.runner.reports.shapes.comparison import RunComparison
from app.runner.runs import store
from app.runner.runs.spec import LARGEST_SEED

PATH = "/v1/compare"
FEWEST, MOST = 2, len(LETTERS)
LONGEST_ID = 64
RENDERINGS: Mapping[Form, Rendering] = {
    Form.MARKDOWN: lambda found: to_markdown(comparison_layout(found), ELSEWHERE),
    Form.HTML: lambda found: to_html(comparison_layout(found)),
}
ANSWERS: Responses = described(RunComparison, COMPARISON, TEXTS) | PENDING | BAD | refusals(NotAcceptable)
Seed = Annotated[
    int, Field(ge=0, le=LARGEST_SEED, description="Of what is drawn: the same seed, the same answer.")
]
Draws = Annotated[int, Field(ge=200, le=5_000, description="How often essays and pairs are drawn again.")]
Limit = Annotated[int, Field(ge=0, le=1_000, description="How many disputed pairs are shown with all words.")]


_ID = "run_[0-9a-f]{32}"
"""What the document says of an id; others are told that there is no such run."""


class CompareQuery(BaseModel):
    """Which runs, and how they are compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    runs: str = Field(
        min_length=3,
        max_length=MOST * (LONGEST_ID + 2),
        json_schema_extra={"pattern": f"^{_ID}(,{_ID}){{{FEWEST - 1},{MOST - 1}}}$"},
        description=f"{FEWEST} to {MOST} ids of runs that ended, with commas; the first is the baseline.",
    )
    seed: Seed = 0
    draws: Draws = 1_000
    limit: Limit = 50
    form: FormName = form_field()

    def ids(self) -> list[str]:
        """Return the ids; raises ``InvalidInput`` for too few, too many, or one that comes twice."""
        found = [part.strip() for part in self.runs.split(",") if part.strip()]
        if not FEWEST <= len(found) <= MOST:
            raise InvalidInput.at(FIELD, f"names {len(found)} runs: name {FEWEST} to {MOST}, with commas")
        twice = next((run_id for run_id in found if found.count(run_id) > 1), None)
        if twice is not None:
            raise InvalidInput.at(FIELD, f"names {twice[:LONGEST_ID]} twice: a run does not differ from itself")
        return found


def routes(parts: Parts, comparing: CapacityLimiter) -> APIRouter:
    """Return the route; ``comparing`` says how many comparisons are made at once."""
    router = APIRouter(prefix=PATH, tags=["comparisons"])
    owners, renderings = Owners(parts.database), Renderings(RENDERINGS)

    @router.get("", summary="Runs side by side, the first as the baseline", responses=ANSWERS, response_model=None)
    async def compared(request: Request, query: Annotated[CompareQuery, Query()], caller: Known) -> Response:
        form = renderings.wanted(request.headers.get("accept"), query.form)
        ids = query.ids()
        for run_id in ids:
            await owners.check(caller.owner, {"run_id": run_id})
        async with comparing:
            document = await document_of(parts, query)
            return await renderings.answer(form, document, f"compare_{'_'.join(ids)}"[:150])

    return router


async def document_of(parts: Parts, query: CompareQuery) -> RunComparison:
    """Return the numbers of a comparison; whose the runs are has been checked."""
    ids, how = query.ids(), How(query.seed, query.draws, query.limit)
    async with parts.database.transaction() as connection:
        found = [await store.get(connection, run_id) for run_id in ids]
    gather.check_ended(found)
    gather.check_size(found, parts.settings.comparing.most_verdicts)
    judged = [await gather.judged(parts.database, run) for run in found]
    laid = await to_thread.run_sync(lay_out, judged)
    texts = await gather.texts(parts.database, laid.wanted_texts(how.limit))
    return await to_thread.run_sync(compare, laid, texts, how)
