"""Object stores: one client for all of them, and their failures as errors of docsearch."""
