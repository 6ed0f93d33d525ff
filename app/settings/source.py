"""Where settings come from: variables of the environment under their documented names, secrets also from files.

Feeds every setting group. A name that stands nowhere in the docs (such as a bare ``URL``) sets nothing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

FROM_FILE = "_FILE"
ALSO_FROM_FILE = frozenset({"DATABASE_URL"})


def names_of(group: type[BaseSettings]) -> dict[str, tuple[str, ...]]:
    """Return for each field of ``group`` the variables that set it, the one that wins first."""
    prefix = str(group.model_config.get("env_prefix", ""))
    return {
        field: _names(prefix, field, info)
        for field, info in group.model_fields.items()
        if not (isinstance(info.annotation, type) and issubclass(info.annotation, BaseSettings))
    }


def _names(prefix: str, field: str, info: FieldInfo) -> tuple[str, ...]:
    if isinstance(info.validation_alias, AliasChoices):
        return tuple(name for name in info.validation_alias.choices if isinstance(name, str) and name.isupper())
    return (f"{prefix}{field}".upper(),)


def is_secret(info: FieldInfo) -> bool:
    """Return whether a field holds a secret."""
    return SecretStr in (info.annotation, *get_args(info.annotation))


def file_names(group: type[BaseSettings]) -> tuple[str, ...]:
    """Return the variables of ``group`` that may also be given as the path of a file (``NAME_FILE``).

    A group that has a field of that name reads it by itself.
    """
    fields = names_of(group)
    own = {name for names in fields.values() for name in names}
    wanted = [
        name
        for field, names in fields.items()
        for name in names
        if is_secret(group.model_fields[field]) or name in ALSO_FROM_FILE
    ]
    return tuple(name for name in wanted if name + FROM_FILE not in own)


class Environment(EnvSettingsSource):
    """The variables of the environment that a group documents, and the files that ``NAME_FILE`` names."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        given = super()._load_env_vars()
        known = {name.lower() for names in names_of(self.settings_cls).values() for name in names}
        read = {name: value for name, value in given.items() if name.lower() in known}
        for name in file_names(self.settings_cls):
            path = given.get((name + FROM_FILE).lower())
            if path:
                read[name.lower()] = _content(name, path, read.get(name.lower()))
        return read


def _content(name: str, path: str, beside: str | None) -> str:
    """Return what the file holds, without the line break at its end; raises ``ValueError`` with the way out."""
    if beside:
        raise ValueError(f"{name} and {name}{FROM_FILE} are both set: set one of them")
    try:
        content = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}{FROM_FILE}: the file cannot be read ({type(error).__name__})") from error
    if not content:
        raise ValueError(f"{name}{FROM_FILE}: the file is empty")
    return content
