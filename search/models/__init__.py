"""Opening and running models: what a model folder holds, and one file a forward pass.

The modules that find a model on the disk, and `embedder` and `reranker`, import neither numpy nor
MLX at their top. They import the others when a model is opened.
"""
