"""The credential that commands send to the runner: from the environment, or from a file that it names."""

import os
from collections.abc import Mapping
from pathlib import Path

from app.errors import InvalidInput

TOKEN, TOKEN_FILE = "CJ_RUNNER_TOKEN", "CJ_RUNNER_TOKEN_FILE"
WHAT_TO_DO = {
    401: f"set {TOKEN} (or {TOKEN_FILE}) to an API key or token of this service; "
    "its operator makes one with 'cj-runner api-keys create'",
    403: f"the credential in {TOKEN} may not do this: ask for one with the scope",
}
"""What a caller does about a refusal, by its HTTP status."""


def runner_token(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the credential for the runner that the environment names; raises ``InvalidInput``."""
    given, file = environment.get(TOKEN), environment.get(TOKEN_FILE)
    if given and file:
        raise InvalidInput(f"set {TOKEN} or {TOKEN_FILE}, not both")
    try:
        token = (Path(file).read_text(encoding="utf-8") if file else given or "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{TOKEN_FILE} names a file that cannot be read ({type(error).__name__})") from error
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise InvalidInput(f"{TOKEN_FILE if file else TOKEN} holds characters that no credential has")
    return token or None
