"""The table of faults: what is kept, how it is added up, and when it says that a promise was broken."""

from pathlib import Path

import pytest

from tests.chaos.tally import FOLDER, Row, kept, main, note, table


def test_rows_of_one_fault_are_added_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "new"))
    note(Row("kill cj", 1, 1))
    note(Row("kill api", 2, 3))
    note(Row("kill cj", 1, 2, lost=1))
    assert kept(tmp_path / "new") == [Row("kill api", 2, 3), Row("kill cj", 2, 3, lost=1)]


def test_the_table_has_a_line_for_each_fault_and_one_for_all() -> None:
    lines = table([Row("kill api", 2, 3), Row("kill cj", 10, 4)]).splitlines()
    assert [line.split() for line in lines] == [
        ["fault", "injected", "runs", "lost", "doubled"],
        ["kill", "api", "2", "3", "0", "0"],
        ["kill", "cj", "10", "4", "0", "0"],
        ["total", "12", "7", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (Row("a", 1, 1), 0),
        (Row("a", 0, 1), 1),
        (Row("a", 1, 1, lost=1), 1),
        (Row("a", 1, 1, doubled=1), 1),
    ],
)
def test_a_fault_that_never_happened_or_broke_something_fails_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, row: Row, code: int
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    note(row)
    assert main(tmp_path) == code


def test_a_table_without_rows_fails(tmp_path: Path) -> None:
    assert main(tmp_path) == 1


def test_without_a_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    note(Row("a", 1, 1))
    assert list(tmp_path.iterdir()) == []
