"""How the reranker that comes with the package is trained, measured and quantised; README.md beside this file has the recipe."""
