"""The closed list of fault points: where each one stands, and in which roles the data passes it."""

from enum import StrEnum


class Point(StrEnum):
    """Where a fault can happen; the value is the name in a plan, ``<who>.<moment>``."""

    # every role: any transaction, reads too
    UNIT_BEFORE_COMMIT = "unit.before_commit"
    UNIT_AFTER_COMMIT = "unit.after_commit"
    # messages in, messages out, rows that are due
    CONSUME_AFTER_RECEIVE = "consume.after_receive"
    CONSUME_BEFORE_HANDLER = "consume.before_handler"
    CONSUME_BEFORE_COMMIT = "consume.before_commit"
    CONSUME_BEFORE_OFFSETS = "consume.before_offsets"
    CONSUME_AFTER_OFFSETS = "consume.after_offsets"
    RELAY_AFTER_LEASE = "relay.after_lease"
    RELAY_AFTER_SEND = "relay.after_send"
    RELAY_AFTER_MARK = "relay.after_mark"
    LEASED_AFTER_LEASE = "leased.after_lease"
    LEASED_BEFORE_RELEASE = "leased.before_release"
    LEASED_AFTER_RELEASE = "leased.after_release"
    # the API: a request is kept, its caller not yet told
    START_BEFORE_COMMIT = "start.before_commit"
    START_AFTER_COMMIT = "start.after_commit"
    CANCEL_BEFORE_COMMIT = "cancel.before_commit"
    CANCEL_AFTER_COMMIT = "cancel.after_commit"
    DELETE_AFTER_COMMIT = "delete.after_commit"
    # the worker: from accepted to published
    PREPARE_AFTER_ESSAYS = "prepare.after_essays"
    PREPARE_AFTER_ANCHORS = "prepare.after_anchors"
    UPLOAD_AFTER_STORE = "upload.after_store"
    PREPARE_AFTER_UPLOADS = "prepare.after_uploads"
    PUBLISH_BEFORE_COMMIT = "publish.before_commit"
    PUBLISH_AFTER_COMMIT = "publish.after_commit"
    RECALL_AFTER_TOLD = "recall.after_told"
    RECOLLECT_AFTER_PAGE = "recollect.after_page"
    RECOLLECT_AFTER_VERDICTS = "recollect.after_verdicts"
    # the worker: the end of a run, and what is told of it
    FINISH_BEFORE_FILES = "finish.before_files"
    FILE_AFTER_WRITE = "file.after_write"
    FILE_BEFORE_PLACE = "file.before_place"
    FILE_AFTER_PLACE = "file.after_place"
    FINISH_AFTER_FILES = "finish.after_files"
    FINISH_BEFORE_COMMIT = "finish.before_commit"
    FINISH_AFTER_COMMIT = "finish.after_commit"
    REVISE_AFTER_FILES = "revise.after_files"
    REVISE_AFTER_COMMIT = "revise.after_commit"
    WEBHOOK_AFTER_CLAIM = "webhook.after_claim"
    WEBHOOK_AFTER_SEND = "webhook.after_send"
    WEBHOOK_AFTER_RECORD = "webhook.after_record"
    EXPERIMENT_BEFORE_COMMIT = "experiment.before_commit"
    EXPERIMENT_AFTER_COMMIT = "experiment.after_commit"
    # the engine
    ANCHOR_AFTER_STORE = "anchor.after_store"
    ANCHOR_AFTER_COMMIT = "anchor.after_commit"
    BATCH_AFTER_TEXTS = "batch.after_texts"
    BATCH_BEFORE_COMMIT = "batch.before_commit"
    BATCH_AFTER_COMMIT = "batch.after_commit"
    WAVE_AFTER_ASK = "wave.after_ask"
    WAVE_AFTER_NOTE = "wave.after_note"
    SCORE_AFTER_FIT = "score.after_fit"
    SCORE_BEFORE_COMMIT = "score.before_commit"
    SCORE_AFTER_COMMIT = "score.after_commit"
    WITHDRAW_AFTER_ANSWER = "withdraw.after_answer"
    WITHDRAW_AFTER_NOTE = "withdraw.after_note"
    # the gateway: comparisons in, judges asked, batch jobs
    QUEUE_BEFORE_COMMIT = "queue.before_commit"
    QUEUE_AFTER_COMMIT = "queue.after_commit"
    JUDGE_AFTER_CLAIM = "judge.after_claim"
    JUDGE_BEFORE_CALL = "judge.before_call"
    JUDGE_AFTER_ANSWER = "judge.after_answer"
    LEDGER_BEFORE_COMMIT = "ledger.before_commit"
    LEDGER_AFTER_COMMIT = "ledger.after_commit"
    SWEEP_AFTER_REAP = "sweep.after_reap"
    STOP_AFTER_COMMIT = "stop.after_commit"
    JOB_AFTER_PLAN = "job.after_plan"
    JOB_BEFORE_SUBMIT = "job.before_submit"
    JOB_AFTER_SUBMIT = "job.after_submit"
    JOB_AFTER_STORE = "job.after_store"
    JOB_AFTER_READ = "job.after_read"
    JOB_AFTER_WRITE = "job.after_write"
    JOB_BEFORE_END = "job.before_end"
    # the content store
    CONTENT_BEFORE_COMMIT = "content.before_commit"
    CONTENT_AFTER_COMMIT = "content.after_commit"


_EVERY = ("api", "worker", "cj", "gateway", "content")
_OF = {
    "unit": _EVERY,
    "consume": ("worker", "cj"),
    "relay": ("worker", "cj", "gateway"),
    "leased": ("worker", "cj"),
    **dict.fromkeys(("start", "cancel", "delete"), ("api",)),
    **dict.fromkeys(("prepare", "upload", "publish", "recall", "recollect"), ("worker",)),
    **dict.fromkeys(("finish", "file", "revise", "webhook", "experiment"), ("worker",)),
    **dict.fromkeys(("anchor", "batch", "wave", "score", "withdraw"), ("cj",)),
    **dict.fromkeys(("queue", "judge", "ledger", "sweep", "stop", "job"), ("gateway",)),
    "content": ("content",),
}
PASSED_IN: dict[Point, tuple[str, ...]] = {point: _OF[point.partition(".")[0]] for point in Point}
"""The roles in which a run makes its data pass each point."""
