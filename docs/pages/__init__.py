"""The pages of the reference, one function each, and what they share: Markdown."""
