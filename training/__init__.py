"""Trains, measures and quantises the reranker that comes with the package.

README.md beside this file has the recipe.
"""
