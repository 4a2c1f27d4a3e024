"""Tables of protein quantities: the formats people have, and one prepared matrix."""
