"""What the wheel carries besides its packages, or the checkout has at its top.

The emulator and the rehearsal lie in a folder of this package, where no import finds them: an
environment gets no `emulator` and no `rehearsal` from Viridian, and they are the same files.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parents[1]
IS_WHEEL = (PACKAGE / "starter").is_dir()
STARTER = PACKAGE / "starter" if IS_WHEEL else CHECKOUT / "examples" / "starter"
"""What `viridian init` writes."""
IMPORT_ROOT = PACKAGE / "import_root" if IS_WHEEL else CHECKOUT
"""Where `emulator` and `rehearsal` are."""


def rehearsal_module(name: str) -> Any:
    """A module of the rehearsal, in a process that is there for it alone."""
    sys.path.insert(0, str(IMPORT_ROOT))
    return importlib.import_module(f"rehearsal.{name}")
