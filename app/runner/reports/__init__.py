"""Reports that people read: numbers (PURE) and rendering."""
