"""Fixtures and profiles for every test."""

import os

from hypothesis import settings

settings.register_profile("small", max_examples=60, deadline=None, print_blob=True)
settings.register_profile("deep", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))
