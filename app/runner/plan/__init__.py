"""What a run would do, before it is started: inventory, pairs, comparisons, waves, costs; without any effect."""
