"""What to ask or send next, and when: decided without a clock, a loop or the net."""
