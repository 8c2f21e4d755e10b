"""The infrastructure: constructs model, stacks deploy.

Service files are parsed here by the product's own core, so `functions/` is an import root, as it
is in Lambda.
"""

import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
FUNCTIONS = PROJECT / "functions"

sys.path.append(str(FUNCTIONS))
