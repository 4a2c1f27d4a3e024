"""Single-copy genes of a catalogue of contigs."""
