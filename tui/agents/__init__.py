"""The index for language models: tools over the Model Context Protocol, sized for a context."""
