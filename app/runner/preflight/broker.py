"""The probe of the broker: it answers, and has the topics that runs travel by. Feeds ``check``."""

from app.contracts.topics import ALL
from app.messaging.kafka import missing_topics
from app.runner.preflight.check import Finding, Probe
from app.settings import KafkaSettings


def broker(settings: KafkaSettings) -> Probe:
    """Return the probe."""

    async def look() -> Finding:
        missing = await missing_topics(settings, ALL)
        if missing:
            return Finding(
                ok=False,
                detail=f"{len(missing)} of {len(ALL)} topics are missing: {', '.join(missing)}",
                what_to_do="start the worker, which creates topics, or create them by hand",
            )
        return Finding(ok=True, detail=f"the broker answers and has all {len(ALL)} topics")

    return Probe("broker", look, "start the broker, or correct KAFKA_BOOTSTRAP_SERVERS")
