"""Messages shown without what people wrote."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.redact import plain_headers, plain_key, redacted

ESSAY = "My grandmother taught me to mend nets."
ID = "5d1f0c0a-6f2e-4f6b-9a51-2c8f0f3f7b11"
TEXTS = st.text(min_size=1).filter(lambda text: not text.isascii() or " " in text)
JSON = st.recursive(
    TEXTS | st.integers(-(2**53), 2**53) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(TEXTS, inner, max_size=8),
    max_leaves=30,
)


def test_ids_moments_and_words_of_the_contract_are_shown_and_texts_measured() -> None:
    message = {
        "event_id": ID,
        "event_timestamp": "2026-01-02T03:04:05Z",
        "event_type": "llm.comparison_result.v1",
        "data": {"winner": "Essay A", "confidence": 4.5, "justification": ESSAY, "user_id": "anna"},
    }
    assert redacted(orjson.dumps(message)) == {
        "event_id": ID,
        "event_timestamp": "2026-01-02T03:04:05Z",
        "event_type": "llm.comparison_result.v1",
        "data": {
            "winner": "Essay A",
            "confidence": 4.5,
            "justification": "(38 characters)",
            "user_id": "(4 characters)",
        },
    }


def test_a_text_in_the_place_of_a_name_of_a_field_is_not_shown() -> None:
    assert redacted(orjson.dumps({ESSAY: 1})) == {"(field 1)": 1}


def test_what_is_no_json_is_only_measured() -> None:
    assert redacted(ESSAY.encode()) == "(38 bytes that are no JSON)"


def test_long_lists_and_deep_messages_are_cut() -> None:
    assert redacted(b"[1,2,3,4,5,6,7]") == [1, 2, 3, 4, 5, "(2 more)"]
    assert b"more below" in orjson.dumps(redacted(b"[" * 60 + b"1" + b"]" * 60))


def test_headers_and_keys_are_shown_where_they_are_ids_or_words() -> None:
    headers = {"event_id": ID, "content_type": "application/json", "note": ESSAY, ESSAY: "x"}
    assert plain_headers(headers) == {
        "content_type": "application/json",
        "event_id": ID,
        "note": "(38 characters)",
    }
    assert [plain_key(key) for key in (None, ID.encode(), ESSAY.encode())] == [None, ID, "(38 characters)"]


def texts_of(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in texts_of(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


@given(JSON)
def test_no_sentence_of_any_message_is_shown(message: object) -> None:
    said = {text for text in texts_of(message) if len(text) > 20}
    assert said & set(texts_of(redacted(orjson.dumps(message)))) == set()
