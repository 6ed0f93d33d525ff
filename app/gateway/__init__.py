"""The LLM gateway: keeps requests in a durable queue, judges them, sends one callback for each."""
