"""Measurements, each a module that prints a table and stores it in results/. Run with `make bench`."""
