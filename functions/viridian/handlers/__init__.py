"""One module for each Task state of the deployment machine, under the same name."""
