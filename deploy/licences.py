"""Writes docs/licences.md from what is installed (`make licences`); with --check, compares it with the lock.

Fed on standard input by pip-licenses as JSON. A licence that is not in ``ALLOWED`` fails: whoever adds a
dependency decides with eyes open.
"""

import json
import re
import sys
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[1]
LOCK, PAGE = ROOT / "deploy" / "requirements.lock", ROOT / "docs" / "licences.md"
LINUX = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "python_version": "3.11",
    "python_full_version": "3.11.9",
    "os_name": "posix",
}
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
    "Zlib",
}
SPELT = {
    "Apache 2": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What packages wrote before SPDX names were asked of them."""
READ_BY_HAND = {"jinja2": "BSD-3-Clause", "scipy": "BSD-3-Clause"}
"""Packages whose own words name no single licence; the texts that they bring do."""
HEAD = """# Licences

What the image is made of, by `deploy/requirements.lock`, and under which licence each package says it comes.
`make licences` writes this page and fails on a licence that is not allowed; `make check` fails when page and lock
differ.
Allowed: {allowed}. MPL-2.0 asks that changes to its own files are published; we change none.

`make sbom` writes the same list with hashes as CycloneDX JSON to `var/sbom.json`.

| package | version | licence |
|---|---|---|
"""
ELSEWHERE = "\nOn other systems or with another Python only, not in the image: {names}.\n"
LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)( ; .+?)?(?: \\)?$", re.MULTILINE)


def plain(name: str) -> str:
    """Return a package's name as indices write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> tuple[dict[str, str], list[str]]:
    """Return version by package of those that Linux gets, and the names of the others."""
    found = LINE.findall(LOCK.read_text())
    here = {plain(name): version for name, version, marker in found if _is_for_linux(marker)}
    return here, sorted({plain(name) for name, _, _ in found} - set(here))


def _is_for_linux(marker: str) -> bool:
    return not marker or Marker(marker.removeprefix(" ; ")).evaluate(LINUX)


def licence_of(name: str, told: dict[str, str]) -> str:
    """Return what a package says of its licence, as SPDX has it where we know the spelling."""
    words = (told.get(key, "UNKNOWN") for key in ("License-Expression", "License-Metadata", "License-Classifier"))
    said = next((word for word in words if word != "UNKNOWN" and "\n" not in word), "UNKNOWN")
    return READ_BY_HAND.get(name) or SPELT.get(said, said)


def names_in(expression: str) -> set[str]:
    """Return the licences that an expression names; of alternatives all have to be allowed."""
    return set(re.split(r" AND | OR |[()]", expression)) - {"", " "}


def rendered(told: dict[str, dict[str, str]]) -> str:
    """Return the page; ends the program with the names of packages whose licence is not allowed."""
    versions, elsewhere = locked()
    licences = {name: licence_of(name, told.get(name, {})) for name in versions}
    wrong = [f"{name}: {found}" for name, found in licences.items() if not names_in(found) <= ALLOWED]
    if wrong:
        sys.exit("not allowed, see ALLOWED in deploy/licences.py:\n" + "\n".join(wrong))
    rows = [f"| {name} | {versions[name]} | {found} |\n" for name, found in sorted(licences.items())]
    return (
        HEAD.format(allowed=", ".join(sorted(ALLOWED)))
        + "".join(rows)
        + ELSEWHERE.format(names=", ".join(elsewhere))
    )


def is_fresh() -> bool:
    """Return whether the page names what the lock names, each with an allowed licence."""
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\S+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    listed = {name: version for name, version, _ in rows if name != "package"}
    return listed == locked()[0] and all(
        names_in(found) <= ALLOWED for name, _, found in rows if name != "package"
    )


def main() -> None:
    """Write the page, or check it."""
    if sys.argv[1:] == ["--check"]:
        if not is_fresh():
            sys.exit("docs/licences.md does not fit deploy/requirements.lock: run 'make licences'")
        return
    PAGE.write_text(rendered({plain(entry["Name"]): entry for entry in json.load(sys.stdin)}))


if __name__ == "__main__":
    main()
