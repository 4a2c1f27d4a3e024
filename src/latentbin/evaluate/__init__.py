"""How good is a binning, where the truth is known."""
