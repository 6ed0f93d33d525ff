"""Grade scales of the installation: read from their file when a role starts, before it accepts anything."""

import json
import tomllib
from pathlib import Path

from app.contracts.grade_scales import SCALES, BadGradeScale, GradeScales, read_scales


def learn_scales(file: Path | None, scales: GradeScales = SCALES) -> None:
    """Add the scales of a TOML or JSON file to ``scales``; without a file do nothing.

    Raises ``BadGradeScale``, naming the file and the field, so that a role with a broken file does not start.
    """
    if file is None:
        return
    try:
        text = file.read_text(encoding="utf-8-sig")
        document = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadGradeScale.at("GRADE_SCALES_FILE", f"{file} cannot be read: {reason}") from error
    try:
        scales.learn(read_scales(document))
    except BadGradeScale as error:
        raise BadGradeScale(f"GRADE_SCALES_FILE {file}: {error.detail}", problems=error.problems) from error
