"""Messages in and out without loss: outbox, relay, consume loop, inbox, dead letters, the Kafka door."""
