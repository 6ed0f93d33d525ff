"""The runner's own metrics: how runs go. Labels are modes and states, never ids."""

from app.telemetry.metrics import Counter, Gauge, Histogram

ACCEPTED = Counter("cj_runner_runs_accepted_total", "Runs accepted", ["mode"])
FINISHED = Counter("cj_runner_runs_finished_total", "Runs that ended", ["mode", "status"])
RUNS = Gauge("cj_runner_runs", "Runs by state", ["mode", "status"])
COMPARISONS = Counter("cj_runner_comparisons_received_total", "Callbacks recorded", ["provider", "result"])
RUN_DURATION = Histogram(
    "cj_runner_run_duration_seconds",
    "From accepted to the end",
    ["mode"],
    buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400),
)
REVISIONS = Counter("cj_runner_artefact_revisions_total", "Artefacts written anew", ["mode", "status"])
RECOLLECTS = Counter("cj_runner_recollects_total", "Askings of cj what it has for a run", ["by", "outcome"])
RECOLLECTED = Counter("cj_runner_recollected_total", "What cj had that had not come in by itself", ["kind"])
EXPERIMENTS = Gauge("cj_runner_experiments", "Experiments by state", ["status"])
EXPERIMENT_CELLS = Gauge("cj_runner_experiment_cells", "Cells of experiments by state", ["state"])
