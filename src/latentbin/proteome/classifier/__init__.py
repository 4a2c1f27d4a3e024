"""A classifier of samples, trained on labels, with honest scores."""
