"""Facts from the files models are published with: one small module for each kind of file.

`source` tells the kinds apart, `hf_config` and its families map shapes, `diff` compares with a card, `write` drafts
one. The same code reads local files and those that `hub` fetches.
"""
