"""The judges: one file a provider, all behind one port."""
