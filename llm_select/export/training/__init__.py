"""A training project that runs, written from a plan. Start reading in `write.py`."""
