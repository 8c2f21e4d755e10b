"""The fault matrix: everything that can go wrong, in every state of both machines."""
