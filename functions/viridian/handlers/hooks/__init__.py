"""What the hook machine calls."""
