"""What a yard does by the clock rather than on request; one chore per module."""
