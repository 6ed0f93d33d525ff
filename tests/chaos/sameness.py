"""Two runs of the same inputs, seed and verdicts: artefacts of the same bytes, apart from ids and times. PURE.

Fed with artefacts as they were read; feeds tests. What is taken out is listed here and nowhere else.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from app.cj.waves import NAMESPACE

Json = dict[str, Any]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)")
TIMES = ("started_at", "completed_at")
OF_ONE_RUN = ("run_id", "batch_uuid", "batch_id", "generated_at", "retry_of", "attempt", "labels")
MOST = 100_000


def canonical(artefact: Mapping[str, Any]) -> bytes:
    """Return an artefact without what differs from run to run.

    - Essays are named by their files, comparisons by their number in the batch; both are put into
      that order, since the order in which verdicts come in is a matter of time.
    - Ids of runs, batches and requests, times, labels and counts of attempts are left out.
    - Digests of files that hold such ids and times are left out, and how often an end was announced: what was
      asked for, because it did not come, may come all the same. That such files are there stays.
    """
    document: Json = json.loads(json.dumps(artefact))
    metadata, inputs = document["metadata"], document["inputs"]
    numbers = _numbers(metadata["batch_uuid"], document["llm_comparisons"])
    essays = (*inputs["anchors"], *inputs["students"])
    names = {row["essay_id"]: row["file_name"] for row in document["bt_summary"]}
    names |= {entry["request_essay_id"]: entry["file_name"] for entry in essays}
    document["metadata"] = {name: value for name, value in metadata.items() if name not in OF_ONE_RUN}
    records = [_nameless(record, numbers) for record in document["llm_comparisons"]]
    document["llm_comparisons"] = sorted(records, key=lambda record: int(record["sequence"]))
    validation = document["validation"]
    validation["artefact_checksum"] = None
    validation["manifest"] = sorted({_place(entry["path"]) for entry in validation["manifest"]})
    events = validation["runner_status"]["observed_events"]
    events |= {name: min(1, events[name]) for name in ("completions", "assessment_results")}
    text = json.dumps(document, sort_keys=True, indent=1)
    for essay_id, name in names.items():
        text = text.replace(json.dumps(essay_id)[1:-1], name)
    return text.encode()


def _numbers(batch_uuid: str, records: list[Json]) -> dict[str, int]:
    """Return the number of each comparison in its batch, which its id is made of."""
    wanted = {record["correlation_id"] for record in records}
    found: dict[str, int] = {}
    for number in range(1, MOST):
        if len(found) == len(wanted):
            break
        made = str(uuid5(NAMESPACE, f"{batch_uuid}/{number}"))
        if made in wanted:
            found[made] = number
    return found


def _nameless(record: Json, numbers: Mapping[str, int]) -> Json:
    kept = {name: value for name, value in record.items() if name not in {*TIMES, "request_id", "correlation_id"}}
    return kept | {"sequence": numbers[record["correlation_id"]]}


def _place(path: str) -> str:
    """Return the path of a file without number, id and time."""
    return re.sub(r"(/|_)\d{3,6}", r"\1", TIME.sub("", UUID.sub("", path)).replace(":", ""))
