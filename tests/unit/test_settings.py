"""Settings: what sets them, what is said when they are wrong, and the page that lists them."""

from pathlib import Path

import pytest

from app.__main__ import main
from app.cli.settings_page import rendered
from app.settings import AccessSettings, DatabaseSettings, GradeScaleSettings, Neighbours, WebhookSettings
from app.settings.base import Settings
from app.settings.check import problems, unknown
from app.settings.readers import READERS, every_group
from app.settings.source import names_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for group in every_group():
        for names in names_of(group).values():
            for name in names:
                monkeypatch.delenv(name, raising=False)


def test_a_bare_name_that_no_page_lists_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "FILE", "CJ_URL", "TIMEOUT_S", "ACCESS"):
        monkeypatch.setenv(name, "off")
    assert DatabaseSettings() == DatabaseSettings.model_construct(**DatabaseSettings().model_dump())
    assert DatabaseSettings().url.startswith("postgresql+asyncpg://postgres@127.0.0.1")
    assert (GradeScaleSettings().file, Neighbours().timeout_s, AccessSettings().access) == (None, 15.0, None)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_the_usual_addresses_of_a_database_are_understood(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://me@db/x")
    assert DatabaseSettings().url == "postgresql+asyncpg://me@db/x"


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql+asyncpg://me:pass@db/x\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    assert DatabaseSettings().url == "postgresql+asyncpg://me:pass@db/x"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_secret_file_that_holds_nothing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("WEBHOOKS_SECRET_KEY_FILE", str(path))
    with pytest.raises(ValueError, match="WEBHOOKS_SECRET_KEY_FILE: the file"):
        WebhookSettings()


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("JWT_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert problems("cj") == ["JWT_SECRET_KEY and JWT_SECRET_KEY_FILE are both set: set one of them"]


def test_all_that_is_wrong_is_named_at_once_and_no_value_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {
        "DATABASE_URL": "mysql://root:hunter2@db/x",
        "LOG_LEVEL": "hunter2",
        "RUNNER_PORT": "hunter2",
        "RUNNER_API_KEYS": "[hunter2",
        "RUNNER_TRUSTED_PROXIES": "hunter2",
        "KAFKA_TOPIC_PARTITIONS": "0",
        "CJ_SERVICE_URL": "hunter2",
        "WEBHOOKS_LEASE_S": "1",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    assert main(["api"]) == 3
    told = capsys.readouterr().err
    assert [name for name in wrong if name not in told] == []
    assert "hunter2" not in told.replace("'hunter2' does not appear to be", "")


def test_the_message_of_a_wrong_network_may_quote_it_since_it_is_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RUNNER_TRUSTED_PROXIES", "10.0.0.0/99")
    assert problems("api") == [
        "RUNNER_TRUSTED_PROXIES: '10.0.0.0/99' does not appear to be an IPv4 or IPv6 network"
    ]


def test_a_role_is_not_stopped_by_settings_that_it_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_PORT", "x")
    assert problems("gateway") == []
    assert len(problems("worker")) == 1


def test_a_misspelled_variable_is_noticed() -> None:
    given = {"RUNNER_PROT": "1", "RUNNER_PORT": "1", "JWT_SECRET_KEY_FILE": "x", "RUNNER_JWT_SECRET_FILE": "x"}
    assert unknown(given) == ["RUNNER_PROT"]


def test_every_group_has_a_reader_and_every_setting_a_meaning() -> None:
    defined = {group for group in _below(Settings) if group.__module__.startswith("app.settings")}
    without_reader = {group.__name__ for group in defined - set(every_group())}
    assert without_reader <= {"HttpSettings"}
    assert set(READERS) == {"api", "worker", "cj", "gateway", "content", "migrate", "grant"}
    assert [line for line in rendered().splitlines() if line.endswith("|  |")] == []


def _below(group: type[Settings]) -> set[type[Settings]]:
    return {found for child in group.__subclasses__() for found in {child, *_below(child)}}


def test_the_page_of_settings_names_every_variable() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    names = {name for group in every_group() for each in names_of(group).values() for name in each}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
