"""The file in which a user keeps address and credential of the runner: read by ``access``, written by people.

``$XDG_CONFIG_HOME/cj-runner/config.toml``, else ``~/.config/cj-runner/config.toml``; keys ``url``, ``token``,
``token_file``.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import InvalidInput

PLACE = Path("cj-runner") / "config.toml"
KEYS = ("url", "token", "token_file")
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Config:
    """What the file says; all None where there is none."""

    path: Path
    url: str | None = None
    token: str | None = None
    token_file: str | None = None


def place(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the file lies, whether or not it is there."""
    base = environment.get("XDG_CONFIG_HOME", "")
    home = environment.get("HOME", "")
    root = Path(base) if base.startswith("/") else Path(home or "~").expanduser() / ".config"
    return root / PLACE


def read(environment: Mapping[str, str] = os.environ) -> Config:
    """Return what the file says; raises ``InvalidInput`` for one that others may read, or that is no such file."""
    path = place(environment)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            found = tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return Config(path)
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or 'it is no TOML: write for example url = "http://127.0.0.1:8300"'
        raise InvalidInput(f"{path} cannot be read: {why}") from error
    strange = [name for name in found if name not in KEYS or not isinstance(found[name], str)]
    if strange:
        raise InvalidInput(f"{path}: {strange[0]} is not known there; known are texts named {', '.join(KEYS)}")
    if "token" in found and mode & OTHERS:
        raise InvalidInput(f"{path} holds a token and may be read by others: chmod 600 {path}")
    if "token" in found and "token_file" in found:
        raise InvalidInput(f"{path}: give token or token_file, not both")
    return Config(path, **found)
