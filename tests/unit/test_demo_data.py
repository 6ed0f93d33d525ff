"""The data that is shipped: what the demo needs is there, as its notices say."""

from app.cli import demo_data
from app.roles.stack import ROOT
from app.runner.assets.inventory import take_stock
from app.runner.assets.unpack import Limits, from_zip

LIMITS = Limits(100, 10**6, 10**8)
GRADES = ["F+", "F+", "E-", "E+", "D-", "D+", "C-", "C+", "B", "B", "A", "A"]


def test_the_demo_set_has_twelve_graded_anchors_and_ten_students_of_150_to_350_words() -> None:
    archive = demo_data.folder_archive(ROOT / "data" / "eng5-demo")
    stock = take_stock(from_zip(archive, LIMITS), min_text_characters=100)
    anchors, students = stock.of_kind("anchor"), stock.of_kind("student")
    assert [file.grade for file in anchors] == GRADES
    assert len(students) == 10
    assert [len(stock.of_kind(kind)) for kind in ("instructions", "rubric", "grades")] == [1, 1, 1]
    words = {file.name: len((file.text or "").split()) for file in [*anchors, *students]}
    assert {name: count for name, count in words.items() if not 150 <= count <= 350} == {}


def test_the_recorded_topics_are_whole_and_come_with_their_notice() -> None:
    for name in ("school-uniform-good", "tv-better-than-books"):
        topic = demo_data.read_topic(ROOT / "data" / "recorded-judgements" / name)
        assert len(topic.texts) == len(topic.gold_rank) == 35
        assert set(demo_data.bands(topic).values()) == set(demo_data.LEGACY_SCALE)
    notice = (ROOT / "data" / "recorded-judgements" / "NOTICE.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in notice


def test_the_best_of_the_recorded_texts_are_banded_highest() -> None:
    topic = demo_data.read_topic(ROOT / "data" / "recorded-judgements" / "school-uniform-good")
    bands = demo_data.bands(topic)
    assert bands[min(topic.gold_rank, key=lambda name: topic.gold_rank[name])] == "A"
    assert bands[max(topic.gold_rank, key=lambda name: topic.gold_rank[name])] == "F+"
