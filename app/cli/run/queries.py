"""Queries for Prometheus that belong to a run: its judge and its mode filled in. PURE.

Feeds the summary; the names are those of cj's and the gateway's metrics.
"""

from collections.abc import Mapping

WINDOW = "5m"


def queries(provider: str | None, model: str | None, batching: str | None) -> Mapping[str, str]:
    """Return six queries by what they answer."""
    judge = _labels(provider=provider, model=model)
    mode = _labels(batching_mode=batching)
    queue = _labels(queue_processing_mode=_queue_mode(batching))
    expired = _labels(provider=provider, queue_processing_mode=_queue_mode(batching))
    return {
        "comparisons taken by the gateway, a second": "sum by (batching_mode) "
        f"(rate(cj_llm_requests_total{mode}[{WINDOW}]))",
        "batches begun": f"sum by (batching_mode) (increase(cj_llm_batches_started_total{mode}[{WINDOW}]))",
        "serial bundles judged, a second": f"sum(rate(llm_provider_serial_bundle_calls_total{judge}[{WINDOW}]))",
        "comparisons in a bundle, 95 %": _quantile("llm_provider_serial_bundle_items_per_call", judge, "le"),
        "seconds in the queue, 95 %": _quantile("llm_provider_queue_wait_time_seconds", queue, "le, result"),
        "comparisons that waited too long": "sum by (expiry_reason) "
        f"(increase(llm_provider_queue_expiry_total{expired}[{WINDOW}]))",
    }


def _quantile(name: str, labels: str, by: str) -> str:
    return f"histogram_quantile(0.95, sum by ({by}) (rate({name}_bucket{labels}[{WINDOW}])))"


def _queue_mode(batching: str | None) -> str | None:
    """Return how the gateway calls a mode of batching."""
    return "batch_api" if batching == "provider_batch_api" else batching


def _labels(**values: str | None) -> str:
    said = ", ".join(f'{name}="{_escaped(value)}"' for name, value in values.items() if value is not None)
    return f"{{{said}}}" if said else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
