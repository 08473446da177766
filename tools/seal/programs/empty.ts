// Ends at once: what a start costs before a program has done anything.
