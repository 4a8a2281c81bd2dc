"""The parts of `docs/accuracy.md`, one module each."""
