"""Documents whose layout nobody wrote down beforehand: each draws its own fields, labels, signs and wrapper."""
