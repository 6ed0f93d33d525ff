"""Settings and files of an operator, under fuzz: whatever is set, a role says what is wrong instead of failing."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from app.cli import config_file
from app.contracts.grade_scales import BadGradeScale, GradeScales
from app.errors import AppError, InvalidInput
from app.roles import scales
from app.settings import check
from app.settings.readers import READERS
from app.settings.source import file_names, names_of
from tests.fuzz.parsers import bytes_mutated, json_mutated
from tests.fuzz.parsers.target import Chance, Target, hold

ROLES = tuple(READERS)
NAMES = {
    role: [(names[0], group) for group in READERS[role] for names in names_of(group).values()] for role in ROLES
}
VALUES = (
    *(
        "1",
        "0",
        "-1",
        "0.5",
        "1e400",
        "nan",
        "inf",
        "true",
        "",
        " ",
        "[]",
        "{}",
        "a,b",
        "null",
        "on",
        "off",
        "INFO",
    ),
    *("http://127.0.0.1:9", "https://[::1]/", "postgresql://a:b@h/d", "/nowhere", "10.0.0.0/8", "443,8000-9000"),
    *(
        '[{"a": 1}]',
        '{"a": {"b": 1}}',
        "[[1",
        "9" * 5000,
        "[" * 2000,
        "é",
        "x" * 300,
        "HS256",
        "1_000",
        "+5",
        "0x10",
    ),
)
SECRETS = {name for groups in READERS.values() for group in groups for name in file_names(group)}
SECRET = "correct horse battery staple"
FOLDER = TemporaryDirectory(prefix="cj-runner-fuzz-settings-")


def _make(chance: Chance) -> bytes:
    """Return a role, a group that it reads, and one to four variables of that with values that may be anything."""
    role = chance.choice(ROLES)
    _, group = chance.choice(NAMES[role])
    of_group = [name for name, other in NAMES[role] if other is group]
    names = [chance.choice(of_group) for _ in range(1 + chance.randrange(4))]
    given = {name: SECRET if name in SECRETS and chance.random() < 0.3 else _value(chance) for name in names}
    return json.dumps([role, group.__name__, given]).encode()


def _value(chance: Chance) -> str:
    value: str = chance.choice(VALUES)
    if chance.random() < 0.5:
        value = bytes_mutated.mutated(value.encode(), chance).decode("utf-8", "replace")
    return value.replace("\x00", "")[:20_000]


@contextmanager
def _set(given: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update({name: value for name, value in given.items() if not name.endswith("_FILE")})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _checks(raw: bytes) -> bool:
    role, name, given = json.loads(raw)
    group = next(group for group in READERS[role] if group.__name__ == name)
    with _set(given):
        found = check._problems_of(group)
        if len(raw) % 20 == 0:
            found = check.problems(role)
            check.unknown(os.environ)
    for sentence in found:
        hold(bool(sentence) and SECRET not in sentence, f"a value is shown: {sentence[:80]}")
        sentence.encode()
    return not found


SCALES = json.dumps(
    {"scales": [{"id": "mine", "grades": ["F", "E", "D"], "priors": [0.2, 0.3, 0.5], "below_lowest": "G"}]}
).encode()
TOML = b'[[scales]]\nid = "mine"\ngrades = ["F", "E", "D"]\npriors = [0.2, 0.3, 0.5]\nbelow_lowest = "G"\n'


def _scales(suffix: str, raw: bytes) -> bool:
    path = Path(FOLDER.name) / f"scales{suffix}"
    path.write_bytes(raw)
    try:
        scales.learn_scales(path, GradeScales(()))
    except (BadGradeScale, AppError) as error:
        str(error).encode("utf-8", "replace")
        return False
    return True


CONFIG = b'url = "http://127.0.0.1:8300"\ntoken = "cjr_x"\n'


def _config(raw: bytes) -> bool:
    path = Path(FOLDER.name) / config_file.PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    path.chmod(0o600)
    try:
        config_file.read({"XDG_CONFIG_HOME": FOLDER.name})
    except InvalidInput as error:
        hold("cjr_" not in str(error), "a token is shown")
        return False
    return True


TARGETS = (
    Target("settings", _make, _checks),
    Target("scales-json", partial(json_mutated.mutated, SCALES), partial(_scales, ".json")),
    Target("scales-toml", lambda chance: bytes_mutated.mutated(TOML, chance), partial(_scales, ".toml")),
    Target("config-file", lambda chance: bytes_mutated.mutated(CONFIG, chance), _config),
)
