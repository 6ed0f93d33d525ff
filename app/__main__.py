"""``python -m app <role>``: starts one process in the given role."""

import asyncio
import importlib
import sys

from app.errors import Misconfigured
from app.settings.check import problems

ROLES = ("api", "worker", "cj", "gateway", "content", "migrate", "grant", "everything")


def main(arguments: list[str]) -> int:
    """Run the role named by the first argument; return the exit code."""
    if arguments[:1] == ["probe"]:
        return _probe(arguments[1:])
    if len(arguments) != 1 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m app {{{'|'.join(ROLES)}}}, or python -m app probe [role]\n")
        return 2
    wrong = problems(arguments[0])
    if wrong:
        sys.stderr.writelines(f"{arguments[0]} does not start: {problem}\n" for problem in wrong)
        return 3
    role = importlib.import_module(f"app.roles.{arguments[0]}")
    try:
        asyncio.run(role.run())
    except Misconfigured as error:
        sys.stderr.write(f"{arguments[0]} does not start: {error.detail}\n")
        return 3
    return 0


def _probe(named: list[str]) -> int:
    from app.roles.probe import probe, role_of_first_process

    wrong = probe(named[0] if named else role_of_first_process())
    if wrong is not None:
        sys.stderr.write(f"{wrong}\n")
    return 0 if wrong is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
