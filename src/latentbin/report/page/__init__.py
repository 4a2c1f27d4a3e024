"""The page: sections of a MultiQC report."""
