"""Lets the tests here import `estimate_builders`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
