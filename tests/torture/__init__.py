"""Kills the product at random calls of the operating system, and checks that nothing is lost."""
