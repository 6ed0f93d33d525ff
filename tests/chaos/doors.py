"""Where the servers behind a proxy are, and how clients are told to come by it."""

from sqlalchemy.engine import make_url

from tests.chaos.proxy import Proxy, Target


def database_target(database_url: str) -> Target:
    """Return where a database listens: its Unix socket, or host and port."""
    url = make_url(database_url)
    folder = url.query.get("host")
    return f"{folder}/.s.PGSQL.5432" if folder else (url.host or "127.0.0.1", url.port or 5432)


def database_through(database_url: str, proxy: Proxy) -> str:
    """Return the URL of the same database behind ``proxy``."""
    url = make_url(database_url).set(host="127.0.0.1", port=proxy.port, query={})
    return url.render_as_string(hide_password=False)


def target(address: str) -> Target:
    """Return ``host:port``, with or without ``http://`` before it, as a target."""
    host, port = address.rsplit("/", 1)[-1].split(":")
    return host, int(port)
