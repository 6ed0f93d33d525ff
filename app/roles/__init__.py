"""Who runs: one small file a process; only here are settings read and concrete parts chosen."""
