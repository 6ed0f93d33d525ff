"""Where cj and its database answer, as named, else as the environment says, else the running stack's; its scales.

Fed by options and the environment; feeds the commands that look into cj.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.cli.client_http import ApiClient
from app.edge.tokens import service_token
from app.errors import InvalidInput
from app.roles.scales import learn_scales
from app.roles.stack import Plan
from app.settings import AuthSettings, DatabaseSettings, GradeScaleSettings, Neighbours

RUNNER_URL = "http://127.0.0.1:8300"


def runner(data_dir: Path) -> str:
    """Return where the runner's API answers: that of a running stack, else at the usual place."""
    plan = Plan.read(data_dir)
    return RUNNER_URL if plan is None else plan.url("api")


def cj(url: str | None, data_dir: Path) -> ApiClient:
    """Return a client of cj's admin API with a token; raises ``Misconfigured`` without any credential."""
    plan = Plan.read(data_dir)
    auth = AuthSettings()
    if url is None and "CJ_SERVICE_URL" not in os.environ and plan is not None:
        url = plan.url("cj")
    if auth.admin_token is None and auth.jwt_secret_key is None and plan is not None:
        secret = (Path(plan.data_dir) / "jwt_secret").read_text()
        auth = auth.model_copy(update={"jwt_secret_key": SecretStr(secret)})
    return ApiClient(url or Neighbours().cj_url, token=service_token(auth, "cj-runner-cli"))


def database(data_dir: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Return the URL of the database that cj's tables are in, for our driver; raises ``InvalidInput``."""
    plan = Plan.read(data_dir)
    if "DATABASE_URL" not in environment and plan is not None:
        return plan.database_url
    try:
        url = DatabaseSettings().url
        make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InvalidInput(
            "DATABASE_URL is no address of a Postgres database (postgresql://user@host/name)"
        ) from error
    return url


def learn_own_scales() -> None:
    """Know the grade scales of ``GRADE_SCALES_FILE``, as cj does; raises ``BadGradeScale`` naming the field."""
    learn_scales(GradeScaleSettings().file)
