"""Entry points that CodePipeline calls: their events hold credentials, and are kept nowhere."""
