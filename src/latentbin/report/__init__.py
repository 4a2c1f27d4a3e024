"""The report: what came out of a run, for people to look at, and one file with everything in it."""
