"""Where commands ask and with which credential: options, environment, config file."""

from pathlib import Path

import pytest

from app.cli.config_file import place, read
from app.cli.credential import Given, access
from app.errors import InvalidInput

USUAL = "http://127.0.0.1:8300"
TOKEN = "cjr_0123456789abcdef_" + "s" * 49


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": ""}


def config(home: dict[str, str], text: str, mode: int = 0o600) -> Path:
    path = place(home)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_without_anything_the_usual_place_is_asked_without_a_credential(home: dict[str, str]) -> None:
    found = access(Given(), USUAL, home)
    assert (found.url, found.token, found.warnings) == (USUAL, None, ())


def test_options_count_before_the_environment_and_that_before_the_file(
    home: dict[str, str], tmp_path: Path
) -> None:
    config(home, f'url = "https://file"\ntoken = "{TOKEN}"\n')
    assert access(Given(), USUAL, home).url == "https://file"
    named = home | {"CJ_RUNNER_URL": "https://environment", "CJ_RUNNER_TOKEN": "of-environment"}
    found = access(Given(), USUAL, named)
    assert (found.url, found.token) == ("https://environment", "of-environment")
    (tmp_path / "t").write_text("of-file\n")
    (tmp_path / "t").chmod(0o600)
    found = access(Given("https://option", None, str(tmp_path / "t")), USUAL, named)
    assert (found.url, found.token, found.warnings) == ("https://option", "of-file", ())


def test_the_config_file_lies_where_xdg_says(tmp_path: Path) -> None:
    assert place({"XDG_CONFIG_HOME": "/etc/x", "HOME": "/h"}) == Path("/etc/x/cj-runner/config.toml")
    assert place({"XDG_CONFIG_HOME": "not/absolute", "HOME": "/h"}) == Path("/h/.config/cj-runner/config.toml")
    assert read({"HOME": str(tmp_path)}).token is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_config_file_with_a_token_that_others_may_read_is_refused(home: dict[str, str], mode: int) -> None:
    path = config(home, f'token = "{TOKEN}"\n', mode)
    with pytest.raises(InvalidInput, match=f"chmod 600 {path}") as raised:
        access(Given(), USUAL, home)
    assert TOKEN not in raised.value.detail


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("url = ", "is no TOML"),
        ("nonsense = 1", "nonsense is not known there"),
        ("url = 5", "url is not known there"),
        ('token = "a"\ntoken_file = "b"', "not both"),
        ('token = "a b"', "characters that no credential has"),
        ('token_file = "away"', "cannot be read"),
    ],
)
def test_a_config_file_that_makes_no_sense_is_refused_by_name(home: dict[str, str], text: str, said: str) -> None:
    config(home, text)
    with pytest.raises(InvalidInput, match=said):
        access(Given(), USUAL, home)


def test_the_credential_of_the_config_file_goes_to_its_address_only(home: dict[str, str]) -> None:
    config(home, f'url = "https://mine"\ntoken = "{TOKEN}"\n')
    assert access(Given("https://mine/"), USUAL, home).token == TOKEN
    found = access(Given("https://other"), USUAL, home)
    assert found.token is None
    assert "is not sent to https://other" in found.warnings[0]
    assert TOKEN not in found.warnings[0]


def test_a_token_among_the_arguments_is_taken_with_a_warning_that_does_not_show_it(home: dict[str, str]) -> None:
    found = access(Given(token=TOKEN), USUAL, home)
    assert found.token == TOKEN
    assert "--token-file" in found.warnings[0]
    assert TOKEN not in "".join(found.warnings)


def test_a_credential_on_an_open_line_is_warned_of(home: dict[str, str]) -> None:
    named = home | {"CJ_RUNNER_TOKEN": TOKEN}
    assert "unencrypted" in access(Given("http://runner.example"), USUAL, named).warnings[0]
    for quiet in ("https://runner.example", "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"):
        assert access(Given(quiet), USUAL, named).warnings == ()


@pytest.mark.parametrize("url", ["runner", "ftp://runner", "file:///etc/passwd"])
def test_what_is_no_address_of_a_service_is_refused(home: dict[str, str], url: str) -> None:
    with pytest.raises(InvalidInput, match="begins with http"):
        access(Given(url), USUAL, home)


def test_a_token_file_that_others_may_read_is_warned_of(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "t").write_text(TOKEN)
    (tmp_path / "t").chmod(0o644)
    found = access(Given(token_file=str(tmp_path / "t")), USUAL, home)
    assert (found.token, "chmod 600" in found.warnings[0]) == (TOKEN, True)
