"""One module for each kind of question; `main.py` names the commands."""
