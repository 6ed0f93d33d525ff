-- Damage done to what a system left behind, for each rule of rules.sql: the line before a statement names the rule.
-- :run is one of two runs of the same inputs, whose batch is 1 or 2.

-- a run ends
UPDATE runner.runs SET status = 'running' WHERE id = :run

-- a final state is final
INSERT INTO runner.run_events SELECT run_id, number + 1, 'run.failed', at,
'{"from": "completed", "to": "failed"}' FROM runner.run_events WHERE run_id = :run
ORDER BY number DESC LIMIT 1

-- a state is the one that the events lead to
UPDATE runner.runs SET status='failed' WHERE id = :run

-- a run moves along the table of moves
UPDATE runner.run_events SET data = '{"from": "running", "to": "preparing"}' WHERE run_id = :run AND type = 'run.running'

-- event numbers have no gap
DELETE FROM runner.run_events WHERE run_id = :run AND number = 2

-- progress adds up
UPDATE runner.runs SET comparisons_received = 13 WHERE id = :run

-- a run that completed has an artefact, or a plan
DELETE FROM runner.run_files WHERE kind = 'plan'

-- a batch ends
UPDATE cj.batches SET status = 'sending' WHERE id = 1

-- a completed run has a batch
UPDATE cj.batches SET bos_batch_id = 'of others' WHERE id = 1

-- a comparison of an ended batch is closed
UPDATE cj.comparisons SET state = 'sent' WHERE number = 4

-- what the gateway took ends with a callback
UPDATE gateway.requests SET state = 'processing' WHERE seq = (SELECT min(seq) FROM gateway.requests)

-- a paid verdict reaches cj
UPDATE cj.comparisons SET state='given_up', answered_at=NULL WHERE number=4

-- a paid verdict reaches the runner
DELETE FROM runner.comparisons WHERE run_id = :run AND sequence = 3

-- the runner counts a comparison once
INSERT INTO runner.comparisons
SELECT (jsonb_populate_record(k, jsonb_build_object('request_id', 'again', 'sequence', 99))).*
FROM runner.comparisons k WHERE run_id = :run AND sequence = 3

-- cj counts a judgement once
UPDATE cj.comparisons c SET a = d.b, b = d.a FROM cj.comparisons d
WHERE c.batch_id = 1 AND d.batch_id = 1 AND c.number = 2 AND d.number = 1

-- cj asks no more than its budget
UPDATE cj.batches SET asked = 15 WHERE id = 1

-- a verdict was asked for
UPDATE gateway.requests SET correlation_id = gen_random_uuid() WHERE seq = (SELECT min(seq) FROM gateway.requests)

-- runner and ledger agree on a comparison
UPDATE runner.comparisons SET prompt_tokens = prompt_tokens + 1 WHERE run_id = :run AND sequence = 3

-- cj and ledger agree on a comparison
UPDATE cj.comparisons
SET winner = CASE winner WHEN 'a' THEN 'b' ELSE 'a' END WHERE number = 6

-- cj's sums are those of its comparisons
UPDATE cj.batches SET cost_usd = cost_usd * 2 WHERE id = 2

-- a callback tells no more than was spent
UPDATE gateway.requests SET cost_usd = 0 WHERE seq = (SELECT min(seq) FROM gateway.requests)

-- what was paid beside the verdict is bounded by the leases
UPDATE gateway.requests SET cost_usd = cost_usd * 2 WHERE seq = (SELECT min(seq) FROM gateway.requests)

-- a batch's budget holds what was spent
UPDATE gateway.budgets SET spent = 0 WHERE key LIKE 'batch:%'

-- reserved money is held for a call
UPDATE gateway.budgets SET reserved = 7

-- what was to be published was published
UPDATE gateway.outbox SET published_at = NULL

-- no lease is stuck
UPDATE runner.runs SET due_at = now() - interval '1 hour' WHERE id = :run

-- what came late is in a revision
UPDATE runner.runs SET revision_wanted_at = now() WHERE id = :run
