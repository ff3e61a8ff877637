"""The models' forward passes: what a model folder holds (`checkpoint`), and one file for each architecture and engine.

The modules here, but for `names`, import numpy or MLX at their top; nothing outside loads them before a model is opened.
"""
