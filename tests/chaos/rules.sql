-- What must hold among the rows of all services once nothing is under way: one query for each rule, which returns
-- what breaks it: whose it is, and what is wrong. The line before a query is its kind of damage, and the rule.
-- :final are the final states of a run, :ended those of a batch, :moves the allowed moves of a run as from>to,
-- :accepted the runs that were answered 202.

---- Runs

-- lost: an accepted run is known
SELECT a, 'was answered 202 and is not there' FROM unnest(CAST(:accepted AS text[])) AS a
WHERE NOT EXISTS (SELECT FROM runner.runs WHERE id = a)
  AND NOT EXISTS (SELECT FROM runner.deleted_runs WHERE id = a)

-- lost: a run ends
SELECT id, 'is ' || status || ', due ' || coalesce(due_at::text, 'never') FROM runner.runs
WHERE status <> ALL(:final)

-- wrong: a final state is final
SELECT run_id, string_agg(type, ', ' ORDER BY number) FROM runner.run_events
GROUP BY run_id
HAVING count(*) FILTER (WHERE data ->> 'to' = ANY(:final)) > 1
    OR bool_or(data ->> 'from' = ANY(:final))

-- wrong: a state is the one that the events lead to
SELECT r.id, r.status || ', but the events lead to ' || coalesce(e.data ->> 'to', 'accepted')
FROM runner.runs r LEFT JOIN LATERAL (
    SELECT data FROM runner.run_events WHERE run_id = r.id AND data ? 'to' ORDER BY number DESC LIMIT 1
) e ON true WHERE r.status <> coalesce(e.data ->> 'to', 'accepted')

-- wrong: a run moves along the table of moves
SELECT run_id, told || '>' || entered || ' after ' || stood FROM (
    SELECT run_id, data ->> 'from' AS told, data ->> 'to' AS entered,
           coalesce(lag(data ->> 'to') OVER (PARTITION BY run_id ORDER BY number), 'accepted') AS stood
    FROM runner.run_events WHERE data ? 'to'
) moved WHERE told <> stood OR told || '>' || entered <> ALL(:moves)

-- wrong: event numbers have no gap
SELECT r.id, coalesce(min(e.number), 0) || ' to ' || coalesce(max(e.number), 0) || ' in ' || count(e.number)
    || ', last ' || r.last_event
FROM runner.runs r LEFT JOIN runner.run_events e ON e.run_id = r.id GROUP BY r.id
HAVING min(e.number) IS DISTINCT FROM 1 OR max(e.number) <> count(*) OR max(e.number) <> r.last_event

-- wrong: progress adds up
SELECT r.id, concat_ws(' ', 'asked', r.comparisons_asked, 'received', r.comparisons_received, 'failed',
    r.comparisons_failed, 'late', r.comparisons_late, 'tokens', r.prompt_tokens, r.completion_tokens, 'usd',
    r.cost_usd, 'but rows', k.received, k.failed, k.late, k.prompt, k.completion, k.usd, 'cj', b.asked)
FROM runner.runs r
LEFT JOIN cj.batches b ON b.bos_batch_id = r.batch_uuid::text
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE NOT late) AS received,
        count(*) FILTER (WHERE NOT late AND winner IS NULL) AS failed,
        count(*) FILTER (WHERE late) AS late,
        coalesce(sum(prompt_tokens) FILTER (WHERE NOT late), 0) AS prompt,
        coalesce(sum(completion_tokens) FILTER (WHERE NOT late), 0) AS completion,
        coalesce(sum(cost_usd) FILTER (WHERE NOT late), 0) AS usd
    FROM runner.comparisons WHERE run_id = r.id
) k
WHERE (r.comparisons_received, r.comparisons_failed, r.comparisons_late, r.prompt_tokens, r.completion_tokens)
    IS DISTINCT FROM (k.received, k.failed, k.late, k.prompt, k.completion)
    OR abs(r.cost_usd - k.usd) > 1e-6
    OR r.comparisons_asked < r.comparisons_received + r.comparisons_late
    OR r.comparisons_asked > coalesce(b.asked, r.comparisons_asked)

-- lost: a run that completed has an artefact, or a plan
SELECT id, 'has no file of revision ' || revision FROM runner.runs r
WHERE status IN ('completed', 'completed_partial') AND NOT EXISTS (
    SELECT FROM runner.run_files f WHERE f.run_id = r.id AND f.revision = greatest(1, r.revision)
    AND f.kind = CASE r.mode WHEN 'plan' THEN 'plan' ELSE 'artefact' END)

