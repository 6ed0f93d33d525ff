"""``python -m app <role>``: starts one process in the given role."""

import asyncio
import importlib
import sys

from app.errors import Misconfigured
from app.settings.check import problems

ROLES = ("api", "worker", "cj", "gateway", "content", "migrate", "everything")


def main(arguments: list[str]) -> int:
    """Run the role named by the first argument; return the exit code."""
    if len(arguments) != 1 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m app {{{'|'.join(ROLES)}}}\n")
        return 2
    wrong = problems(arguments[0])
    if wrong:
        listed = "".join(f"\n  {problem}" for problem in wrong)
        sys.stderr.write(f"{arguments[0]} does not start, its settings are wrong:{listed}\n")
        return 3
    role = importlib.import_module(f"app.roles.{arguments[0]}")
    try:
        asyncio.run(role.run())
    except Misconfigured as error:
        sys.stderr.write(f"{arguments[0]} does not start: {error.detail}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
