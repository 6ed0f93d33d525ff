from typing import Literal

GetRunAgreementFormat = Literal["csv", "html", "json", "md"]

GET_RUN_AGREEMENT_FORMAT_VALUES: set[GetRunAgreementFormat] = {
    "csv",
    "html",
    "json",
    "md",
}


def check_get_run_agreement_format(value: str) -> GetRunAgreementFormat:
    if value in GET_RUN_AGREEMENT_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {GET_RUN_AGREEMENT_FORMAT_VALUES!r}"
    )