---- Verdicts

-- lost: a batch ends
SELECT b.bos_batch_id, 'is ' || b.status FROM cj.batches b WHERE b.status <> ALL(:ended)

-- lost: a completed run has a batch
SELECT id, 'was published, and cj never knew it' FROM runner.runs r
WHERE published_at IS NOT NULL AND status IN ('completed', 'completed_partial')
  AND NOT EXISTS (SELECT FROM cj.batches b WHERE b.bos_batch_id = r.batch_uuid::text)

-- lost: a comparison of an ended batch is closed
SELECT b.bos_batch_id, count(*) || ' are open' FROM cj.comparisons c JOIN cj.batches b ON b.id = c.batch_id
WHERE c.state IN ('planned', 'sent') AND b.status = ANY(:ended) GROUP BY 1

-- lost: what the gateway took ends with a callback
SELECT coalesce(batch_id, queue_id::text), count(*) || ' are ' || state FROM gateway.requests
WHERE state NOT IN ('succeeded', 'failed', 'expired', 'cancelled') OR callback IS NULL
GROUP BY 1, state

-- lost: a paid verdict reaches cj
SELECT b.bos_batch_id, count(*) || ' of a batch that is ' || b.status || ' (' ||
    string_agg(DISTINCT c.state, ', ') || ')'
FROM gateway.requests g JOIN cj.comparisons c ON c.correlation_id = g.correlation_id
JOIN cj.batches b ON b.id = c.batch_id
WHERE c.answered_at IS NULL AND (g.state = 'succeeded' OR (g.callback ->> 'cost_estimate')::float > 0)
GROUP BY b.bos_batch_id, b.status

-- lost: a paid verdict reaches the runner
SELECT r.id, count(*) || ' of a run that is ' || r.status
FROM gateway.requests g JOIN cj.comparisons c ON c.correlation_id = g.correlation_id
JOIN cj.batches b ON b.id = c.batch_id
JOIN runner.runs r ON r.batch_uuid::text = b.bos_batch_id
WHERE (g.state = 'succeeded' OR (g.callback ->> 'cost_estimate')::float > 0) AND NOT EXISTS (
    SELECT FROM runner.comparisons k WHERE k.run_id = r.id AND k.correlation_id = c.correlation_id)
GROUP BY r.id, r.status

-- doubled: the runner counts a comparison once
SELECT run_id, correlation_id || ' is there ' || count(*) || ' times' FROM runner.comparisons
GROUP BY run_id, correlation_id HAVING count(*) > 1

-- doubled: cj counts a judgement once
SELECT b.bos_batch_id, concat_ws(' ', least(c.a, c.b), greatest(c.a, c.b), 'repeat', c.repeat, 'has',
    count(*), 'verdicts')
FROM cj.comparisons c JOIN cj.batches b ON b.id = c.batch_id WHERE c.state = 'succeeded'
GROUP BY b.bos_batch_id, least(c.a, c.b), greatest(c.a, c.b), c.repeat HAVING count(*) > 1

-- doubled: cj asks no more than its budget
SELECT bos_batch_id, asked || ' asked of ' || (plan ->> 'cap') FROM cj.batches
WHERE asked > (plan ->> 'cap')::int

-- wrong: a verdict was asked for
SELECT k.run_id, k.request_id || ' is of nothing that the gateway took' FROM runner.comparisons k
LEFT JOIN gateway.requests g ON g.correlation_id = k.correlation_id WHERE g.queue_id IS NULL
UNION ALL SELECT b.bos_batch_id, c.correlation_id || ' is answered, and the gateway never took it'
FROM cj.comparisons c JOIN cj.batches b ON b.id = c.batch_id
LEFT JOIN gateway.requests g ON g.correlation_id = c.correlation_id
WHERE c.provider IS NOT NULL AND g.queue_id IS NULL

-- wrong: runner and ledger agree on a comparison
SELECT k.run_id, k.correlation_id || ': ' || concat_ws(' ', k.winner, k.cost_usd, k.prompt_tokens,
    k.completion_tokens, 'against', g.winner, g.callback ->> 'cost_estimate', g.callback -> 'token_usage')
