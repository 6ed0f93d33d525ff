"""The run itself: its states, its rows, its moves."""
