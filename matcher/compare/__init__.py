"""Stage three: who a unit could be, and how well its fields agree with what is stored of that customer."""