FROM runner.comparisons k JOIN gateway.requests g ON g.correlation_id = k.correlation_id
WHERE k.winner IS DISTINCT FROM lower(right(g.callback ->> 'winner', 1))
    OR abs(k.cost_usd - (g.callback ->> 'cost_estimate')::float) > 1e-9
    OR k.prompt_tokens <> (g.callback #>> '{token_usage,prompt_tokens}')::int
    OR k.completion_tokens <> (g.callback #>> '{token_usage,completion_tokens}')::int

-- wrong: cj and ledger agree on a comparison
SELECT b.bos_batch_id, c.correlation_id || ': ' || concat_ws(' ', c.state, c.winner, c.cost_usd, 'against',
    g.state, g.callback ->> 'winner', g.callback ->> 'cost_estimate')
FROM cj.comparisons c JOIN cj.batches b ON b.id = c.batch_id
JOIN gateway.requests g ON g.correlation_id = c.correlation_id
WHERE c.answered_at IS NOT NULL AND c.provider IS NOT NULL AND (
    c.winner IS DISTINCT FROM lower(right(g.callback ->> 'winner', 1))
    OR abs(c.cost_usd - (g.callback ->> 'cost_estimate')::float) > 1e-9)

-- wrong: cj's sums are those of its comparisons
SELECT b.bos_batch_id, concat_ws(' ', b.asked, b.succeeded, b.failed, b.cost_usd, 'but rows', k.asked,
    k.succeeded, k.failed, k.usd)
FROM cj.batches b CROSS JOIN LATERAL (
    SELECT count(*) AS asked, count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
        count(*) FILTER (WHERE state IN ('failed', 'given_up')) AS failed,
        coalesce(sum(cost_usd), 0) AS usd
    FROM cj.comparisons WHERE batch_id = b.id
) k WHERE (b.asked, b.succeeded, b.failed) IS DISTINCT FROM (k.asked, k.succeeded, k.failed)
    OR abs(b.cost_usd - k.usd) > 1e-6

---- Money

-- wrong: a callback tells no more than was spent
SELECT queue_id::text, cost_usd || ' USD spent, told ' || (callback ->> 'cost_estimate')
FROM gateway.requests WHERE cost_usd < (callback ->> 'cost_estimate')::float - 1e-9

-- doubled: what was paid beside the verdict is bounded by the leases
SELECT queue_id::text, cost_usd || ' USD for ' || generation || ' leases, told ' ||
    (callback ->> 'cost_estimate')
FROM gateway.requests WHERE (callback ->> 'cost_estimate')::float > 0
    AND cost_usd > (callback ->> 'cost_estimate')::float * greatest(1, generation) * 1.5

-- lost: a batch's budget holds what was spent
SELECT g.batch_id, g.usd || ' USD spent, counted ' || coalesce(b.spent, 0) / 1e9 FROM (
    SELECT batch_id, sum(cost_usd) AS usd FROM gateway.requests WHERE batch_id IS NOT NULL GROUP BY batch_id
) g LEFT JOIN gateway.budgets b ON b.key = 'batch:' || g.batch_id
WHERE coalesce(b.spent, 0) / 1e9 < g.usd - 1e-6

-- wrong: reserved money is held for a call
SELECT b.key, b.reserved || ' reserved, held ' || coalesce(h.amount, 0) FROM gateway.budgets b
LEFT JOIN (SELECT key, sum(amount) AS amount FROM gateway.holds GROUP BY key) h USING (key)
WHERE b.reserved <> coalesce(h.amount, 0)

---- At rest

-- lost: what was to be published was published
SELECT 'runner', count(*) || ' of ' || type || ' wait in the outbox'
FROM runner.outbox WHERE published_at IS NULL GROUP BY type
UNION ALL SELECT 'cj', count(*) || ' of ' || type || ' wait in the outbox'
FROM cj.outbox WHERE published_at IS NULL GROUP BY type
UNION ALL SELECT 'gateway', count(*) || ' of ' || type || ' wait in the outbox'
FROM gateway.outbox WHERE published_at IS NULL GROUP BY type

-- wrong: no lease is stuck
SELECT id, 'is due since ' || due_at || ', leased by ' || coalesce(lease_owner, 'nobody')
FROM runner.runs WHERE due_at < now() - interval '1 minute'
UNION ALL SELECT bos_batch_id, 'is due since ' || due_at || ', leased by ' || coalesce(lease_owner, 'nobody')
FROM cj.batches WHERE due_at < now() - interval '1 minute'
UNION ALL SELECT id::text, 'is ' || status || ' and due since ' || due_at FROM gateway.jobs
WHERE status <> 'done'

-- lost: what came late is in a revision
SELECT id, 'waits for a revision since ' || revision_wanted_at FROM runner.runs
WHERE revision_wanted_at IS NOT NULL

