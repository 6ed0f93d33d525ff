"""Numbers of reports: from score sheet and answers to shapes, without any rendering. PURE."""
