"""The plan of a query, as text; feeds the benchmarks of lists."""

from typing import Any

from sqlalchemy import ClauseElement, Executable, Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class _Explained(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, query: Select[Any], how: str) -> None:
        self.query, self.how = query, how


@compiles(_Explained)
def _explain(element: _Explained, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN {element.how} " + compiler.process(element.query, **options)


async def explained(connection: AsyncConnection, query: Select[Any], how: str = "") -> list[str]:
    """Return the lines of the plan; ``how`` may be ``ANALYZE``."""
    return list((await connection.execute(_Explained(query, how))).scalars())
