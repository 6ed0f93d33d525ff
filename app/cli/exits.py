"""How every command ends: the code that scripts read. Fed by ``root`` and the commands; feeds the shell.

The one place where codes are decided; docs/cli.md shows this table, and a test compares the two.
"""

from enum import IntEnum

from app.errors import AppError, Misconfigured


class Exit(IntEnum):
    """What a code means."""

    DONE = 0
    NO = 1
    USAGE = 2
    REFUSED = 3
    FAILED = 4
    PARTIAL = 5
    TIMED_OUT = 6
    UNREACHABLE = 7
    INTERRUPTED = 130
    UNREAD = 141


MEANING = {
    Exit.DONE: "done; of a run that was waited for: it completed",
    Exit.NO: "the answer is no (`verify`, `prompts diff`, `--check`), or a mistake in the program itself",
    Exit.USAGE: "usage: an option is missing, unknown, or has a value that it cannot have; nothing was sent",
    Exit.REFUSED: "refused: it breaks a rule, is not there, or is not yours to have; nothing was changed",
    Exit.FAILED: "the run failed; of `preflight`: runs would",
    Exit.PARTIAL: "the run ended with less than was asked for: `completed_partial`, or `cancelled`",
    Exit.TIMED_OUT: "the run timed out, or did not end within `--completion-timeout`",
    Exit.UNREACHABLE: "a service or database does not answer, or not as it should: try again later",
    Exit.INTERRUPTED: "you pressed Ctrl-C; a run that was started goes on",
    Exit.UNREAD: "nobody reads the output any more, as after `head -1`",
}
BY_STATUS = {
    "failed": Exit.FAILED,
    "completed_partial": Exit.PARTIAL,
    "cancelled": Exit.PARTIAL,
    "timed_out": Exit.TIMED_OUT,
}
"""By the state in which a run ended."""
CALM_DOWN, SERVER_ERRORS = 429, 500


def of_error(error: AppError) -> Exit:
    """Return how a command ends that an expected error stopped: by whether others must act, or the caller."""
    if isinstance(error, Misconfigured):
        return Exit.REFUSED
    away = error.status >= SERVER_ERRORS or error.status == CALM_DOWN
    return Exit.UNREACHABLE if away else Exit.REFUSED


def of_run(status: str) -> Exit:
    """Return how a command ends that waited for a run, by the run's state."""
    return BY_STATUS.get(status, Exit.DONE)
