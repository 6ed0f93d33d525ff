"""The demo's input: builds the two asset packages from the folders under ``data/``. PURE but for reading."""

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

LEGACY_SCALE = ("A", "B", "C+", "C-", "D+", "D-", "E+", "E-", "F+")
"""Best to worst, as the recorded corpus is banded."""

RECORDED_TASK = """# School uniform: is it a good idea?

Write a short argument that says whether pupils should wear a school uniform. Give reasons.
"""


@dataclass(frozen=True)
class RecordedTopic:
    """One topic of the recorded corpus: texts with the corpus's own ranking (lower is better)."""

    name: str
    texts: dict[str, str]
    gold_rank: dict[str, float]


def read_topic(folder: Path) -> RecordedTopic:
    """Read ``texts.csv`` of a topic."""
    with (folder / "texts.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return RecordedTopic(
        folder.name,
        {row["id"]: row["text"] for row in rows},
        {row["id"]: float(row["gold_rank"]) for row in rows},
    )


def bands(topic: RecordedTopic) -> dict[str, str]:
    """Return a grade for each text: nine bands of nearly equal size along the gold ranking."""
    ordered = sorted(topic.gold_rank, key=lambda text_id: (topic.gold_rank[text_id], text_id))
    return {
        text_id: LEGACY_SCALE[place * len(LEGACY_SCALE) // len(ordered)] for place, text_id in enumerate(ordered)
    }


def recorded_archive(topic: RecordedTopic) -> bytes:
    """Return the topic as a zip in the layout of an asset package; all texts are anchors."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["ANCHOR-ID", "FILE-NAME", "GRADE"])
    for text_id, grade in bands(topic).items():
        writer.writerow([text_id, f"{text_id}.txt", grade])
    files = {
        "eng5_np_vt_2017_essay_instruction.md": RECORDED_TASK,
        "ANCHOR_ESSAYS_BAYESIAN_INFERENCE_DATA.csv": table.getvalue(),
    } | {f"anchor_essays/{text_id}.txt": text for text_id, text in topic.texts.items()}
    return archive_of({name: body.encode() for name, body in files.items()})


def folder_archive(folder: Path) -> bytes:
    """Return all files below ``folder`` as a zip."""
    return archive_of(
        {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    )


def archive_of(files: dict[str, bytes]) -> bytes:
    """Return files by path as a zip that is the same each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), body)
    return buffer.getvalue()
