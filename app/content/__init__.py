"""The content store: essays and prompts travel by reference, and their texts lie here."""
