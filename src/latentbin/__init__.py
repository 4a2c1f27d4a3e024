"""Latentbin: genome bins and sample labels from learned representations."""

__version__ = "0.1.0"
