"""A report as one self-contained HTML page: template, style and rendering."""
