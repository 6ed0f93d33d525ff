"""The map of the house: one line a package, in the order in which a run walks.

==============  ================================================================
``__main__``    ``python -m app <role>``: starts one process
``cli``         ``cj-runner``: thin client over the REST API, and local tools
``roles``       who runs: one small file a process; only here are concrete parts chosen
``runner``      the service: who may call, accepts runs, prepares, publishes, collects, finishes, revises,
                reports, compares, tries matrices of runs, hands out results and files, tells webhooks, shows pages
``cj``          the engine: intake, waves of pairs by policy, stopping, scores, grades, admin and batch API
``gateway``     the LLM gateway: queue, modes, judges (Anthropic, OpenAI, ..., mock, replay), money, verdicts out
``content``     the content store: text in, storage id out
``scoring``     PURE statistics: Bradley-Terry, standard errors, agreement, misfit, grade bands
``messaging``   outbox, inbox, relay loop, consume loop, dead letters, the Kafka door
``edge``        HTTP edges that services share: the front (limits, headers, rates), problems, tokens, client
``contracts``   wire shapes: envelope, topics, events, HTTP bodies, the artefact document
``db``          engine, the one place that commits, listening, migrations, logins and their rights
``telemetry``   logs, metrics, traces, the context that every line carries, names that travel between services
``settings``    setting groups, read once at the start of a role
``errors``      the family of expected errors
``faults``      faults on purpose, for tests: named points where a process dies, stops, waits or fails
==============  ================================================================

Arrows: ``cli | __main__`` -> ``roles`` -> ``runner | cj | gateway | content`` (never each
other) -> ``scoring | messaging | edge`` -> ``db | contracts | telemetry`` -> ``settings | errors`` -> ``faults``.
"""

__version__ = "0.1.0"
