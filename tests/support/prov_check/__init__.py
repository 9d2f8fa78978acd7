"""Readers and rules of check_prov.py, by format."""
