"""What ``cj-runner run`` asks for: the request, essays packed, files kept."""

import io
import zipfile
from pathlib import Path
from typing import IO, Any

import pytest

from app.cli.demo_data import folder_archive
from app.cli.run import request
from app.cli.run.bar import clock
from app.cli.run.flags import Batching, Effort, Mode, Provider, RunFlags, Stop
from app.cli.run.keep import check_writable, keep
from app.cli.run.pack import files_of, sha256_of
from app.errors import FieldProblem, InvalidInput, UpstreamRefused
from app.roles.stack import ROOT
from app.runner.assets import unpack
from app.runner.assets.inventory import take_stock
from app.runner.assets.unpack import Limits
from app.runner.runs.spec import RunRequest

DEMO = ROOT / "data/eng5-demo"


def asked(**flags: Any) -> RunRequest:
    """Return the request as the service reads it."""
    return RunRequest.model_validate(request.body(RunFlags(**flags), "pkg_1", flags.pop("prompts", {})))


def test_what_is_not_said_is_left_to_the_service() -> None:
    assert request.body(RunFlags(), "pkg_1", {}) == {
        "mode": "plan",
        "batch_label": "eng5-np-local-batch",
        "assets": {"package_id": "pkg_1"},
        "course_code": "ENG5",
        "language": "en",
        "budget": {"completion_timeout_s": 1800.0},
    }


def test_a_boundary_test_says_its_grades_and_pairs() -> None:
    named = asked(
        mode=Mode.BOUNDARY, boundary=["B/C"], pair=["a 1, b 2"], iterations=3, least_win_rate=0.8
    ).boundary
    assert named is not None
    assert (named.boundaries, named.iterations, named.least_win_rate) == (("B/C",), 3, 0.8)
    assert [(pair.a, pair.b) for pair in named.pairs] == [("a 1", "b 2")]
    plain = request.body(RunFlags(mode=Mode.BOUNDARY), "pkg_1", {})
    assert plain["boundary"] == {"boundaries": "all"}
    assert asked(mode=Mode.BOUNDARY).boundary is not None


def test_every_option_of_the_former_tool_reaches_its_field() -> None:
    found = asked(
        mode=Mode.ALIGN,
        batch_id="b",
        course_code=" eng6 ",
        language="SV",
        user_id="u",
        org_id="o",
        no_kafka=True,
        llm_provider=Provider.OPENAI,
        llm_model="gpt-5.1",
        llm_temperature=0.0,
        llm_max_tokens=7,
        max_comparisons=20,
        max_cost_usd=1.5,
        completion_timeout=60.0,
        llm_batching_mode=Batching.SERIAL_BUNDLE,
        stop=Stop.CAP,
        seed=0,
        label=["team=a=b"],
    )
    assert (found.course_code, found.language, found.user_id, found.org_id) == ("ENG6", "sv", "u", "o")
    assert (found.llm.provider, found.llm.model, found.llm.temperature, found.llm.max_tokens) == (
        *("openai", "gpt-5.1", 0.0, 7),
    )
    assert (found.budget.max_comparisons, found.budget.max_cost_usd) == (20, 1.5)
    assert found.budget.completion_timeout_s == 60.0
    assert (found.design.batching_mode, found.design.stop.rule, found.publish) == ("serial_bundle", "cap", False)
    assert found.labels == {"team": "a=b"}


def test_in_anchor_align_test_its_own_options_count_first() -> None:
    flags = RunFlags(
        mode=Mode.ALIGN,
        llm_provider=Provider.ANTHROPIC,
        llm_model="one",
        reasoning_effort=Effort.LOW,
        anchor_align_provider=Provider.OPENAI,
        anchor_align_model="two",
        anchor_align_reasoning_effort=Effort.HIGH,
    )
    assert request.judge(flags) == {"provider": "openai", "model": "two", "reasoning_effort": "high"}


def test_a_model_alone_is_one_of_anthropic() -> None:
    assert request.judge(RunFlags(llm_model="m")) == {"provider": "anthropic", "model": "m"}


def test_refusals_of_the_service_name_the_option_instead_of_the_field() -> None:
    problems = [
        FieldProblem("budget.max_comparisons", "is too small"),
        FieldProblem("llm.rubric.name", "is unknown"),
        FieldProblem("webhook.url", "is odd"),
    ]
    said = request.named(InvalidInput("x", problems=problems))
    assert said == "--max-comparisons: is too small; --rubric: is unknown; webhook.url: is odd"


def test_a_folder_is_known_by_the_hash_that_the_service_gives_it() -> None:
    files = files_of(DEMO)
    sent = unpack.from_zip(folder_archive(DEMO), Limits(100, 10**6, 10**7))
    assert sha256_of(files) == take_stock(sent, min_text_characters=100).sha256


def test_other_anchor_essays_stand_in_for_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "low").mkdir()
    (tmp_path / "low/one_F+.txt").write_text("text")
    (tmp_path / "low/~$one.docx").write_text("lock file")
    names = [name for name in files_of(DEMO, tmp_path / "low") if name.startswith("anchor_essays/")]
    assert names == ["anchor_essays/one_F+.txt"]
    with pytest.raises(InvalidInput, match="no folder of anchor essays"):
        files_of(DEMO, tmp_path / "away")


def test_a_folder_without_essays_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("text")
    with pytest.raises(InvalidInput, match="into anchor_essays and student_essays in it"):
        files_of(tmp_path)


class Bundles:
    """A service that answers one bundle."""

    def __init__(self, **files: str) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        self.body = buffer.getvalue()

    def save(self, path: str, file: IO[bytes]) -> None:
        assert path.endswith("/bundle.zip")
        file.write(self.body)


def kept(run_id: str, folder: Path, **files: str) -> Path:
    named = {"manifest.json": f'{{"run_id": "{run_id}"}}', "assessment_run.execute.json": run_id} | files
    return keep(Bundles(**named), run_id, folder)[0]


def test_files_of_a_run_lie_as_the_former_tool_laid_them_and_again_in_the_same_place(tmp_path: Path) -> None:
    for _ in range(2):
        assert kept("run_1", tmp_path / "out", **{"events/comparisons/1.json": "{}"}) == tmp_path / "out"
    assert (tmp_path / "out/events/comparisons/1.json").read_text() == "{}"


def test_files_of_another_run_are_never_overwritten(tmp_path: Path) -> None:
    kept("run_1", tmp_path)
    assert kept("run_2", tmp_path) == tmp_path / "run_2"
    assert (tmp_path / "assessment_run.execute.json").read_text() == "run_1"


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "a\\evil"])
def test_a_bundle_that_leaves_its_folder_is_refused_whole(tmp_path: Path, name: str) -> None:
    with pytest.raises(UpstreamRefused, match="nothing was written"):
        kept("run_1", tmp_path / "out", **{name: "x"})
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_paid_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="--output-dir"):
        check_writable(tmp_path / "file")


def test_time_left_reads_as_a_clock() -> None:
    assert [clock(seconds) for seconds in (0, 59.6, 61, 3600, 90_000)] == [
        *("0:00", "1:00", "1:01", "1 h 00 min", "25 h 00 min"),
    ]
