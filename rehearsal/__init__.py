"""The rehearsal: the same template, state machines and handlers run on this machine."""
