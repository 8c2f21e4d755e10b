"""Pipelines as CodePipeline runs them, one action after the other; ministack is not known here."""
