"""Database changes, one file each, in order."""
