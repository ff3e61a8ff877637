"""The text functions that ingest and query share: spelling, words, sentences and passages."""
