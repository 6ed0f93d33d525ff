"""How the OpenAPI document shows results of batches: one batch that others started, in short and whole."""

from app.runner.api.problem_docs import Responses

_BATCH = "6a3f0c9e-52b1-4c7d-9b0e-1f2a3b4c5d6e"
_SHORT: dict[str, object] = {
    "batch_uuid": _BATCH,
    "run_id": None,
    "state": "completed",
    "reason": None,
    "completed_at": "2026-03-04T09:31:00Z",
    "versions": 1,
    "received_at": "2026-03-04T09:31:01Z",
    "updated_at": "2026-03-04T09:31:01Z",
    "links": {"self": f"/v1/results/batches/{_BATCH}"},
}
_ESSAY: dict[str, object] = {
    "essay_id": "student_01_5f0c2a",
    "normalized_score": 0.75,
    "letter_grade": "B",
    "confidence_score": 0.62,
    "confidence_label": "MID",
    "bt_score": 1.42,
    "rank": 1,
}
_WHOLE = _SHORT | {
    "events": [
        {
            "kind": "result",
            "version": 1,
            "said_at": "2026-03-04T09:31:00Z",
            "received_at": "2026-03-04T09:31:01Z",
            "detail": None,
            "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }
    ],
    "result": {
        "version": 1,
        "assignment_id": None,
        "model_provider": "mock",
        "model_used": "latent",
        "model_version": None,
        "assessed_at": "2026-03-04T09:31:00Z",
        "essays": [_ESSAY],
        "metadata": {"comparison_count": 66, "stop_reason": "stability"},
    },
}


def _shown(example: object) -> Responses:
    return {200: {"content": {"application/json": {"example": example}}}}


PAGE = _shown({"items": [_SHORT], "next_cursor": None, "next": None})
DETAIL = _shown(_WHOLE)
