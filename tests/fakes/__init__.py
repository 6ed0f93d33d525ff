"""Shipped fakes: servers on loopback that speak the real protocols of others."""
