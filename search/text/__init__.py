"""What both flows share of text: spelling, words, sentences and passages."""
