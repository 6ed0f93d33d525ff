from typing import Literal

EssayResultConfidenceLabel = Literal["HIGH", "LOW", "MID"]

ESSAY_RESULT_CONFIDENCE_LABEL_VALUES: set[EssayResultConfidenceLabel] = {
    "HIGH",
    "LOW",
    "MID",
}


def check_essay_result_confidence_label(value: str) -> EssayResultConfidenceLabel:
    if value in ESSAY_RESULT_CONFIDENCE_LABEL_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ESSAY_RESULT_CONFIDENCE_LABEL_VALUES!r}"
    )
