"""The runner's own metrics: how runs go. Labels are modes and states, never ids."""

from app.telemetry.metrics import COUNTED, Counter, Gauge, Histogram

ACCEPTED = Counter("cj_runner_runs_accepted_total", "Runs accepted", ["mode"])
FINISHED = Counter("cj_runner_runs_finished_total", "Runs that ended", ["mode", "status"])
RUNS = Gauge("cj_runner_runs", "Runs by state", ["mode", "status"], multiprocess_mode=COUNTED)
COMPARISONS = Counter("cj_runner_comparisons_received_total", "Callbacks recorded", ["provider", "result"])
RUN_DURATION = Histogram(
    "cj_runner_run_duration_seconds",
    "From accepted to the end",
    ["mode"],
    buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400),
)
STAGE_DURATION = Histogram(
    "cj_runner_stage_duration_seconds",
    "Time in a state, counted when a run leaves it",
    ["mode", "status"],
    buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400),
)
OPEN_COMPARISONS = Gauge(
    "cj_runner_open_comparisons",
    "Comparisons of runs that have not ended: asked, received, failed (of those received)",
    ["mode", "kind"],
    multiprocess_mode=COUNTED,
)
OLDEST_RUN = Gauge(
    "cj_runner_oldest_open_run_seconds",
    "Age of the oldest run that has not ended, 0 where there is none",
    ["mode"],
    multiprocess_mode=COUNTED,
)
COST = Counter(
    "cj_runner_cost_dollars_total", "Money that recorded verdicts cost, late ones too", ["provider", "model"]
)
ARTEFACT_BYTES = Histogram(
    "cj_runner_artefact_bytes",
    "Size of artefacts as they are written, revisions too",
    ["mode"],
    buckets=(1e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8),
)
REVISIONS = Counter("cj_runner_artefact_revisions_total", "Artefacts written anew", ["mode", "status"])
RECOLLECTS = Counter("cj_runner_recollects_total", "Askings of cj what it has for a run", ["by", "outcome"])
PUBLISHED_AGAIN = Counter(
    "cj_runner_requests_published_again_total",
    "Requests sent once more because cj seems not to have them",
    ["reason"],
)
RECOLLECTED = Counter("cj_runner_recollected_total", "What cj had that had not come in by itself", ["kind"])
EXPERIMENTS = Gauge("cj_runner_experiments", "Experiments by state", ["status"], multiprocess_mode=COUNTED)
EXPERIMENT_CELLS = Gauge(
    "cj_runner_experiment_cells", "Cells of experiments by state", ["state"], multiprocess_mode=COUNTED
)
