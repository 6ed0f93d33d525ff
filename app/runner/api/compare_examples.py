"""How the OpenAPI document shows comparisons: of two runs, and of a run with people; made once from a small run.

Feeds the routes. Kept as files, so that no numbers are computed to describe them.
"""

from pathlib import Path

from app.runner.api.documents import Form
from app.runner.reports.shapes.comparison import RunComparison
from app.runner.reports.shapes.people import RunAgreement

_HERE = Path(__file__).parent / "shown"
COMPARISON = RunComparison.model_validate_json((_HERE / "comparison.json").read_bytes())
AGREEMENT = RunAgreement.model_validate_json((_HERE / "agreement.json").read_bytes())
_PAGE = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Comparison</title></head></html>\n'
TEXTS = {
    Form.MARKDOWN: "# Runs compared: A old rubric, B new rubric\n\n- B orders the 12 shared anchors better …\n",
    Form.HTML: _PAGE,
}
AGREEMENT_TEXTS = {
    Form.MARKDOWN: "# People and run: new rubric\n\nPeople and the run prefer the same essay in 82% of the …\n",
    Form.HTML: _PAGE,
    Form.CSV: '"first","first_grade","second","second_grade","distance","people_for_first"\r\n',
}
