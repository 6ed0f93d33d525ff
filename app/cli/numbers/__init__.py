"""Statistics of files of decisions, without any service: fit, agreement, replay, budgets."""
