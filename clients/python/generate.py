"""Makes the typed client of the runner's API anew from ``openapi.json``, or says that it is stale.

Fed by ``make client`` and ``make check``; the generator and its version stand in the lock file, so that the same
document gives the same files.
"""

import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[1] / "openapi.json"
PACKAGE = "cj_runner_client"
IGNORED = {"__pycache__", ".ruff_cache", ".mypy_cache"}
BYTES = "application/octet-stream"
KNOWN = ("text/", "application/json", "multipart/form-data", "application/x-www-form-urlencoded", BYTES)
"""Media types that the generator can read; one that ends in ``+json`` as well. All others are bytes."""


def configuration(document: str) -> dict[str, object]:
    """Return how the generator is to work on this document."""
    bodies = [
        (kind, media.get("schema", {}))
        for methods in json.loads(document)["paths"].values()
        for operation in methods.values()
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
        for kind, media in part.get("content", {}).items()
    ]
    unread = {kind for kind, _ in bodies if not kind.startswith(KNOWN) and not kind.endswith("+json")}
    binary = {kind for kind, schema in bodies if schema.get("format") == "binary" and kind.startswith("text/")}
    return {
        "package_name_override": PACKAGE,
        "literal_enums": True,
        "content_type_overrides": dict.fromkeys(sorted((unread | binary) - {BYTES}), BYTES),
        "post_hooks": [
            "ruff check . --isolated --fix --quiet --select=I,F401",
            "ruff format . --isolated --quiet",
        ],
    }


def generate(where: Path) -> Path:
    """Write the package below ``where``; a warning of the generator is an error, since it leaves a piece out."""
    target, settings, binaries = where / PACKAGE, where / "settings.json", Path(sys.executable).parent
    settings.write_text(json.dumps(configuration(DOCUMENT.read_text(encoding="utf-8"))))
    done = subprocess.run(
        [
            *(str(binaries / "openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", str(DOCUMENT), "--config", str(settings), "--output-path", str(target), "--overwrite"),
        ],
        check=False,
        cwd=where,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"},
    )
    if done.returncode:
        sys.exit(f"the client cannot be generated from openapi.json:\n{done.stdout}{done.stderr}")
    (target / "py.typed").touch()
    return target


def differences(made: Path, kept: Path) -> list[str]:
    """Return the files that are not the same in both folders."""
    files = {
        path.relative_to(folder)
        for folder in (made, kept)
        for path in folder.rglob("*")
        if path.is_file() and not IGNORED & set(path.parts)
    }
    return [
        str(name)
        for name in sorted(files)
        if not (made / name).is_file()
        or not (kept / name).is_file()
        or not filecmp.cmp(made / name, kept / name, shallow=False)
    ]


def main(arguments: list[str]) -> int:
    """Generate and compare; without ``--check`` replace what is kept. Return the exit code."""
    kept = HERE / PACKAGE
    with tempfile.TemporaryDirectory() as folder:
        made = generate(Path(folder))
        different = differences(made, kept)
        if "--check" in arguments:
            if different:
                shown = ", ".join(different[:5])
                print(f"the client is stale ({len(different)} files: {shown}): run 'make client'", file=sys.stderr)
            return 1 if different else 0
        if different:
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(made, kept, ignore=shutil.ignore_patterns(*IGNORED))
    print(f"{PACKAGE}: {len(different)} files changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
