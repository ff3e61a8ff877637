"""Query: understand → legs → fuse → fold copies → rerank → hits."""
