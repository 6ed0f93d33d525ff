"""What stands in a report: frozen, versioned shapes, of which JSON, markdown and HTML are all made."""
