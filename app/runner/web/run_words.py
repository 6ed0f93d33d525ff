"""What people are told of a run: its state, what went wrong and what to do, its events, each in a sentence. PURE.

Fed by the rows of a run and its events; feeds the pages. Codes that are not known here are shown as they are.
"""

from collections.abc import Mapping

from app.runner.runs.states import RunState
from app.runner.web.wording import state

MEANINGS: Mapping[RunState, str] = {
    RunState.ACCEPTED: "The run waits for a worker.",
    RunState.PREPARING: "Essays are read and handed to the content store.",
    RunState.PUBLISHED: "The engine has the request; no answer came yet.",
    RunState.RUNNING: "Pairs are judged; answers come in.",
    RunState.FINISHING: "The last answers are awaited, then the files are written.",
    RunState.CANCELLING: "The engine is told; what was paid for still comes in.",
    RunState.COMPLETED: "Everything that was asked is there.",
    RunState.COMPLETED_PARTIAL: "It ended, but something is missing.",
    RunState.FAILED: "It could not be finished.",
    RunState.TIMED_OUT: "The engine did not end it before the deadline.",
    RunState.CANCELLED: "It was taken back; what had come in is kept.",
}
_AGAIN = "Correct what the detail names, then try the run again."
_COLLECT = "Ask the engine once more (“Collect what is missing”); what comes makes a new revision of the files."
REMEDIES: Mapping[str, str] = {
    "preflight_failed": "Look at the assignment: " + _AGAIN,
    "not_found": "Something that the run names is not there: " + _AGAIN,
    "invalid_input": _AGAIN,
    "cj_failed": "The detail is the engine's own reason. If judges failed, look at the invalid answers among the "
    "pairs and at the keys of the provider, then try the run again.",
    "insufficient_essays": "The texts were not found in the content store: check that it is up, then try again.",
    "deadline": _COLLECT + " If nothing comes, try the run again with a longer time limit.",
    "comparisons_missing": _COLLECT,
    "no_rich_result": _COLLECT + " Until then the scores are this service's own fit of the answers.",
    "no_completion": _COLLECT,
    "essays_missing": "Texts of some essays were not in the content store; the report names them. Try again.",
    "by_request": "Nothing: it was cancelled here. Try the run again if that was a mistake.",
    "cj_cancelled": "The batch was cancelled at the engine. Try the run again if that was a mistake.",
    "artefact_invalid": "This is a fault of the service: send its operator the artefact.",
    "unavailable": "A system that is needed did not answer. Look at the preflight page, then try the run again.",
    "internal_error": "This is a fault of the service: tell its operator the id of the run.",
}
UNKNOWN_REMEDY = "Read the detail; correct what it names, and try the run again."

_EVENTS: Mapping[str, str] = {
    "run.accepted": "The run was accepted",
    "run.recollect_requested": "The engine is to be asked what it has",
    "run.recollect_waiting": "The engine did not answer; it is asked again later",
    "run.request_published_again": "The engine seems not to have the request; it was sent again",
    "run.recollected": "The engine was asked what it has",
    "run.recollect_failed": "The engine could not be asked",
    "run.revision_failed": "A new revision of the files could not be written",
    "run.artefact_revised": "A new revision of the files was written",
}
KINDS = (*(f"run.{state}" for state in RunState), *_EVENTS)
"""The names of all events that a stream may bring."""
_HIDDEN = frozenset({"from", "to", "reason", "detail", "code"})


def remedy(reason: str | None) -> str | None:
    """Return what to do about the reason for which a run ended, None where there is none."""
    return None if reason is None else REMEDIES.get(reason, UNKNOWN_REMEDY)


def event_words(kind: str, data: Mapping[str, object]) -> str:
    """Return one event as a sentence, with the facts that it carries."""
    head = _EVENTS.get(kind) or _moved(kind)
    facts = "; ".join([*_why(data), *_facts(data)])
    return f"{head}: {facts}" if facts else head


def _moved(kind: str) -> str:
    name = kind.removeprefix("run.")
    if name in {state.value for state in RunState}:
        return state(name)
    words = kind.replace(".", " ").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"


def _why(data: Mapping[str, object]) -> list[str]:
    """Return why it happened: the detail, with its code behind it."""
    code, detail = data.get("reason") or data.get("code"), data.get("detail")
    if detail is None:
        return [] if code is None else [str(code)]
    return [f"{detail} ({code})" if code is not None else str(detail)]


def _facts(data: Mapping[str, object]) -> list[str]:
    shown = []
    for name, value in data.items():
        if name in _HIDDEN or value is None or value == {}:
            continue
        words = name.replace("_", " ")
        if isinstance(value, Mapping):
            shown.append(f"{words} " + ", ".join(f"{key} {count}" for key, count in value.items()))
        else:
            shown.append(f"{words} {value}")
    return shown
