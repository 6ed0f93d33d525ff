"""Commands over what stands beside runs: packages, prompts, webhooks, dead letters, experiments, comparisons."""
