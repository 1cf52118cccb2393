"""Profiles of Hypothesis, chosen by HYPOTHESIS_PROFILE: small, deep (`make test-deep`), mutants.

And Ctrl-C: who starts tests in the background of a script lets them, and all they start, ignore it.
"""

import os
import signal

from hypothesis import Phase, settings

settings.register_profile("small", max_examples=60, deadline=None, print_blob=True)
settings.register_profile("deep", max_examples=2000, deadline=None, print_blob=True)
# A mutant is judged without memory of earlier ones, and its counter-example interests nobody.
settings.register_profile(
    "mutants",
    max_examples=300,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
