"""Faults on purpose, for tests only: named points on the data's way where a process dies, stops, waits or fails.

Fed by a plan from the settings; asked by every loop and handler between what it takes and what it keeps. Without a
plan a point costs one comparison with None.
"""
