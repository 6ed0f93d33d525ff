"""What the engine's steps are given: chosen in ``app/roles/cj.py``, handed to every step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.cj.gateway_http import Gateway
from app.db.unit import Database
from app.edge.content_http import ContentStore
from app.settings import CJSettings


@dataclass(frozen=True)
class Parts:
    """The engine's doors to the world; ``system_prompt`` is the default for batches that bring none."""

    database: Database
    content: ContentStore
    gateway: Gateway
    settings: CJSettings
    system_prompt: str
    clock: Callable[[], datetime]
