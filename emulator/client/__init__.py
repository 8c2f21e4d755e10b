"""How another process starts the emulator and works it."""
