"""Where the runner answers and what credential it is sent: options, environment, config file, in this order.

Fed by ``asking``; feeds the runner's client. A credential is never printed, and that of the config file goes to
the address of the config file only.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from app.cli.config_file import OTHERS, Config, read
from app.errors import InvalidInput

URL, TOKEN, TOKEN_FILE = "CJ_RUNNER_URL", "CJ_RUNNER_TOKEN", "CJ_RUNNER_TOKEN_FILE"
WHAT_TO_DO = {
    401: f"set {TOKEN} (or {TOKEN_FILE}, or --token-file) to an API key or token of this service; "
    "its operator makes one with 'cj-runner api-keys create'",
    403: "the credential may not do this: ask for one with the scope",
    404: "check the id (cj-runner runs list, packages list); what belongs to another organisation looks the same",
    429: "too much was asked for at once: wait a moment and try again",
}
"""What a caller does about a refusal, by its HTTP status."""


@dataclass(frozen=True)
class Given:
    """What the command line says; None where it says nothing."""

    url: str | None = None
    token: str | None = None
    token_file: str | None = None


@dataclass(frozen=True)
class Access:
    """Where to ask and with which credential; ``warnings`` are for people."""

    url: str
    token: str | None
    warnings: tuple[str, ...] = ()


def access(given: Given, usual_url: str, environment: Mapping[str, str] = os.environ) -> Access:
    """Return where to ask, and with what; raises ``InvalidInput`` for what contradicts itself or is unreadable."""
    config = read(environment)
    url = given.url or environment.get(URL) or config.url or usual_url
    if not url.lower().startswith(("http://", "https://")):
        raise InvalidInput(f"{url} is no address of a service: it begins with http:// or https://")
    if given.token and given.token_file:
        raise InvalidInput("give --token-file or --token, not both")
    warnings: list[str] = []
    if given.token:
        warnings.append(
            "a token among the arguments is seen by other users of this machine and stays in the shell's history: "
            f"use --token-file or {TOKEN}"
        )
        token = _checked(given.token, "--token")
    elif given.token_file:
        token = _of_file(given.token_file, "--token-file", warnings)
    else:
        token = runner_token(environment) or _of_config(config, url, warnings)
    if token is not None and _is_open_line(url):
        warnings.append(f"the credential goes to {url} unencrypted: use https")
    return Access(url, token, tuple(warnings))


def runner_token(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the credential for the runner that the environment names; raises ``InvalidInput``."""
    given, file = environment.get(TOKEN), environment.get(TOKEN_FILE)
    if given and file:
        raise InvalidInput(f"set {TOKEN} or {TOKEN_FILE}, not both")
    return _of_file(file, TOKEN_FILE, []) if file else _checked(given or "", TOKEN)


def _of_config(config: Config, url: str, warnings: list[str]) -> str | None:
    if config.token is None and config.token_file is None:
        return None
    if config.url is not None and config.url.rstrip("/") != url.rstrip("/"):
        warnings.append(f"the credential of {config.path} belongs to {config.url} and is not sent to {url}")
        return None
    if config.token_file is not None:
        return _of_file(str(config.path.parent / Path(config.token_file).expanduser()), "token_file", warnings)
    return _checked(config.token or "", f"token in {config.path}")


def _of_file(file: str, name: str, warnings: list[str]) -> str | None:
    path = Path(file)
    try:
        token, mode = path.read_text(encoding="utf-8"), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{name} names a file that cannot be read ({type(error).__name__}): {path}") from error
    if mode & OTHERS and not path.is_relative_to("/run/secrets"):
        warnings.append(f"{path} may be read by others: chmod 600 {path}")
    return _checked(token, name)


def _checked(text: str, name: str) -> str | None:
    token = text.strip()
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise InvalidInput(f"{name} holds characters that no credential has")
    return token or None


def _is_open_line(url: str) -> bool:
    """Return whether what is sent there can be read on the way."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    return parts.scheme == "http" and not here
