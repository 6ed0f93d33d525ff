"""Packages of essays: inventory, text, grades, identifiers."""
