"""What people said of a run's essays: files of their verdicts read, matched with the run, and kept."""
