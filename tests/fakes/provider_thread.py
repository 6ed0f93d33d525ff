"""The fake of all providers in a thread, for tests of whole systems."""

from collections.abc import Iterator
from contextlib import contextmanager

from anyio.from_thread import start_blocking_portal

from tests.fakes.provider_server import KEYS, PROVIDERS, FakeProviders


@contextmanager
def providing() -> Iterator[FakeProviders]:
    """Serve on a free port of the loopback address."""
    fake = FakeProviders()
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(fake):
        yield fake


def addresses(fake: FakeProviders) -> dict[str, str]:
    """Return the variables by which a gateway asks the fake, with keys that it takes."""
    found = {f"LLM_PROVIDER_SERVICE_{name.upper()}_BASE_URL": fake.base_url(name) for name in PROVIDERS}
    return found | {f"{name.upper()}_API_KEY": KEYS[name] for name in PROVIDERS if name != "local"}
