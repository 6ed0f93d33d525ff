"""How a report is laid out: from its numbers to sections of tables, texts and plots. PURE."""
