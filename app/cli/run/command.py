"""``cj-runner run``: checks what is asked for, brings the essays to the service, starts, waits, keeps files.

Fed by ``flags``; each step is a module of this package.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.cli import asking, terminal
from app.cli.exits import Exit, of_run
from app.cli.run import request
from app.cli.run.flags import Mode, Output, RunFlags, taking
from app.errors import InvalidInput

if TYPE_CHECKING:
    from app.cli.run.follow import Watched
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.models import RunStarted, RunView

Json = dict[str, Any]
ELSEWHERE = {
    "kafka_bootstrap": ("--kafka-bootstrap", "KAFKA_BOOTSTRAP_SERVERS"),
    "kafka_client_id": ("--kafka-client-id", "its own settings"),
    "cj_service_url": ("--cj-service-url", "CJ_SERVICE_URL"),
    "content_service_url": ("--content-service-url", "CONTENT_SERVICE_URL"),
}
"""Options of the former tool that the service now has as settings."""
SHORT = {Mode.PLAN, Mode.DRY_RUN}
SHORT_S = 60.0


@taking(RunFlags)
def run_command(flags: RunFlags) -> None:
    """Start a run on a folder of essays; with --await-completion wait for its end.

    Prints the run's id, or with --await-completion (and always for plan and dry-run) a summary.
    The exit code says how it ended: see docs/cli.md.
    """
    for option, message in request.mistakes(flags).items():
        raise typer.BadParameter(message, param_hint=option)
    _tell_what_has_no_effect(flags)
    prompts = _prompts(flags)
    if flags.output_dir is not None:
        from app.cli.run.keep import check_writable

        check_writable(flags.output_dir)
    with asking.runner() as api:
        started = _started(api, flags, prompts)
        if not _is_waited_for(flags):
            _tell_started(started, flags)
            return
        _wait(api, started, flags)


def _is_waited_for(flags: RunFlags) -> bool:
    """Return whether the run is followed to its end; what asks no judge ends at once."""
    return flags.await_completion or flags.mode in SHORT or flags.no_kafka


def _tell_what_has_no_effect(flags: RunFlags) -> None:
    for name, (option, setting) in ELSEWHERE.items():
        if getattr(flags, name) is not None:
            terminal.note(f"warning: {option} has no effect: the service has it in {setting}")
    if flags.output_dir is not None and not _is_waited_for(flags):
        terminal.note("warning: --output-dir is filled at the end: add --await-completion, or later 'runs bundle'")
    if flags.no_kafka and flags.await_completion:
        terminal.note("warning: --await-completion has no effect with --no-kafka: nothing is sent")


def _prompts(flags: RunFlags) -> Mapping[str, Json]:
    """Return the prompts that are asked for: the text of a file that is here, else a name."""
    found = {}
    for role, given in (("system_prompt", flags.system_prompt), ("rubric", flags.rubric)):
        if given is not None:
            found[role] = _prompt(role, given)
    if flags.cj_system_prompt and "system_prompt" not in found and flags.mode is Mode.EXECUTE:
        found["system_prompt"] = {"name": request.USUAL_SYSTEM_PROMPT}
    return found


def _prompt(role: str, given: str) -> Json:
    option, path = f"--{role.replace('_', '-')}", Path(given)
    if path.is_file():
        try:
            text = path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{option}: {path} is no text file in UTF-8 that can be read") from error
        if not text:
            raise typer.BadParameter(f"{path} is empty", param_hint=option)
        return {"text": text}
    if request.NAME.fullmatch(given):
        return {"name": given}
    raise typer.BadParameter(f"{given} is no file that is here, and no name of a prompt", param_hint=option)


def _started(api: "RunnerClient", flags: RunFlags, prompts: Mapping[str, Json]) -> "RunStarted":
    from app.cli.run.pack import package_for
    from cj_runner_client.api.runs import start_run
    from cj_runner_client.models import RunRequest, RunStarted

    package = package_for(
        api, flags.assets or "", flags.anchor_dir, flags.min_text_characters, force=flags.force_reupload
    )
    how = "is there already" if package.is_reused else "is uploaded"
    terminal.note(f"package {package.view.id} ({package.view.name}, {package.view.file_count} files) {how}")
    body = RunRequest.from_dict(request.body(flags, package.view.id, prompts))
    key = {} if flags.idempotency_key is None else {"idempotency_key": flags.idempotency_key}
    try:
        return api.ask(start_run.sync_detailed, RunStarted, body=body, **key)
    except InvalidInput as error:
        error.detail = request.named(error)
        raise


def _tell_started(run: "RunStarted", flags: RunFlags) -> None:
    if flags.output is Output.JSON:
        terminal.document(run.to_dict())
        return
    terminal.line(run.id)
    terminal.note(f"accepted as {run.batch_label} ({run.mode}), batch {run.batch_uuid}")
    terminal.note(f"watch it: cj-runner runs watch {run.id}")


def _wait(api: "RunnerClient", started: "RunStarted", flags: RunFlags) -> None:
    """Follow the run to its end, keep its files, print what became of it; exits with the code of its end."""
    from app.cli.run.follow import watch

    terminal.note(f"run {started.id}: {started.batch_label} ({started.mode})")
    terminal.note(f"batch {started.batch_uuid}")
    watched = watch(api, started.id, SHORT_S if flags.mode in SHORT else flags.completion_timeout)
    if watched.left:
        terminal.note(f"the run goes on; come back to it: cj-runner runs watch {started.id}")
        raise typer.Exit(Exit.INTERRUPTED)
    files = _kept(api, watched.run, flags)
    code = Exit.TIMED_OUT if watched.out_of_time else of_run(str(watched.run.status))
    _print(api, watched, flags, files, code)
    raise typer.Exit(code)


def _kept(api: "RunnerClient", run: "RunView", flags: RunFlags) -> list[str]:
    if flags.output_dir is None or run.artefact_revision == 0:
        return []
    from app.cli.run.keep import keep

    place, names = keep(api, run.id, flags.output_dir)
    if place != flags.output_dir:
        terminal.note(f"{flags.output_dir} holds another run's files, which stay; this run's are in {place}")
    if flags.auto_extract_eng5_db:
        names.append(_extracted(run, place))
    terminal.note(f"{len(names)} files are in {place}")
    return [str(place / name) for name in names]


def _extracted(run: "RunView", place: Path) -> str:
    """Write what cj's database has of the batch; return the path below ``place``."""
    from app.cli.engine.commands import extracted

    name = f"db_extract/cj_results_{run.batch_uuid}.txt"
    (place / name).parent.mkdir(exist_ok=True)
    (place / name).write_text(extracted(run.batch_uuid, asking.STACK), encoding="utf-8")
    return name


def _print(api: "RunnerClient", watched: "Watched", flags: RunFlags, files: list[str], code: Exit) -> None:
    from app.cli.run import inventory, summary

    found = summary.fetched(api, watched.run)
    planned = inventory.of(api, watched.run) if flags.mode in SHORT else None
    if flags.output is Output.JSON:
        extra: Json = {} if planned is None else {"inventory": planned}
        end = {"exit_code": int(code), "summary": summary.as_json(found), "files": files}
        terminal.document(end | extra | {"run": watched.run.to_dict()})
        return
    if planned is not None:
        inventory.show(planned)
    summary.show(found)
    if flags.mode not in SHORT and not flags.no_kafka:
        summary.show_queries(found)
